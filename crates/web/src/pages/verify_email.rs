//! `/verify-email`: the page that the welcome message links to. Opening it changes nothing, because mail programs
//! open links by themselves; pressing the button does.

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::form_page::FormPage;
use super::{show, show_as};
use crate::Site;
use crate::api::Call;
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::messages::key;
use crate::sheet::{Field, Group, Sheet};
use crate::visit::Visit;

static CODE: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[Field::line("verificationCode", key("account-field-verification-code"))
        .required()
        .autocomplete("one-time-code")
        .hint(key("account-field-verification-code-hint"))],
}];

pub(super) fn router() -> Router<Site> {
    Router::new().route("/verify-email", get(filled).post(submit)).route("/verify-email/resend", post(resend))
}

fn page(visit: &Visit, sheet: Sheet, user: Option<String>) -> FormPage {
    FormPage {
        frame: visit.frame(visit.text("account-confirm").to_string()),
        intro: key("account-confirm-intro"),
        action: "/verify-email",
        button: key("account-confirm-button"),
        sheet,
        hidden: user.map(|user| ("userId", user)).into_iter().collect(),
        links: &[],
    }
}

async fn filled(visit: Visit) -> Result<Response, Failure> {
    let sheet = Sheet::blank(CODE).with("verificationCode", visit.asked("code"));
    show(&page(&visit, sheet, visit.asked("userId")))
}

async fn submit(visit: Visit, form: Form) -> Result<Response, Failure> {
    let sheet = Sheet::typed(CODE, &form);
    let user = form.filled("userId").map(str::to_owned);
    let mut body = sheet.json();
    if let Some(user) = &user {
        body["userId"] = user.as_str().into();
    }
    match visit.tell(Call::post("/api/auth/verify-email", body)).await {
        Ok(()) => {
            let to = if visit.signed_in() { "/dashboard" } else { "/sign-in" };
            Ok(visit.go(to, Some(Flash::EmailConfirmed)))
        }
        Err(error) => {
            let refusal = error.about_input()?;
            show_as(refusal.status, &page(&visit, sheet.refused(refusal), user))
        }
    }
}

/// Sends the message with the link again, and returns to the page that offered it.
async fn resend(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.tell(Call::post("/api/auth/verify-email/resend", json!({}))).await?;
    let to = visit.came_from().map_or("/account", |page| page.as_str()).to_owned();
    Ok(visit.go(&to, Some(Flash::ConfirmationSent)))
}
