//! `/forgot-password` and `/reset-password`: setting a new password through a link sent by e-mail.

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::form_page::FormPage;
use super::{show, show_as};
use crate::Site;
use crate::api::Call;
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::messages::key;
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;

static FORGOT: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[Field::new("email", key("account-field-email"), Kind::Line("email"))
        .required()
        .autocomplete("email")],
}];

static RESET: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[Field::new("newPassword", key("account-field-new-password"), Kind::Password)
        .required()
        .autocomplete("new-password")
        .hint(key("account-field-password-hint"))],
}];

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/forgot-password", get(forgot).post(send_link))
        .route("/reset-password", get(reset).post(confirm))
}

fn forgot_page(visit: &Visit, sheet: Sheet) -> FormPage {
    FormPage {
        frame: visit.frame(visit.text("account-forgotten").to_string()),
        intro: key("account-forgotten-intro"),
        action: "/forgot-password",
        button: key("account-forgotten-button"),
        sheet,
        hidden: vec![],
        links: const { &[("/sign-in", key("account-back"))] },
    }
}

fn reset_page(visit: &Visit, sheet: Sheet, token: String) -> FormPage {
    FormPage {
        frame: visit.frame(visit.text("account-reset").to_string()),
        intro: key("account-reset-intro"),
        action: "/reset-password",
        button: key("account-reset-button"),
        sheet,
        hidden: vec![("token", token)],
        links: const { &[("/forgot-password", key("account-another-link"))] },
    }
}

async fn forgot(visit: Visit) -> Result<Response, Failure> {
    show(&forgot_page(&visit, Sheet::blank(FORGOT)))
}

async fn send_link(visit: Visit, form: Form) -> Result<Response, Failure> {
    let sheet = Sheet::typed(FORGOT, &form);
    match visit.tell(Call::post("/api/auth/password-reset", sheet.json())).await {
        Ok(()) => Ok(visit.go("/sign-in", Some(Flash::ResetSent))),
        Err(error) => {
            let refusal = error.about_input()?;
            show_as(refusal.status, &forgot_page(&visit, sheet.refused(refusal)))
        }
    }
}

async fn reset(visit: Visit) -> Result<Response, Failure> {
    let token = visit.asked("token").unwrap_or_default();
    show(&reset_page(&visit, Sheet::blank(RESET), token))
}

async fn confirm(visit: Visit, form: Form) -> Result<Response, Failure> {
    let sheet = Sheet::typed(RESET, &form);
    let token = form.filled("token").unwrap_or_default().to_owned();
    let body = json!({ "token": token, "newPassword": form.get("newPassword").unwrap_or_default() });
    match visit.tell(Call::post("/api/auth/password-reset/confirm", body)).await {
        Ok(()) => Ok(visit.go_signed_out("/sign-in", Flash::PasswordChanged)),
        Err(error) => {
            let refusal = error.about_input()?;
            show_as(refusal.status, &reset_page(&visit, sheet.refused(refusal), token))
        }
    }
}
