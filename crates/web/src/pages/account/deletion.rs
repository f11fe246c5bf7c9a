//! `/account/delete`: asks first, then deletes the account for good.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::Site;
use crate::api::Call;
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
    /// The form came without the tick.
    unconfirmed: bool,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/account/delete", get(ask).post(delete))
}

fn page(visit: &Visit, unconfirmed: bool) -> DeletePage {
    DeletePage { frame: visit.frame("Delete your account"), unconfirmed }
}

async fn ask(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    show(&page(&visit, false))
}

async fn delete(visit: Visit, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    if form.get("confirm") != Some("yes") {
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&visit, true));
    }
    visit.tell(Call::delete("/api/users/profile")).await?;
    Ok(visit.go_signed_out("/", Flash::AccountDeleted))
}
