//! Requests about leads: an enquiry, a follow-up, and the query of a list.

use domain::fields::{Choice, MemberKind};
use domain::lead::{LeadStatus, Purpose};
use domain::property::content::Contact;
use domain::{FieldErrors, Fields, PropertyId, Timestamp, people};
use http_kit::{Body, Paging, Request};
use serde_json::{Value, json};

use crate::leads::Side;

const WORDS: std::ops::RangeInclusive<usize> = 1..=1000;
/// Nobody plans a visit more than a year ahead.
const FARTHEST_VISIT_SECONDS: i64 = 366 * 86_400;

/// See [`NewEnquiry`].
pub type EnquiryBody = Body<NewEnquiry>;

/// The body of `POST /api/properties/{id}/leads`.
pub struct NewEnquiry {
    pub words: Option<String>,
    pub purpose: Purpose,
    pub contact: Contact,
    pub visit_at: Option<Timestamp>,
}

impl NewEnquiry {
    /// Checks that the visit lies in the future, and not so far that it must be a mistake.
    pub fn is_ahead_of(&self, now: Timestamp) -> Result<(), FieldErrors> {
        let wrong = match self.visit_at {
            Some(at) if at <= now => "must be in the future",
            Some(at) if at > now.plus_seconds(FARTHEST_VISIT_SECONDS) => "must be within a year",
            _ => return Ok(()),
        };
        Err(FieldErrors::one("visitAt", wrong))
    }
}

impl Request for NewEnquiry {
    const NAME: &'static str = "Enquiry";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let words = f.prose("message", WORDS);
        let purpose = f.choice("purpose").unwrap_or(Purpose::Enquiry);
        let contact = Contact {
            name: f.name("name", 1..=100),
            phone: f.parsed("phone", people::phone),
            email: f.parsed("email", people::email),
        };
        let time = |text: &str| text.parse().map_err(|_| "must be a time such as 2026-01-31T10:00:00Z");
        Some(Self { words, purpose, contact, visit_at: f.parsed("visitAt", time) })
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "visitAt").then_some("Within a year from now, RFC 3339.")
    }

    fn example() -> Value {
        json!({"message": "Is it still there?", "purpose": "VISIT"})
    }
}

/// See [`FollowUp`].
pub type FollowUpBody = Body<FollowUp>;

/// The body of `PATCH /api/leads/{id}`.
pub struct FollowUp {
    pub status: Option<LeadStatus>,
    pub note: Option<String>,
}

impl Request for FollowUp {
    const NAME: &'static str = "LeadFollowUp";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let (status, note) = (f.choice("status"), f.prose("note", WORDS));
        if status.is_none() && note.is_none() {
            f.wrong("status", format!("{}; or give a note", LeadStatus::choices()));
        }
        Some(Self { status, note })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(if member == "note" { "For the owner alone." } else { "This, or a note." })
    }

    fn example() -> Value {
        json!({"status": "CONTACTED", "note": "Comes on Sunday"})
    }
}

/// The query of `GET /api/leads`.
pub struct LeadList {
    pub side: Side,
    pub status: Option<LeadStatus>,
    pub property: Option<PropertyId>,
    pub paging: Paging,
}

impl Request for LeadList {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.asks("box", || MemberKind::Choice(vec!["received", "sent"]));
        let side = f.parsed("box", |word| match word {
            "received" => Ok(Side::Owner),
            "sent" => Ok(Side::Seeker),
            _ => Err("must be received or sent"),
        });
        let status = f.choice("status");
        let property =
            f.parsed("propertyId", |id| id.parse::<PropertyId>().map_err(|_| "must be the id of a listing"));
        let paging = Paging::read(f, 10, 2)?;
        Some(Self { side: side.unwrap_or(Side::Owner), status, property, paging })
    }

    fn about(member: &str) -> Option<&'static str> {
        match member {
            "box" => Some("What the caller was asked, or asked."),
            "propertyId" => Some("About this listing only."),
            _ => None,
        }
    }
}
