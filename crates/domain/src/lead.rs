//! Leads: a person's interest in a listing, which its owner follows up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::activity::Snapshot;
use crate::aggregate::{Aggregate, EventKind};
use crate::fields::Choice;
use crate::id::{LeadId, PropertyId, UserId};
use crate::personal::{Erasable, Personal};
use crate::property::content::Contact;
use crate::time::Timestamp;

/// The events of a lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum LeadEvent {
    /// A person contacted the owner of a listing.
    #[serde(rename = "LEAD_CREATED")]
    Made {
        /// The lead's id.
        lead_id: LeadId,
        /// The listing.
        property_id: PropertyId,
        /// The listing at that time.
        #[serde(flatten)]
        snapshot: Snapshot,
        /// The listing's owner, who follows up the lead.
        owner_id: UserId,
        /// The enquiry.
        #[serde(flatten)]
        enquiry: Enquiry,
    },
    /// The owner followed it up.
    #[serde(rename = "LEAD_UPDATED")]
    Updated {
        /// The lead's id.
        lead_id: LeadId,
        /// The listing.
        property_id: PropertyId,
        /// The listing's title at the time of the enquiry.
        title: Erasable<String>,
        /// The previous status.
        from: LeadStatus,
        /// The new status.
        to: LeadStatus,
        /// The owner's private note, if it changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
    },
}

impl EventKind for LeadEvent {
    const SCHEMA_VERSION: u16 = 2;
}

/// An owner's note about the person who asked. It is erased when either of them is erased.
pub type Note = Personal<Personal<String>>;

/// An enquiry to an owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Enquiry {
    /// The person who asks.
    pub seeker_id: UserId,
    /// Its purpose.
    pub purpose: Purpose,
    /// Their contact data.
    pub seeker: Personal<Contact>,
    /// Their message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Personal<String>>,
    /// When they would like to visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_at: Option<Timestamp>,
}

/// The purpose of an enquiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Purpose {
    Enquiry,
    Visit,
    Callback,
}

impl Choice for Purpose {
    const ALL: &'static [(&'static str, Self)] =
        &[("ENQUIRY", Self::Enquiry), ("VISIT", Self::Visit), ("CALLBACK", Self::Callback)];
}

/// The status of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum LeadStatus {
    New,
    Contacted,
    VisitPlanned,
    Won,
    Lost,
    Spam,
}

impl Choice for LeadStatus {
    const ALL: &'static [(&'static str, Self)] = &[
        ("NEW", Self::New),
        ("CONTACTED", Self::Contacted),
        ("VISIT_PLANNED", Self::VisitPlanned),
        ("WON", Self::Won),
        ("LOST", Self::Lost),
        ("SPAM", Self::Spam),
    ];
}

impl LeadStatus {
    /// Whether the lead is closed. The same person may then ask again.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Won | Self::Lost | Self::Spam)
    }
}

/// The commands of a lead.
#[derive(Clone, Debug)]
pub enum LeadCommand {
    /// Contact the owner of a listing.
    Make {
        /// The lead's id.
        id: LeadId,
        /// The listing.
        property: PropertyId,
        /// The listing at that time.
        snapshot: Snapshot,
        /// The listing's owner.
        owner: UserId,
        /// The enquiry.
        enquiry: Box<Enquiry>,
    },
    /// Follow it up; absent fields stay as they are.
    FollowUp {
        /// The new status.
        status: Option<LeadStatus>,
        /// The owner's private note.
        note: Option<String>,
    },
}

/// Why a command is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeadRejection {
    /// There is no such lead.
    #[error("there is no such lead")]
    Unknown,
    /// A lead with this id exists already.
    #[error("the lead exists already")]
    Exists,
    /// People cannot enquire about their own listing.
    #[error("the listing is your own")]
    Own,
    /// A lead cannot become new again.
    #[error("a lead that was followed up cannot become new again")]
    NotNewAgain,
}

/// The state of a lead.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Lead {
    /// Set once the lead exists.
    pub made: Option<LeadDetails>,
}

/// The details of a lead.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeadDetails {
    /// The lead's id.
    pub id: LeadId,
    /// The listing.
    pub property: PropertyId,
    /// The listing's title at the time of the enquiry.
    pub title: Erasable<String>,
    /// The listing's owner, who follows up the lead.
    pub owner: UserId,
    /// The enquiry.
    pub enquiry: Enquiry,
    /// Its status.
    pub status: LeadStatus,
    /// The owner's note.
    pub note: Option<Note>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last followed up.
    pub updated_at: Timestamp,
}

impl Lead {
    fn follow_up(
        &self,
        status: Option<LeadStatus>,
        note: Option<String>,
    ) -> Result<Vec<LeadEvent>, LeadRejection> {
        let lead = self.made.as_ref().ok_or(LeadRejection::Unknown)?;
        let to = status.unwrap_or(lead.status);
        if to == LeadStatus::New && lead.status != LeadStatus::New {
            return Err(LeadRejection::NotNewAgain);
        }
        let seeker = lead.enquiry.seeker_id;
        let note = note.map(|note| Personal::of(lead.owner, Personal::of(seeker, note)));
        let note = note.filter(|note| Some(note) != lead.note.as_ref());
        if to == lead.status && note.is_none() {
            return Ok(Vec::new());
        }
        let lead_id = lead.id;
        let property_id = lead.property;
        let title = lead.title.clone().owned_by(lead.owner);
        Ok(vec![LeadEvent::Updated { lead_id, property_id, title, from: lead.status, to, note }])
    }
}

