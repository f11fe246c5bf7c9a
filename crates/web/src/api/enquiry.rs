//! An enquiry about a home, as its seeker or the home's owner sees it.

use serde::Deserialize;

use crate::labels::{self, ENQUIRY_STATUSES, PURPOSES};
use crate::messages::Language;
use crate::when::Moment;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Enquiry {
    purpose: String,
    status: String,
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) message: Option<String>,
    visit_at: Option<String>,
    created_at: Option<String>,
    /// The language in which it is described.
    #[serde(skip)]
    language: Language,
}

impl Enquiry {
    /// What it asks for, in words.
    pub(crate) fn purpose(&self) -> String {
        labels::of(self.language, PURPOSES, &self.purpose)
    }

    /// How far it is, in words.
    pub(crate) fn status(&self) -> String {
        labels::of(self.language, ENQUIRY_STATUSES, &self.status)
    }

    /// The time that was asked for.
    pub(crate) fn visit(&self) -> Option<Moment> {
        Moment::parse_some(self.visit_at.as_ref())
    }

    pub(crate) fn made(&self) -> Option<Moment> {
        Moment::parse_some(self.created_at.as_ref())
    }
}
