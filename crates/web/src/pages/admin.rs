//! `/admin/events`: the progress of the consumer groups, the events they could not apply, and their jobs. The API
//! admits admins only.

mod analytics;
mod charts;
mod dead_letters;
mod group_health;
mod groups;
mod jobs;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use self::dead_letters::ShownLetter;
use self::group_health::ShownGroup;
use self::jobs::ShownJob;
use super::{show, show_as};
use crate::Site;
use crate::api::{Call, DeadLetter, Groups, Page};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::numbers::Count;
use crate::pager::Pager;
use crate::visit::Visit;

const PATH: &str = "/admin/events";
const LETTERS_SHOWN: &str = "20";

#[derive(Template)]
#[template(path = "admin_events.html")]
struct EventsPage {
    frame: Frame,
    groups: Vec<ShownGroup>,
    letters: Vec<ShownLetter>,
    total: Count,
    are_more: bool,
    pager: Pager,
    jobs: Vec<ShownJob>,
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route(PATH, get(events))
        .merge(groups::router())
        .merge(dead_letters::router())
        .merge(jobs::router())
        .merge(analytics::router())
}

async fn events(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let groups: Groups = visit.ask(Call::get("/api/v1/admin/stats/consumers")).await?;
    visit.knows(&["page"]);
    let number = visit.page_number();
    let call = |page: &str| {
        Call::get("/api/v1/admin/dead-letters").query(&[("page", page), ("size", LETTERS_SHOWN)])
    };
    let letters: Page<DeadLetter> = visit.ask_for_page(number, call).await?;
    let jobs = jobs::latest(&visit).await?;
    let shown = |letter| ShownLetter::of(visit.language, letter);
    show(&EventsPage {
        frame: visit.frame(visit.text("frame-operations").to_string()),
        groups: groups.groups.into_iter().map(ShownGroup::of).collect(),
        total: letters.total_elements,
        are_more: letters.are_more,
        pager: Pager::new(PATH, number, letters.total_pages, vec![]),
        letters: letters.content.into_iter().map(shown).collect(),
        jobs,
    })
}
