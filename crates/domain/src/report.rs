//! Reports: a person tells moderators that something is wrong with a listing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::aggregate::{Aggregate, EventKind};
use crate::fields::Choice;
use crate::id::{PropertyId, ReportId, UserId};
use crate::personal::{Erasable, Personal};
use crate::time::Timestamp;

/// The events of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData")]
pub enum ReportEvent {
    /// A listing was reported.
    #[serde(rename = "PROPERTY_REPORTED")]
    Reported(Complaint),
}

impl EventKind for ReportEvent {
    const SCHEMA_VERSION: u16 = 2;
}

/// A complaint about a listing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Complaint {
    /// The report's id.
    pub report_id: ReportId,
    /// The listing.
    pub property_id: PropertyId,
    /// The listing's title at that time.
    pub title: Erasable<String>,
    /// The person who reports. Moderators can see it; the listing's owner cannot.
    pub reporter_id: UserId,
    /// The cause.
    pub cause: Cause,
    /// Details in the person's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Personal<String>>,
}

/// The state of a report. It never changes once made.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Set once it is made.
    pub complaint: Option<Complaint>,
}

/// The report exists already.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the report exists already")]
pub struct ReportedBefore;

impl Aggregate for Report {
    const TYPE: &'static str = "report";
    type Command = Complaint;
    type Event = ReportEvent;
    type Rejection = ReportedBefore;

    fn decide(&self, complaint: Complaint, _: Timestamp) -> Result<Vec<ReportEvent>, ReportedBefore> {
        if self.complaint.is_some() {
            Err(ReportedBefore)
        } else {
            Ok(vec![ReportEvent::Reported(complaint)])
        }
    }

    fn evolve(&mut self, event: &ReportEvent, _: Timestamp) {
        let ReportEvent::Reported(complaint) = event;
        self.complaint = Some(complaint.clone());
    }
}

/// The possible causes of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Cause {
    Fraud,
    Duplicate,
    WrongInformation,
    NotAvailable,
    Offensive,
    Other,
}

impl Choice for Cause {
    const ALL: &'static [(&'static str, Self)] = &[
        ("FRAUD", Self::Fraud),
        ("DUPLICATE", Self::Duplicate),
        ("WRONG_INFORMATION", Self::WrongInformation),
        ("NOT_AVAILABLE", Self::NotAvailable),
        ("OFFENSIVE", Self::Offensive),
        ("OTHER", Self::Other),
    ];
}