impl Aggregate for Lead {
    const TYPE: &'static str = "lead";
    type Command = LeadCommand;
    type Event = LeadEvent;
    type Rejection = LeadRejection;

    fn decide(&self, command: LeadCommand, _: Timestamp) -> Result<Vec<LeadEvent>, LeadRejection> {
        match command {
            LeadCommand::Make { .. } if self.made.is_some() => Err(LeadRejection::Exists),
            LeadCommand::Make { owner, enquiry, .. } if enquiry.seeker_id == owner => Err(LeadRejection::Own),
            LeadCommand::Make { id, property, snapshot, owner, enquiry } => {
                let (lead_id, property_id, owner_id, enquiry) = (id, property, owner, *enquiry);
                Ok(vec![LeadEvent::Made { lead_id, property_id, snapshot, owner_id, enquiry }])
            }
            LeadCommand::FollowUp { status, note } => self.follow_up(status, note),
        }
    }

    fn evolve(&mut self, event: &LeadEvent, at: Timestamp) {
        match event {
            LeadEvent::Made { lead_id, property_id, snapshot, owner_id, enquiry } => {
                self.made = Some(LeadDetails {
                    id: *lead_id,
                    property: *property_id,
                    title: snapshot.title.clone(),
                    owner: *owner_id,
                    enquiry: enquiry.clone(),
                    status: LeadStatus::New,
                    note: None,
                    created_at: at,
                    updated_at: at,
                });
            }
            LeadEvent::Updated { to, note, .. } => {
                let Some(lead) = &mut self.made else { return };
                lead.status = *to;
                lead.updated_at = at;
                if note.is_some() {
                    lead.note.clone_from(note);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Ids;
    use crate::money::Paise;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn make(owner: UserId, seeker_id: UserId) -> LeadCommand {
        let snapshot = Snapshot::of(UserId::default(), "A villa", Paise::from_paise(1), "Miyapur");
        let contact = Contact { name: None, phone: Some("+919876543210".into()), email: None };
        let purpose = Purpose::Visit;
        let seeker = Personal::of(seeker_id, contact);
        let enquiry = Box::new(Enquiry { seeker_id, purpose, seeker, words: None, visit_at: None });
        LeadCommand::Make { id: Ids.id(NOW), property: Ids.id(NOW), snapshot, owner, enquiry }
    }

    fn made() -> Lead {
        let mut lead = Lead::default();
        for event in lead.decide(make(Ids.id(NOW), Ids.id(NOW)), NOW).unwrap() {
            lead.evolve(&event, NOW);
        }
        lead
    }

    fn follow_up(
        lead: &Lead,
        status: LeadStatus,
        note: Option<&str>,
    ) -> Result<Vec<LeadEvent>, LeadRejection> {
        lead.decide(LeadCommand::FollowUp { status: Some(status), note: note.map(str::to_owned) }, NOW)
    }

    #[test]
    fn nobody_asks_oneself_nor_twice() {
        let person = Ids.id(NOW);
        assert_eq!(Lead::default().decide(make(person, person), NOW), Err(LeadRejection::Own));
        assert_eq!(made().decide(make(person, Ids.id(NOW)), NOW), Err(LeadRejection::Exists));
    }

    #[test]
    fn a_follow_up_changes_what_it_names_and_never_back_to_new() {
        let mut lead = made();
        assert_eq!(follow_up(&lead, LeadStatus::New, None), Ok(vec![]));
        let events = follow_up(&lead, LeadStatus::Contacted, Some("Comes on Sunday")).unwrap();
        lead.evolve(&events[0], NOW);
        let standing = lead.made.as_ref().unwrap();
        assert_eq!(standing.status, LeadStatus::Contacted);
        let note = standing.note.as_ref().and_then(Personal::as_ref).unwrap();
        assert_eq!(*note, Personal::of(standing.enquiry.seeker_id, "Comes on Sunday".into()));
        assert_eq!(follow_up(&lead, LeadStatus::Contacted, Some("Comes on Sunday")), Ok(vec![]));
        assert_eq!(follow_up(&lead, LeadStatus::New, None), Err(LeadRejection::NotNewAgain));
        let events = follow_up(&lead, LeadStatus::Lost, None).unwrap();
        lead.evolve(&events[0], NOW);
        assert!(lead.made.as_ref().unwrap().note.is_some(), "what is not named stays");
    }

    #[test]
    fn nothing_follows_up_what_is_not_there() {
        assert_eq!(follow_up(&Lead::default(), LeadStatus::Won, None), Err(LeadRejection::Unknown));
    }
}
