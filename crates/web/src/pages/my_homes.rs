//! `/dashboard/listings`: the homes that the person listed, of which the dashboard shows the start.

mod own_home;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use self::own_home::OwnHome;
use super::show;
use crate::Site;
use crate::api::{ApiError, Call, Page, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::numbers::Count;
use crate::pager::Pager;
use crate::visit::Visit;

const PATH: &str = "/dashboard/listings";
const SIZE: u64 = 12;

#[derive(Template)]
#[template(path = "my_homes.html")]
struct MyHomesPage {
    frame: Frame,
    homes: Vec<OwnHome>,
    total: Count,
    pager: Pager,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(page))
}

pub(super) async fn load(visit: &Visit, page: u64, size: u64) -> Result<Page<Property>, ApiError> {
    let size = size.to_string();
    let call =
        |page: &str| Call::get("/api/properties/my-properties").query(&[("page", page), ("size", &size)]);
    visit.ask_for_page(page, call).await
}

async fn page(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&["page"]);
    let number = visit.page_number();
    let list = load(&visit, number, SIZE).await?;
    let mut homes = Vec::with_capacity(list.content.len());
    for home in list.content {
        homes.push(OwnHome::load(&visit, home).await?);
    }
    let title = visit.text("personal-listings-title").to_string();
    show(&MyHomesPage {
        frame: visit.frame(title),
        homes,
        total: list.total_elements,
        pager: Pager::new(PATH, number, list.total_pages, vec![]),
    })
}
