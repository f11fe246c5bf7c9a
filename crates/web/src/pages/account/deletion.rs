//! `/account/delete`: asks for confirmation, then deletes the account for good.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use crate::Site;
use crate::api::{ApiError, Call};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::pages::{show, show_as};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "account_delete.html")]
struct DeletePage {
    frame: Frame,
    /// Whether the form was sent without the confirmation box ticked.
    unconfirmed: bool,
    /// What is wrong with the password; empty if nothing is.
    wrong_password: String,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/account/delete", get(ask).post(delete))
}

fn page(visit: &Visit, unconfirmed: bool, wrong_password: String) -> DeletePage {
    let title = visit.text("account-delete-title").to_string();
    DeletePage { frame: visit.frame(title), unconfirmed, wrong_password }
}

async fn ask(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    show(&page(&visit, false, String::new()))
}

async fn delete(visit: Visit, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    if form.get("confirm") != Some("yes") {
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&visit, true, String::new()));
    }
    let body = match form.get("password").filter(|password| !password.is_empty()) {
        Some(password) => json!({ "password": password }),
        None => json!({}),
    };
    match visit.tell(Call::delete_with("/api/users/profile", body)).await {
        Ok(()) => Ok(visit.go_signed_out("/", Flash::AccountDeleted)),
        Err(ApiError::Refused(refusal)) if refusal.field_errors.contains_key("password") => {
            show_as(refusal.status, &page(&visit, false, refusal.sentence))
        }
        Err(error) => Err(error.into()),
    }
}
