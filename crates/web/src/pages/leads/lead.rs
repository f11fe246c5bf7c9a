//! An enquiry in words.

use super::PATH;
use super::steps::{answered_after, is_answered};
use crate::api::ReceivedLead;
use crate::key::Key;
use crate::labels::{self, LEAD_STAGES, PURPOSES};
use crate::messages::Language;
use crate::when::Moment;

pub(super) struct Lead {
    id: Key,
    pub(super) home: Option<Key>,
    pub(super) title: String,
    pub(super) name: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) email: Option<String>,
    pub(super) message: Option<String>,
    pub(super) note: Option<String>,
    pub(super) purpose: String,
    pub(super) stage: String,
    /// Whether its owner has not answered it yet.
    pub(super) is_new: bool,
    pub(super) visit: Option<Moment>,
    pub(super) asked: Option<Moment>,
    /// How long the owner took to answer, if that is known.
    pub(super) answered: Option<String>,
    pub(super) version: u64,
}

impl Lead {
    pub(super) fn of(language: Language, lead: ReceivedLead) -> Option<Self> {
        Some(Self {
            id: Key::parse(&lead.id)?,
            home: Key::parse(&lead.property_id),
            purpose: labels::of(language, PURPOSES, &lead.purpose),
            stage: labels::of(language, LEAD_STAGES, &lead.status),
            is_new: !is_answered(&lead.status),
            visit: Moment::parse_some(lead.visit_at.as_ref()),
            asked: Moment::parse_some(lead.created_at.as_ref()),
            answered: answered_after(language, &lead),
            title: lead.title,
            name: lead.name,
            phone: lead.phone,
            email: lead.email,
            message: lead.message,
            note: lead.note,
            version: lead.version,
        })
    }

    /// The address of its page.
    pub(super) fn address(&self) -> String {
        address(&self.id, self.home.as_ref())
    }

    /// The address of the calendar file of its visit.
    pub(super) fn calendar(&self) -> String {
        below(&self.id, "/visit.ics", self.home.as_ref())
    }
}

/// The address of the page of an enquiry. With its home it is found at once.
pub(super) fn address(id: &Key, home: Option<&Key>) -> String {
    below(id, "", home)
}

fn below(id: &Key, end: &str, home: Option<&Key>) -> String {
    home.map_or_else(|| format!("{PATH}/{id}{end}"), |home| format!("{PATH}/{id}{end}?home={home}"))
}
