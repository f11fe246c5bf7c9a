//! `/about-data`: where the figures come from, what is sample data, and how estimates are made.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::{areas, show};
use crate::Site;
use crate::api::Area;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::head;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "areas/about_data.html")]
struct AboutDataPage {
    frame: Frame,
    is_sample: bool,
    /// How many homes the figures are from now, in words; `None` while nobody can tell.
    counted: Option<String>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/about-data", get(about_data))
}

async fn about_data(visit: Visit) -> Result<Response, Failure> {
    visit.knows(&[]);
    let counted = areas::all(&visit).await.ok().map(|areas| {
        let homes: Vec<u64> =
            areas.iter().map(|area: &Area| area.homes().0).filter(|homes| *homes > 0).collect();
        let text = visit.text("areas-about-now").arg("homes", homes.iter().sum::<u64>());
        text.arg("areas", homes.len()).to_string()
    });
    let title = visit.text("areas-about-title").to_string();
    show(&AboutDataPage {
        frame: visit
            .frame(title)
            .with_head(head::plain(&visit, visit.text("areas-about-description").to_string())),
        is_sample: visit.is_demo(),
        counted,
    })
}
