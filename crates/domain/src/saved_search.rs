//! A saved search: its owner is notified of new matching homes.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::aggregate::{Aggregate, EventKind};
use crate::fields::Choice;
use crate::id::{SavedSearchId, UserId};
use crate::personal::Personal;
use crate::preferences::Channel;
use crate::time::Timestamp;

/// The most searches a person may save.
pub const MOST: u64 = 50;

/// The events of a saved search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum SavedSearchEvent {
    /// The search was saved.
    #[serde(rename = "SEARCH_SAVED")]
    Saved {
        /// The saved search's id.
        saved_search_id: SavedSearchId,
        /// Its owner.
        owner_id: UserId,
        /// Its content.
        #[serde(flatten)]
        wish: Wish,
    },
    /// The search was changed; the event carries the whole content.
    #[serde(rename = "SAVED_SEARCH_UPDATED")]
    Changed {
        /// The saved search's id.
        saved_search_id: SavedSearchId,
        /// Its owner.
        owner_id: UserId,
        /// Its new content.
        #[serde(flatten)]
        wish: Wish,
    },
    /// The search was deleted.
    #[serde(rename = "SAVED_SEARCH_DELETED")]
    Deleted {
        /// The saved search's id.
        saved_search_id: SavedSearchId,
        /// Its owner.
        owner_id: UserId,
    },
}

impl EventKind for SavedSearchEvent {}

/// The content of a saved search. Its name and filters are the owner's personal data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    /// The name given by its owner.
    pub name: Personal<String>,
    /// The filters, named as in a search request.
    pub filters: Personal<Map<String, Value>>,
    /// How the owner is notified.
    pub channels: BTreeSet<Channel>,
    /// How often the owner is notified.
    pub frequency: Frequency,
    /// Whether the owner is notified at all.
    pub enabled: bool,
}

/// How often the owner is notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Frequency {
    Instant,
    Daily,
    Weekly,
}

impl Choice for Frequency {
    const ALL: &'static [(&'static str, Self)] =
        &[("INSTANT", Self::Instant), ("DAILY", Self::Daily), ("WEEKLY", Self::Weekly)];
}

/// A change to a saved search. Absent fields stay as they are.
#[derive(Clone, Debug, Default)]
pub struct SavedSearchChange {
    /// The new name.
    pub name: Option<String>,
    /// The new filters.
    pub filters: Option<Map<String, Value>>,
    /// The new channels.
    pub channels: Option<BTreeSet<Channel>>,
    /// The new frequency.
    pub frequency: Option<Frequency>,
    /// Notifications on or off.
    pub enabled: Option<bool>,
}

/// The commands of a saved search.
#[derive(Clone, Debug)]
pub enum SavedSearchCommand {
    /// Save the search.
    Save {
        /// The saved search's id.
        id: SavedSearchId,
        /// Its owner.
        owner: UserId,
        /// Its content.
        wish: Box<Wish>,
    },
    /// Change the search.
    Change(Box<SavedSearchChange>),
    /// Delete the search.
    Delete,
}

/// Why a command is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SavedSearchRejection {
    /// There is no such saved search.
    #[error("there is no such saved search")]
    Unknown,
    /// A search with this id was saved before.
    #[error("the search is saved already")]
    Exists,
}

/// The state of a saved search.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SavedSearch {
    /// Set once it is saved. Kept after deletion, because the owner decides who may ask for it again.
    pub kept: Option<SavedSearchDetails>,
    /// It was deleted.
    pub deleted: bool,
}

/// The details of a saved search.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedSearchDetails {
    /// The saved search's id.
    pub id: SavedSearchId,
    /// Its owner.
    pub owner: UserId,
    /// Its content.
    pub wish: Wish,
    /// When it was saved.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl SavedSearch {
    fn present(&self) -> Result<&SavedSearchDetails, SavedSearchRejection> {
        self.kept.as_ref().filter(|_| !self.deleted).ok_or(SavedSearchRejection::Unknown)
    }

    fn change(&self, change: SavedSearchChange) -> Result<Vec<SavedSearchEvent>, SavedSearchRejection> {
        let kept = self.present()?;
        let (before, owner) = (&kept.wish, kept.owner);
        let wish = Wish {
            name: change.name.map_or_else(|| before.name.clone(), |name| Personal::of(owner, name)),
            filters: change.filters.map_or_else(|| before.filters.clone(), |f| Personal::of(owner, f)),
            channels: change.channels.unwrap_or_else(|| before.channels.clone()),
            frequency: change.frequency.unwrap_or(before.frequency),
            enabled: change.enabled.unwrap_or(before.enabled),
        };
        if wish == *before {
            return Ok(Vec::new());
        }
        Ok(vec![SavedSearchEvent::Changed { saved_search_id: kept.id, owner_id: owner, wish }])
    }
}

