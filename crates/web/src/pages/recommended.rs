//! `/recommended`: homes the person may like, each with its reason.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::show;
use crate::Site;
use crate::api::{Call, Page, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::visit::Visit;

const SIZE: &str = "24";

#[derive(Template)]
#[template(path = "recommended.html")]
struct RecommendedPage {
    frame: Frame,
    homes: Vec<Property>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/recommended", get(page))
}

async fn page(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&[]);
    let list: Page<Property> = visit.ask(visit.marked(call(SIZE))).await?;
    let title = visit.text("results-recommended").to_string();
    show(&RecommendedPage { frame: visit.frame(title), homes: list.content })
}

/// At most `most` homes that a signed-in person may like and that are not among those `shown`, for a page that is about
/// something else: nobody gets an error instead of that page.
pub(super) async fn besides(visit: &Visit, shown: &[Property], most: usize) -> Vec<Property> {
    if !visit.signed_in() {
        return Vec::new();
    }
    match visit.ask::<Page<Property>>(visit.marked(call(SIZE))).await {
        Ok(list) => {
            let is_new = |home: &Property| shown.iter().all(|known| known.id != home.id);
            list.content.into_iter().filter(is_new).take(most).collect()
        }
        Err(error) => {
            tracing::warn!(%error, "a page is shown without recommended homes");
            Vec::new()
        }
    }
}

fn call(size: &str) -> Call {
    Call::get("/api/search/recommendations").query(&[("size", size)])
}
