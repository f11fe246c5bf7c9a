//! `/dashboard/listings` and `/dashboard/saved`: the full lists of which the dashboard shows the start.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::show;
use crate::Site;
use crate::api::{ApiError, Call, Page, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::numbers::Count;
use crate::pager::Pager;
use crate::visit::Visit;

const SIZE: u64 = 12;

#[derive(Clone, Copy)]
pub(super) enum Mine {
    Listings,
    Saved,
}

#[derive(Template)]
#[template(path = "my_homes.html")]
struct MyHomesPage {
    frame: Frame,
    homes: Vec<Property>,
    total: Count,
    pager: Pager,
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/dashboard/listings", get(async |visit| page(visit, Mine::Listings).await))
        .route("/dashboard/saved", get(async |visit| page(visit, Mine::Saved).await))
}

impl Mine {
    pub(super) async fn load(self, visit: &Visit, page: u64, size: u64) -> Result<Page<Property>, ApiError> {
        let path = match self {
            Self::Listings => "/api/properties/my-properties",
            Self::Saved => "/api/properties/favorites",
        };
        let size = size.to_string();
        let call = |page: &str| Call::get(path).query(&[("page", page), ("size", &size)]);
        visit.ask_for_page(page, call).await
    }
}

async fn page(visit: Visit, mine: Mine) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let (title, path) = match mine {
        Mine::Listings => ("My listings", "/dashboard/listings"),
        Mine::Saved => ("My saved homes", "/dashboard/saved"),
    };
    visit.knows(&["page"]);
    let number = visit.page_number();
    let list = mine.load(&visit, number, SIZE).await?;
    show(&MyHomesPage {
        frame: visit.frame(title),
        homes: list.content,
        total: list.total_elements,
        pager: Pager::new(path, number, list.total_pages, vec![]),
    })
}