impl Aggregate for SavedSearch {
    const TYPE: &'static str = "saved-search";
    type Command = SavedSearchCommand;
    type Event = SavedSearchEvent;
    type Rejection = SavedSearchRejection;

    fn decide(
        &self,
        command: SavedSearchCommand,
        _: Timestamp,
    ) -> Result<Vec<SavedSearchEvent>, SavedSearchRejection> {
        match command {
            SavedSearchCommand::Save { .. } if self.kept.is_some() => Err(SavedSearchRejection::Exists),
            SavedSearchCommand::Save { id, owner, wish } => {
                Ok(vec![SavedSearchEvent::Saved { saved_search_id: id, owner_id: owner, wish: *wish }])
            }
            SavedSearchCommand::Change(change) => self.change(*change),
            SavedSearchCommand::Delete => {
                let kept = self.present()?;
                let (saved_search_id, owner_id) = (kept.id, kept.owner);
                Ok(vec![SavedSearchEvent::Deleted { saved_search_id, owner_id }])
            }
        }
    }

    fn evolve(&mut self, event: &SavedSearchEvent, at: Timestamp) {
        match event {
            SavedSearchEvent::Saved { saved_search_id: id, owner_id: owner, wish } => {
                let id = *id;
                let owner = *owner;
                let wish = wish.clone();
                self.kept = Some(SavedSearchDetails { id, owner, wish, created_at: at, updated_at: at });
            }
            SavedSearchEvent::Changed { wish, .. } => {
                let Some(kept) = &mut self.kept else { return };
                kept.wish = wish.clone();
                kept.updated_at = at;
            }
            SavedSearchEvent::Deleted { .. } => self.deleted = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Ids;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn save() -> SavedSearchCommand {
        let owner = Ids.id(NOW);
        let filters = Map::from_iter([("city".to_owned(), "Hyderabad".into())]);
        let wish = Wish {
            name: Personal::of(owner, "A flat for us".into()),
            filters: Personal::of(owner, filters),
            channels: [Channel::Email].into(),
            frequency: Frequency::Daily,
            enabled: true,
        };
        SavedSearchCommand::Save { id: Ids.id(NOW), owner, wish: Box::new(wish) }
    }

    fn done(state: &mut SavedSearch, command: SavedSearchCommand) -> usize {
        let events = state.decide(command, NOW).unwrap();
        for event in &events {
            state.evolve(event, NOW);
        }
        events.len()
    }

    #[test]
    fn what_is_not_named_stays_and_the_same_again_is_no_change() {
        let mut state = SavedSearch::default();
        assert_eq!(done(&mut state, save()), 1);
        assert_eq!(state.decide(save(), NOW), Err(SavedSearchRejection::Exists));
        let off = || {
            SavedSearchCommand::Change(Box::new(SavedSearchChange {
                enabled: Some(false),
                ..SavedSearchChange::default()
            }))
        };
        assert_eq!((done(&mut state, off()), done(&mut state, off())), (1, 0));
        let wish = &state.kept.as_ref().unwrap().wish;
        assert!(!wish.enabled && wish.frequency == Frequency::Daily);
        assert_eq!(wish.name.as_ref().unwrap(), "A flat for us");
    }

    #[test]
    fn what_is_deleted_is_unknown_from_then_on() {
        let mut state = SavedSearch::default();
        assert_eq!(state.decide(SavedSearchCommand::Delete, NOW), Err(SavedSearchRejection::Unknown));
        done(&mut state, save());
        assert_eq!(done(&mut state, SavedSearchCommand::Delete), 1);
        for command in [SavedSearchCommand::Delete, SavedSearchCommand::Change(Box::default())] {
            assert_eq!(state.decide(command, NOW), Err(SavedSearchRejection::Unknown));
        }
        assert_eq!(state.decide(save(), NOW), Err(SavedSearchRejection::Exists));
    }
}
