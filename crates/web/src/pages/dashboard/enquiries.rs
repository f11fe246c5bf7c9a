//! `/dashboard/enquiries`: what the person asked owners, and how far each enquiry is.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use crate::Site;
use crate::api::{ApiError, Call, Page, SentLead};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::key::Key;
use crate::labels::{self, ENQUIRY_STATUSES, PURPOSES};
use crate::messages::Language;
use crate::numbers::Count;
use crate::pager::Pager;
use crate::pages::show;
use crate::visit::Visit;
use crate::when::Moment;

const PATH: &str = "/dashboard/enquiries";
const SIZE: u64 = 12;

/// An enquiry in words.
pub(super) struct SentEnquiry {
    pub(super) home: Option<Key>,
    pub(super) title: String,
    pub(super) purpose: String,
    pub(super) status: String,
    /// Whether its owner did something about it.
    pub(super) is_answered: bool,
    pub(super) message: Option<String>,
    pub(super) visit: Option<Moment>,
    pub(super) asked: Option<Moment>,
    pub(super) answered: Option<Moment>,
}

#[derive(Template)]
#[template(path = "dashboard/enquiries.html")]
struct EnquiriesPage {
    frame: Frame,
    enquiries: Vec<SentEnquiry>,
    total: Count,
    pager: Pager,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(page))
}

pub(super) async fn load(visit: &Visit, page: u64, size: u64) -> Result<Page<SentLead>, ApiError> {
    let size = size.to_string();
    let call =
        |page: &str| Call::get("/api/leads").query(&[("box", "sent"), ("page", page), ("size", &size)]);
    visit.ask_for_page(page, call).await
}

async fn page(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&["page"]);
    let number = visit.page_number();
    let list = load(&visit, number, SIZE).await?;
    let title = visit.text("personal-enquiries-title").to_string();
    show(&EnquiriesPage {
        frame: visit.frame(title),
        enquiries: list.content.into_iter().map(|lead| SentEnquiry::of(visit.language, lead)).collect(),
        total: list.total_elements,
        pager: Pager::new(PATH, number, list.total_pages, vec![]),
    })
}

impl SentEnquiry {
    pub(super) fn of(language: Language, lead: SentLead) -> Self {
        let is_answered = lead.status != "NEW";
        Self {
            home: Key::parse(&lead.property_id),
            purpose: labels::of(language, PURPOSES, &lead.purpose),
            status: labels::of(language, ENQUIRY_STATUSES, &lead.status),
            is_answered,
            visit: Moment::parse_some(lead.visit_at.as_ref()),
            asked: Moment::parse_some(lead.created_at.as_ref()),
            answered: Moment::parse_some(lead.updated_at.as_ref()).filter(|_| is_answered),
            title: lead.title,
            message: lead.message,
        }
    }
}
