//! A search that a person keeps, to be told of the homes that come to fit it.

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

/// The most searches a person may keep.
pub const MOST: u64 = 50;

/// What has happened to a saved search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum SavedSearchEvent {
    /// It was saved.
    #[serde(rename = "SEARCH_SAVED")]
    Saved {
        /// Its id.
        saved_search_id: SavedSearchId,
        /// Whose it is.
        owner_id: UserId,
        /// What it says.
        #[serde(flatten)]
        wish: Wish,
    },
    /// It was changed; carries all of it.
    #[serde(rename = "SAVED_SEARCH_UPDATED")]
    Changed {
        /// Its id.
        saved_search_id: SavedSearchId,
        /// Whose it is.
        owner_id: UserId,
        /// What it says now.
        #[serde(flatten)]
        wish: Wish,
    },
    /// It is not kept any more.
    #[serde(rename = "SAVED_SEARCH_DELETED")]
    Deleted {
        /// Its id.
        saved_search_id: SavedSearchId,
        /// Whose it was.
        owner_id: UserId,
    },
}

impl EventKind for SavedSearchEvent {}

/// What a saved search says. Its name and what it looks for are its owner's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    /// What its owner calls it.
    pub name: Personal<String>,
    /// What for, by the names of a search request.
    pub filters: Personal<Map<String, Value>>,
    /// How its owner is told.
    pub channels: BTreeSet<Channel>,
    /// How often.
    pub frequency: Frequency,
    /// Whether they are told at all.
    pub enabled: bool,
}

/// How often somebody is told.
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

/// What somebody wants otherwise; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct SavedSearchChange {
    /// Another name.
    pub name: Option<String>,
    /// Look for something else.
    pub filters: Option<Map<String, Value>>,
    /// Tell by these.
    pub channels: Option<BTreeSet<Channel>>,
    /// Tell so often.
    pub frequency: Option<Frequency>,
    /// Tell, or do not.
    pub enabled: Option<bool>,
}

/// What a saved search can be asked.
#[derive(Clone, Debug)]
pub enum SavedSearchCommand {
    /// Keep it.
    Save {
        /// Its id.
        id: SavedSearchId,
        /// Whose it is.
        owner: UserId,
        /// What it says.
        wish: Box<Wish>,
    },
    /// Change it.
    Change(Box<SavedSearchChange>),
    /// Keep it no more.
    Delete,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SavedSearchRejection {
    /// There is no such saved search.
    #[error("there is no such saved search")]
    Unknown,
    /// It was saved before.
    #[error("the search is saved already")]
    Exists,
}

/// A saved search.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SavedSearch {
    /// Set once it is saved, and kept when it is deleted: whose it was decides who may ask again.
    pub kept: Option<SavedSearchDetails>,
    /// It is not kept any more.
    pub deleted: bool,
}

/// What is kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedSearchDetails {
    /// Its id.
    pub id: SavedSearchId,
    /// Whose it is.
    pub owner: UserId,
    /// What it says.
    pub wish: Wish,
    /// Saved at.
    pub created_at: Timestamp,
    /// Changed at.
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
                let (id, owner, wish) = (*id, *owner, wish.clone());
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
        let (owner, filters) = (Ids.id(NOW), Map::from_iter([("city".to_owned(), "Hyderabad".into())]));
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
