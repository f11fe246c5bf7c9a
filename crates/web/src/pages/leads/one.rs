//! One enquiry: what was asked, what its owner did about it, and the form for the next step.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::find;
use super::lead::{Lead, address};
use super::steps::{Steps, is_answered};
use crate::Site;
use crate::api::{ApiError, Call, Refusal};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;
use crate::labels::{LEAD_STAGES, Labels};
use crate::messages::key;
use crate::next_path::NextPath;
use crate::pages::{show, show_as};
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;

/// The stages of an enquiry that was answered: it cannot become new again.
const LATER_STAGES: Labels = match LEAD_STAGES {
    [_, later @ ..] => later,
    [] => &[],
};

const NOTE: Field = Field::new("note", key("lead-note"), Kind::Text).hint(key("lead-note-hint"));

static NEW: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[Field::new("status", key("lead-stage"), Kind::Choice(LEAD_STAGES)).required(), NOTE],
}];

static ANSWERED: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[Field::new("status", key("lead-stage"), Kind::Choice(LATER_STAGES)).required(), NOTE],
}];

#[derive(Template)]
#[template(path = "leads/one.html")]
struct LeadPage {
    frame: Frame,
    lead: Lead,
    steps: Steps,
    sheet: Sheet,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/dashboard/leads/{id}", get(page).post(follow_up))
}

async fn page(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&["home"]);
    show(&load(&visit, &id, None).await?)
}

/// The page with this form, or with one that shows the enquiry as it is.
async fn load(visit: &Visit, id: &Key, typed: Option<Sheet>) -> Result<LeadPage, Failure> {
    let (lead, is_only) = find(visit, id, home(visit)).await?;
    let steps = Steps::load(visit, &lead, is_only).await?;
    let groups = if is_answered(&lead.status) { ANSWERED } else { NEW };
    let sheet = match typed {
        Some(mut typed) => {
            typed.groups = groups;
            typed
        }
        None => Sheet::blank(groups).with("status", Some(&lead.status)).with("note", lead.note.as_ref()),
    };
    let mut lead = Lead::of(visit.language, lead).ok_or(Failure::NotFound)?;
    if lead.answered.is_none() {
        lead.answered = steps.answered_after(visit.language, lead.asked.as_ref());
    }
    let title = visit.text("lead-title").arg("title", &lead.title).to_string();
    Ok(LeadPage { frame: visit.frame(title), lead, steps, sheet })
}

/// The home in whose enquiries to look.
fn home(visit: &Visit) -> Option<Key> {
    visit.asked("home").and_then(|id| Key::parse(&id))
}

async fn follow_up(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let sheet = Sheet::typed(NEW, &form);
    let call = Call::patch(format!("/api/leads/{id}"), sheet.json()).if_version(form.version());
    match visit.tell(call).await {
        Ok(()) => Ok(visit.go(&back(&visit, &form, &id), Some(Flash::LeadChanged))),
        Err(ApiError::Refused(refusal)) if refusal.blames_input() || is_overtaken(&refusal) => {
            again(&visit, &id, sheet, *refusal).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether it was followed up meanwhile, perhaps in another window.
fn is_overtaken(refusal: &Refusal) -> bool {
    refusal.status == StatusCode::PRECONDITION_FAILED
}

/// Shows what was typed again, beside the enquiry as it is now.
async fn again(visit: &Visit, id: &Key, sheet: Sheet, refusal: Refusal) -> Result<Response, Failure> {
    let (status, is_overtaken) = (refusal.status, is_overtaken(&refusal));
    let mut sheet = sheet.refused(refusal);
    if is_overtaken {
        sheet.problem = Some(visit.text("lead-overtaken").to_string());
    }
    show_as(status, &load(visit, id, Some(sheet)).await?)
}

/// The page of the form: that of the enquiry, unless the form names another page of this site.
fn back(visit: &Visit, form: &Form, id: &Key) -> String {
    let next = form.get("next").and_then(NextPath::parse);
    next.map_or_else(|| address(id, home(visit).as_ref()), |next| next.to_string())
}
