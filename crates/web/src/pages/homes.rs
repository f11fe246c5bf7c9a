//! `/homes`: all homes, sorted and paged.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::show;
use crate::Site;
use crate::api::{Call, Page, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::pager::Pager;
use crate::visit::Visit;

const SIZE: &str = "12";

struct Sort {
    code: &'static str,
    words: &'static str,
    by: &'static str,
    dir: &'static str,
}

const SORTS: [Sort; 5] = [
    Sort { code: "newest", words: "Newest first", by: "createdAt", dir: "desc" },
    Sort { code: "price-low", words: "Lowest price first", by: "price", dir: "asc" },
    Sort { code: "price-high", words: "Highest price first", by: "price", dir: "desc" },
    Sort { code: "area-large", words: "Largest area first", by: "areaSqft", dir: "desc" },
    Sort { code: "area-small", words: "Smallest area first", by: "areaSqft", dir: "asc" },
];

#[derive(Template)]
#[template(path = "homes.html")]
struct HomesPage {
    frame: Frame,
    homes: Vec<Property>,
    total: u64,
    sorts: &'static [Sort],
    sort: &'static Sort,
    pager: Pager,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/homes", get(homes))
}

async fn homes(visit: Visit) -> Result<Response, Failure> {
    let wanted = visit.asked("sort").unwrap_or_default();
    let sort = SORTS.iter().find(|sort| sort.code == wanted).unwrap_or(&SORTS[0]);
    let page = visit.page_number();
    let number = page.to_string();
    let query = [("page", number.as_str()), ("size", SIZE), ("sortBy", sort.by), ("sortDir", sort.dir)];
    let list: Page<Property> = visit.ask(Call::get("/api/properties").query(&query)).await?;
    let title = format!("All homes in {}", visit.city());
    show(&HomesPage {
        frame: visit.frame(title),
        homes: list.content,
        total: list.total_elements,
        sorts: &SORTS,
        sort,
        pager: Pager::new("/homes", page, list.total_pages, vec![("sort", sort.code.to_owned())]),
    })
}
