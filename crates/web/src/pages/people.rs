//! `/admin/people`: finds people, for administrators and support. Nobody is listed who was not searched for: the API
//! records whose data was seen.

mod change;
mod confirming;
mod person;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use self::person::PersonView;
use super::show;
use crate::Site;
use crate::api::{Call, Member, Page};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::numbers::Count;
use crate::pager::Pager;
use crate::visit::Visit;

const PATH: &str = "/admin/people";
const SIZE: &str = "20";

#[derive(Template)]
#[template(path = "people/search.html")]
struct PeoplePage {
    frame: Frame,
    query: String,
    /// `None` before a search.
    found: Option<FoundPeople>,
    pager: Pager,
}

struct FoundPeople {
    people: Vec<PersonView>,
    total: Count,
    pages: u64,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(people)).merge(person::router()).merge(confirming::router())
}

async fn people(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    // Before a search the API is not asked, and cannot refuse.
    if !visit.sees_people() {
        return Err(Failure::Forbidden);
    }
    visit.knows(&["q", "page"]);
    let query = visit.asked("q").unwrap_or_default();
    let number = visit.page_number();
    let found = if query.is_empty() { None } else { search(&visit, &query, number).await? };
    let pages = found.as_ref().map_or(0, |found| found.pages);
    let title = visit.text("people-title").to_string();
    show(&PeoplePage {
        frame: visit.frame(title),
        pager: Pager::new(PATH, number, pages, vec![("q", query.clone())]),
        query,
        found,
    })
}

/// The people whose account contains the text; `None` for a text that cannot be searched for, which is said.
async fn search(visit: &Visit, query: &str, number: u64) -> Result<Option<FoundPeople>, Failure> {
    let call = |page: &str| {
        Call::get("/api/users/search").query(&[("query", query), ("page", page), ("size", SIZE)])
    };
    let list: Page<Member> = match visit.ask_for_page(number, call).await {
        Ok(list) => list,
        Err(error) => {
            visit.remark(error.about_input()?.sentence);
            return Ok(None);
        }
    };
    let shown = |member| PersonView::of(visit.language, member);
    Ok(Some(FoundPeople {
        people: list.content.into_iter().filter_map(shown).collect(),
        total: list.total_elements,
        pages: list.total_pages,
    }))
}
