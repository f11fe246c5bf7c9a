//! `/areas/{slug}`: the figures of one area over time, what is on offer there, and what is near.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use axum::routing::get;

use super::offers::{self, Offer};
use super::timeline::{self, Timeline};
use super::{API, Change, show};
use crate::Site;
use crate::api::{AreaDetails, Call, FoundHomes, NearArea, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::head;
use crate::key::Key;
use crate::listing_path;
use crate::numbers::{Count, figure};
use crate::rupees::whole;
use crate::visit::Visit;
use crate::when::Moment;

/// The newest homes that are shown.
const NEWEST: &str = "6";

#[derive(Template)]
#[template(path = "areas/one.html")]
struct AreaPage {
    frame: Frame,
    is_sample: bool,
    name: String,
    slug: Key,
    for_sale: Count,
    for_rent: Count,
    price: Option<String>,
    rent: Option<String>,
    change: Option<Change>,
    timelines: Vec<Timeline>,
    offers: Vec<Offer>,
    near: Vec<Near>,
    newest: Vec<Property>,
    computed_at: Option<Moment>,
}

/// An area nearby.
struct Near {
    page: String,
    name: String,
    distance: Option<String>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/areas/{slug}", get(area))
}

async fn area(visit: Visit, slug: Result<Path<String>, PathRejection>) -> Result<Response, Failure> {
    let Path(typed) = slug.map_err(|_| Failure::NotFound)?;
    let asked = Key::parse(&listing_path::slug(&typed)).ok_or(Failure::NotFound)?;
    let details: AreaDetails = visit.ask(Call::get(format!("{API}/{asked}"))).await?;
    let slug = Key::parse(&details.area.slug).unwrap_or(asked);
    if slug.to_string() != typed {
        return Ok(visit.moved_to(&format!("/areas/{slug}")));
    }
    visit.knows(&[]);
    let AreaDetails { area, kinds, near, computed_at } = details;
    let newest = newest(&visit, &area.name).await?;
    let title = visit.text("areas-one-title").arg("area", &area.name).arg("city", visit.city()).to_string();
    let description = visit.text("areas-one-description").arg("area", &area.name).to_string();
    let head = head::plain(&visit, description);
    show(&AreaPage {
        frame: visit.frame(title).with_head(head),
        is_sample: visit.is_demo(),
        timelines: timeline::all(&visit, &area.series),
        offers: offers::all(&visit, &slug, &kinds),
        near: near.into_iter().filter_map(|near| Near::of(&visit, near)).collect(),
        newest,
        computed_at: Moment::parse_some(computed_at.as_ref()),
        for_sale: area.homes_for_sale,
        for_rent: area.homes_for_rent,
        price: area.median_price_per_sqft.map(whole),
        rent: area.median_rent.map(whole),
        change: area.change_percent.map(Change::of),
        name: area.name,
        slug,
    })
}

/// The newest homes of an area. They are no search of the person, and belong in no history of theirs.
async fn newest(visit: &Visit, area: &str) -> Result<Vec<Property>, Failure> {
    let asked = [
        ("location", area),
        ("sortBy", "createdAt"),
        ("sortDir", "desc"),
        ("size", NEWEST),
        ("facets", "false"),
        ("record", "false"),
    ];
    let call = Call::get("/api/search/properties").query(&asked);
    let found: FoundHomes = visit.ask(visit.marked(call)).await?;
    // A search that finds nothing may answer with other homes.
    Ok(if found.relaxed.is_some() { Vec::new() } else { found.content })
}

impl Near {
    fn of(visit: &Visit, near: NearArea) -> Option<Self> {
        let slug = Key::parse(&near.slug)?;
        let distance = near.distance_km.map(|far| {
            let tenths = (far * 10.0).round() / 10.0;
            visit.text("areas-distance").arg("far", figure(tenths)).to_string()
        });
        Some(Self { page: format!("/areas/{slug}"), name: near.name, distance })
    }
}
