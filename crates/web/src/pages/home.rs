//! `/`: an introduction to the site, and the latest homes.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::show;
use crate::Site;
use crate::api::{Call, Page, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::head;
use crate::visit::Visit;

const LATEST: &str = "6";

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    latest: Vec<Property>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/", get(home))
}

async fn home(visit: Visit) -> Result<Response, Failure> {
    let call = Call::get("/api/properties/recent").query(&[("limit", LATEST)]);
    let latest: Page<Property> = visit.ask(call).await?;
    let title = format!("Homes in {}", visit.city());
    let frame = visit.frame(title).with_head(head::front(&visit)?);
    show(&HomePage { frame, latest: latest.content })
}
