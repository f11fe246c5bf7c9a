//! `/moderation/{id}`: one listing, in the queue or not, with all decisions about it and the whole reason to write.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::case::Case;
use super::price::Areas;
use super::reasons::{self, REASONS, Reason, WHOLE};
use super::show_as;
use crate::Site;
use crate::api::{Call, Property, QueueEntry, Refusal};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::key::Key;
use crate::sheet::{Kind, Sheet};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "moderation/one.html")]
struct OnePage {
    frame: Frame,
    case: Case,
    reasons: &'static [Reason],
    /// The usual reason that the text began with.
    because: String,
    sheet: Sheet,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/moderation/{id}", get(page))
}

async fn page(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&["because"]);
    let because = visit.asked("because").unwrap_or_default();
    let sheet = Sheet::blank(WHOLE).with("reason", reasons::text(&visit, &because));
    render(&visit, StatusCode::OK, id, because, sheet).await
}

/// The page again, with the reason that the API refused.
pub(super) async fn again(
    visit: &Visit,
    id: Key,
    reason: String,
    refusal: Refusal,
) -> Result<Response, Failure> {
    let status = refusal.status;
    let sheet = Sheet::blank(WHOLE).with("reason", Some(reason)).refused(refusal);
    render(visit, status, id, String::new(), sheet).await
}

async fn render(
    visit: &Visit,
    status: StatusCode,
    id: Key,
    because: String,
    sheet: Sheet,
) -> Result<Response, Failure> {
    // Everybody may read most listings, so that the API would not refuse the page itself.
    if !visit.moderates() {
        return Err(Failure::Forbidden);
    }
    let property: Property = visit.ask(Call::get(format!("/api/properties/{id}"))).await?;
    let entry = QueueEntry { property, ..QueueEntry::default() };
    let mut areas = Areas::default();
    let area = areas.of(visit, &entry.property).await?;
    let case = Case::of(visit, entry, area).ok_or(Failure::NotFound)?;
    let title = visit.text("moderation-one-title").arg("title", case.home.heading()).to_string();
    show_as(status, &OnePage { frame: visit.frame(title), case, reasons: REASONS, because, sheet })
}
