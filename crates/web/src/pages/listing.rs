//! The page of a home, at its canonical address; and all that a person does from there.
//!
//! What the market service tells is left out when it is not there, so that the page never depends on it.

mod amenities;
mod asking;
mod card;
mod costs;
mod form;
mod gallery;
mod gone;
mod key_facts;
mod own;
mod passing_on;
mod person;
mod place;
mod price_context;
mod reporting;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

pub(super) use self::person::{owns, who};

use self::amenities::Amenity;
use self::card::{Deeds, PriceCard, Times};
use self::costs::{CostSheet, Outgo};
use self::gallery::Gallery;
use self::key_facts::KeyFact;
use self::own::OwnPanel;
use self::place::HomePlace;
use self::price_context::ContextView;
use super::{contact_looks, show};
use crate::Site;
use crate::api::{ApiError, Call, Contact, Enquiry, LookedAt, Looks, Page, Property};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::frame::Frame;
use crate::head;
use crate::key::Key;
use crate::listing_path;
use crate::visit::Visit;

/// The homes that were looked at before, this one perhaps among them.
const LOOKED_AT: &str = "6";
const SIMILAR: &str = "4";

#[derive(Template)]
#[template(path = "listing/page.html")]
struct ListingPage {
    frame: Frame,
    id: Key,
    gallery: Gallery,
    price: PriceCard,
    deeds: Deeds,
    times: Times,
    contact: Option<Contact>,
    /// What its owner sees; `None` for others.
    own: Option<OwnPanel>,
    /// The reader's own enquiry.
    asked: Option<Enquiry>,
    key_facts: Vec<KeyFact>,
    amenities: Vec<Amenity>,
    place: Option<HomePlace>,
    context: Option<ContextView>,
    outgo: Option<Outgo>,
    costs: Option<CostSheet>,
    similar: Vec<Property>,
    /// The other homes that the reader looked at last: id and title.
    looked_at: Vec<(String, String)>,
    home: Property,
}

impl ListingPage {
    fn near(&self) -> &[String] {
        self.home.nearby_facilities.as_deref().unwrap_or_default()
    }
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route(listing_path::ROUTE, get(canonical))
        .route("/homes/{id}", get(by_id))
        .route("/homes/{id}/contact", get(by_id).post(reveal))
        .merge(asking::router())
        .merge(reporting::router())
        .merge(passing_on::router())
        .merge(gallery::router())
}

async fn canonical(
    visit: Visit,
    Path((locality, kind, listing)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let id = listing_path::id_in(&listing).ok_or(Failure::NotFound)?;
    open(&visit, id, Some((locality.as_str(), kind.as_str()))).await
}

async fn by_id(visit: Visit, id: Key) -> Result<Response, Failure> {
    open(&visit, id, None).await
}

/// Shows the home, or leads to its present address. `told` is what the address says of a home that may be gone.
async fn open(visit: &Visit, id: Key, told: Option<(&str, &str)>) -> Result<Response, Failure> {
    let home = match load(visit, &id).await {
        Err(ApiError::Refused(refusal)) if refusal.status == StatusCode::GONE => {
            return gone::page(visit, told).await;
        }
        home => home?,
    };
    let path = home.path();
    if visit.is_at(&path) { render(visit, id, home, None).await } else { Ok(visit.moved_to(&path)) }
}

async fn reveal(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let contact = visit.ask(Call::get(format!("/api/properties/{id}/contact"))).await?;
    let home = load(&visit, &id).await?;
    render(&visit, id, home, Some(contact)).await
}

async fn load(visit: &Visit, id: &Key) -> Result<Property, ApiError> {
    visit.ask(Call::get(format!("/api/properties/{id}?include=favorite"))).await
}

async fn render(
    visit: &Visit,
    id: Key,
    home: Property,
    contact: Option<Contact>,
) -> Result<Response, Failure> {
    let person = who(visit).await?;
    let own =
        if owns(person.as_ref(), &home) { Some(OwnPanel::load(visit, &id, &home).await?) } else { None };
    let is_seeker = visit.signed_in() && own.is_none();
    let asked = if is_seeker { asking::sent(visit, &id).await? } else { None };
    let looked_at = if is_seeker { looked_at(visit, &id).await? } else { Vec::new() };
    let context = ContextView::load(visit, &id).await?;
    let costs = CostSheet::load(visit, &home).await?;
    let similar = similar(visit, &id).await?;
    let frame = visit.frame(home.heading()).with_head(head::listing(visit, &home)?);
    show(&ListingPage {
        gallery: Gallery::of(visit, &home),
        price: PriceCard::of(visit, &home),
        deeds: Deeds::of(&home, &id, undone(&frame)),
        times: Times::of(visit, &home),
        key_facts: key_facts::of(&home),
        amenities: amenities::all(&home),
        place: HomePlace::of(&home, contact.is_some() || own.is_some()),
        outgo: Outgo::of(visit, &home),
        frame,
        id,
        contact,
        own,
        asked,
        context,
        costs,
        similar,
        looked_at,
        home,
    })
}

/// The deed that takes back what the person just did.
fn undone(frame: &Frame) -> Option<&'static str> {
    match frame.flash {
        Some(Flash::Saved) => Some("unsave"),
        Some(Flash::Unsaved) => Some("save"),
        _ => None,
    }
}

/// Homes like this one.
pub(super) async fn similar(visit: &Visit, id: &Key) -> Result<Vec<Property>, Failure> {
    let call = Call::get(format!("/api/properties/{id}/similar")).query(&[("limit", SIMILAR)]);
    let page: Option<Page<Property>> = visit.ask_for_part(visit.marked(call)).await?;
    Ok(page.map_or_else(Vec::new, |page| page.content))
}

/// The other homes that the person looked at last, each once: id and title.
async fn looked_at(visit: &Visit, id: &Key) -> Result<Vec<(String, String)>, Failure> {
    let call = Call::get("/api/user-history/me/activities/PROPERTY_VIEWED").query(&[("size", LOOKED_AT)]);
    let looks: Looks = visit.ask_for_part(call).await?.unwrap_or_default();
    let mut homes: Vec<(String, String)> = Vec::new();
    for (home, title) in looks.activities.into_iter().filter_map(LookedAt::into_home) {
        let is_new = home != *id && !homes.iter().any(|(known, _)| *known == home.to_string());
        if is_new {
            homes.push((home.to_string(), title));
        }
    }
    Ok(homes)
}
