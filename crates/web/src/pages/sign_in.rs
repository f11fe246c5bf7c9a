//! `/sign-in` and `/sign-out`.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::{show, show_as};
use crate::Site;
use crate::api::{ApiError, Call, Tokens};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::messages::key;
use crate::next_path::NextPath;
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;

static SIGN_IN: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[
        Field::line("emailOrUsername", key("account-field-login")).required().autocomplete("username"),
        Field::new("password", key("account-field-password"), Kind::Password)
            .required()
            .autocomplete("current-password"),
    ],
}];

pub(super) fn router() -> Router<Site> {
    Router::new().route("/sign-in", get(blank).post(submit)).route("/sign-out", post(sign_out))
}

/// A link to sign in through an identity provider.
struct Way {
    href: String,
    label: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    sheet: Sheet,
    hidden: Vec<(&'static str, String)>,
    ways: Vec<Way>,
    /// Why the last sign-in through a provider failed: the key of a text.
    trouble: Option<&'static str>,
}

fn page(visit: &Visit, sheet: Sheet, next: Option<&NextPath>) -> SignInPage {
    let query = next.map_or_else(String::new, |next| {
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("next", next.as_str()).finish();
        format!("?{query}")
    });
    let way = |(name, label): &(String, String)| Way {
        href: format!("/api/auth/oidc/{name}{query}"),
        label: label.clone(),
    };
    SignInPage {
        frame: visit.frame(visit.text("account-sign-in").to_string()),
        sheet,
        hidden: next.map(|next| ("next", next.to_string())).into_iter().collect(),
        ways: visit.providers().iter().map(way).collect(),
        trouble: visit.asked("refused").map(|code| trouble(&code)),
    }
}

/// The key of the text for an API code. Fixed texts only, so nobody can put words of their own on the page.
fn trouble(code: &str) -> &'static str {
    match code {
        "OIDC_CANCELLED" => key("account-oidc-cancelled"),
        "OIDC_STATE_REFUSED" => key("account-oidc-state"),
        "OIDC_EMAIL_NOT_VERIFIED" => key("account-oidc-email"),
        "OIDC_LINKED_OTHERWISE" => key("account-oidc-linked"),
        "ACCOUNT_NOT_ACTIVE" => key("account-not-active"),
        "PROVIDER_UNAVAILABLE" => key("account-provider"),
        "RATE_LIMITED" => key("account-too-many"),
        _ => key("account-failed"),
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

/// Signs this browser out, whatever the API answers.
async fn sign_out(visit: Visit) -> Response {
    if visit.signed_in() {
        let body = visit.refresh.as_ref().map_or(json!({}), |token| json!({ "refreshToken": token }));
        if let Err(error) = visit.tell(Call::post("/api/auth/logout", body)).await {
            tracing::warn!(%error, "a session was left open at sign-out");
        }
    }
    visit.go_signed_out("/", Flash::SignedOut)
}
