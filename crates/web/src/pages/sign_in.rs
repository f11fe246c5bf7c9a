//! `/sign-in` and `/sign-out`.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::form_page::FormPage;
use super::{show, show_as};
use crate::Site;
use crate::api::{ApiError, Call, Tokens};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::next_path::NextPath;
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;

static SIGN_IN: &[Group] = &[Group {
    legend: "",
    fields: &[
        Field::line("emailOrUsername", "E-mail or user name").required().autocomplete("username"),
        Field::new("password", "Password", Kind::Password).required().autocomplete("current-password"),
    ],
}];

pub(super) fn router() -> Router<Site> {
    Router::new().route("/sign-in", get(blank).post(submit)).route("/sign-out", post(sign_out))
}

fn page(visit: &Visit, sheet: Sheet, next: Option<&NextPath>) -> FormPage {
    FormPage {
        frame: visit.frame("Sign in"),
        intro: "Everything you did here is waiting for you.",
        action: "/sign-in",
        button: "Sign in",
        sheet,
        hidden: next.map(|next| ("next", next.to_string())).into_iter().collect(),
        links: &[("/forgot-password", "I forgot my password"), ("/register", "I have no account yet")],
    }
}

async fn blank(visit: Visit) -> Result<Response, Failure> {
    let next = visit.asked("next").and_then(|next| NextPath::parse(&next));
    if visit.signed_in() {
        return Ok(visit.go(next.as_ref().map_or("/dashboard", NextPath::as_str), None));
    }
    show(&page(&visit, Sheet::blank(SIGN_IN), next.as_ref()))
}

async fn submit(visit: Visit, form: Form) -> Result<Response, Failure> {
    let sheet = Sheet::typed(SIGN_IN, &form);
    let next = form.get("next").and_then(NextPath::parse);
    match visit.ask::<Tokens>(Call::post("/api/auth/login", sheet.json())).await {
        Ok(tokens) => {
            let to = next.as_ref().map_or("/dashboard", NextPath::as_str);
            Ok(visit.go_signed_in(&tokens, to, Flash::SignedIn))
        }
        Err(ApiError::Refused(refusal))
            if refusal.blames_input()
                || matches!(refusal.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) =>
        {
            show_as(refusal.status, &page(&visit, sheet.refused(*refusal), next.as_ref()))
        }
        Err(error) => Err(error.into()),
    }
}

/// This browser is signed out whatever the API says.
async fn sign_out(visit: Visit) -> Response {
    if visit.signed_in() {
        let body = visit.refresh.as_ref().map_or(json!({}), |token| json!({ "refreshToken": token }));
        if let Err(error) = visit.tell(Call::post("/api/auth/logout", body)).await {
            tracing::warn!(%error, "a session was left open at sign-out");
        }
    }
    visit.go_signed_out("/", Flash::SignedOut)
}
