//! Enquiries to be kept elsewhere: all of them as a sheet, and the visit of one as a calendar file.

use std::collections::BTreeSet;

use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::filter::LeadFilter;
use super::{LARGEST_PAGE, MOST_PAGES, find};
use crate::Site;
use crate::api::{Page, ReceivedLead};
use crate::calendar::Appointment;
use crate::csv;
use crate::failure::Failure;
use crate::key::Key;
use crate::labels::{self, LEAD_STAGES, PURPOSES};
use crate::messages::key;
use crate::visit::Visit;
use crate::when::Moment;

pub(super) const SHEET: &str = "/dashboard/leads.csv";
/// The most that a sheet holds: so many can be asked for.
const MOST: u64 = 10_000;
const COLUMNS: [&str; 12] = [
    key("lead-column-asked"),
    key("lead-column-home"),
    key("lead-column-address"),
    key("lead-column-purpose"),
    key("lead-column-stage"),
    key("lead-column-name"),
    key("lead-column-phone"),
    key("lead-column-email"),
    key("lead-column-message"),
    key("lead-column-visit"),
    key("lead-column-note"),
    key("lead-column-changed"),
];

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/dashboard/leads.csv", get(sheet))
        .route("/dashboard/leads/{id}/visit.ics", get(appointment))
}

async fn sheet(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let filter = LeadFilter::of(&visit);
    let mut rows = vec![COLUMNS.map(|column| visit.text(column).to_string()).to_vec()];
    // A new enquiry moves the others on, so that one may come twice.
    let mut written = BTreeSet::new();
    for page in 0..MOST_PAGES {
        let list: Page<ReceivedLead> = visit.ask(filter.call(&page.to_string(), LARGEST_PAGE)).await?;
        let fresh = list.content.iter().filter(|lead| written.insert(lead.id.clone()));
        rows.extend(fresh.map(|lead| row(&visit, lead)));
        if page + 1 >= list.total_pages {
            return Ok(csv::file("enquiries.csv", &rows));
        }
    }
    Err(Failure::Refused(visit.text("lead-too-many").arg("most", MOST).to_string()))
}

/// The row of an enquiry, in the order of [`COLUMNS`].
fn row(visit: &Visit, lead: &ReceivedLead) -> Vec<String> {
    let time = |at: Option<&String>| Moment::parse_some(at).map_or_else(String::new, |at| at.full());
    let home = Key::parse(&lead.property_id).map(|id| visit.complete(&format!("/homes/{id}")));
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    vec![
        time(lead.created_at.as_ref()),
        lead.title.clone(),
        home.unwrap_or_default(),
        labels::of(visit.language, PURPOSES, &lead.purpose),
        labels::of(visit.language, LEAD_STAGES, &lead.status),
        text(lead.name.as_ref()),
        text(lead.phone.as_ref()),
        text(lead.email.as_ref()),
        text(lead.message.as_ref()),
        time(lead.visit_at.as_ref()),
        text(lead.note.as_ref()),
        time(lead.updated_at.as_ref()),
    ]
}

async fn appointment(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let home = visit.asked("home").and_then(|id| Key::parse(&id));
    let (lead, _) = find(&visit, &id, home).await?;
    let start = Moment::parse_some(lead.visit_at.as_ref()).ok_or(Failure::NotFound)?;
    let revised = Moment::parse_some(lead.updated_at.as_ref()).ok_or(Failure::NotFound)?;
    let who = [&lead.name, &lead.phone, &lead.email, &lead.message].into_iter().flatten();
    let about = Appointment {
        uid: id.to_string(),
        revised,
        start,
        is_agreed: lead.status == "VISIT_PLANNED",
        summary: visit.text("lead-calendar-title").arg("title", &lead.title).to_string(),
        description: who.map(String::as_str).collect::<Vec<_>>().join("\n"),
        url: visit.complete(&super::lead::address(&id, Key::parse(&lead.property_id).as_ref())),
    };
    Ok(about.file())
}
