//! `/moderation`: the listings that wait for a moderator, the longest waiting first, each with what there is to judge it
//! by. `/moderation/{id}`: any one listing. The API admits moderators and administrators only.

mod case;
mod decisions;
mod one;
mod price;
mod reasons;
mod undo;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use self::case::Case;
use self::price::Areas;
use self::reasons::{REASONS, Reason};
use self::undo::Undo;
use super::{show, show_as};
use crate::Site;
use crate::api::{Call, Page, QueueEntry};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::numbers::Count;
use crate::pager::Pager;
use crate::visit::Visit;

const PATH: &str = "/moderation";
/// Few on a page: each is looked at as a whole.
const SIZE: &str = "5";

#[derive(Template)]
#[template(path = "moderation/queue.html")]
struct QueuePage {
    frame: Frame,
    cases: Vec<Case>,
    total: Count,
    reasons: &'static [Reason],
    /// What the moderator has just done, and how to take it back.
    undo: Option<Undo>,
    pager: Pager,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(queue)).merge(one::router()).merge(decisions::router())
}

async fn queue(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&["page", "judged"]);
    let number = visit.page_number();
    let call = |page: &str| Call::get("/api/moderation/queue").query(&[("page", page), ("size", SIZE)]);
    let waiting: Page<QueueEntry> = visit.ask_for_page(number, call).await?;
    let mut areas = Areas::default();
    let mut cases = Vec::with_capacity(waiting.content.len());
    for entry in waiting.content {
        let area = areas.of(&visit, &entry.property).await?;
        cases.extend(Case::of(&visit, entry, area));
    }
    case::number(&mut cases);
    let undo = Undo::of(&visit);
    let title = visit.text("moderation-title").to_string();
    show(&QueuePage {
        frame: visit.frame(title),
        cases,
        total: waiting.total_elements,
        reasons: REASONS,
        undo,
        pager: Pager::new(PATH, number, waiting.total_pages, vec![]),
    })
}
