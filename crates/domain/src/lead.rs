//! Somebody is interested in a listing, and its owner follows that up.

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

/// What has happened to a lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum LeadEvent {
    /// Somebody asked.
    #[serde(rename = "LEAD_CREATED")]
    Made {
        /// Its id.
        lead_id: LeadId,
        /// About which listing.
        property_id: PropertyId,
        /// What the listing was then.
        #[serde(flatten)]
        snapshot: Snapshot,
        /// Whose listing it is: they follow it up.
        owner_id: UserId,
        /// What is wanted.
        #[serde(flatten)]
        enquiry: Enquiry,
    },
    /// The owner followed it up.
    #[serde(rename = "LEAD_UPDATED")]
    Updated {
        /// Its id.
        lead_id: LeadId,
        /// About which listing.
        property_id: PropertyId,
        /// The listing's title when somebody asked.
        title: Erasable<String>,
        /// Where it stood.
        from: LeadStatus,
        /// Where it stands.
        to: LeadStatus,
        /// What the owner notes for themselves, where that changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Note>,
    },
}

impl EventKind for LeadEvent {
    const SCHEMA_VERSION: u16 = 2;
}

/// What an owner notes about the person who asked. It is erased with either of them.
pub type Note = Personal<Personal<String>>;

/// What somebody asks of an owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Enquiry {
    /// Who asks.
    pub seeker_id: UserId,
    /// What for.
    pub purpose: Purpose,
    /// How they can be reached.
    pub seeker: Personal<Contact>,
    /// In their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Personal<String>>,
    /// When they would come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_at: Option<Timestamp>,
}

/// What somebody wants of an owner.
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

/// How far an owner is with a lead.
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
    /// Nothing more is to be done; the same person may ask again.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Won | Self::Lost | Self::Spam)
    }
}

/// What a lead can be asked to do.
#[derive(Clone, Debug)]
pub enum LeadCommand {
    /// Ask the owner of a listing.
    Make {
        /// Its id.
        id: LeadId,
        /// About which listing.
        property: PropertyId,
        /// What the listing is.
        snapshot: Snapshot,
        /// Whose it is.
        owner: UserId,
        /// What is wanted.
        enquiry: Box<Enquiry>,
    },
    /// Follow it up; what is absent stays.
    FollowUp {
        /// How far the owner is.
        status: Option<LeadStatus>,
        /// A note for themselves.
        note: Option<String>,
    },
}

/// Why a lead refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeadRejection {
    /// There is no such lead.
    #[error("there is no such lead")]
    Unknown,
    /// It was made before.
    #[error("the lead exists already")]
    Exists,
    /// Nobody asks oneself.
    #[error("the listing is your own")]
    Own,
    /// What was looked at is not new.
    #[error("a lead that was followed up cannot become new again")]
    NotNewAgain,
}

/// A lead's state.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Lead {
    /// Set once it is made.
    pub made: Option<LeadDetails>,
}

/// What a lead is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeadDetails {
    /// Its id.
    pub id: LeadId,
    /// About which listing.
    pub property: PropertyId,
    /// The listing's title when somebody asked.
    pub title: Erasable<String>,
    /// Who follows it up.
    pub owner: UserId,
    /// What is wanted.
    pub enquiry: Enquiry,
    /// How far the owner is.
    pub status: LeadStatus,
    /// What they noted.
    pub note: Option<Note>,
    /// Made at.
    pub created_at: Timestamp,
    /// Followed up at.
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
        let (lead_id, property_id, title) = (lead.id, lead.property, lead.title.clone().owned_by(lead.owner));
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
        let (purpose, seeker) = (Purpose::Visit, Personal::of(seeker_id, contact));
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
