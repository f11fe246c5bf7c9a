//! The homes a person saved. They form a set, so saving a home twice is the same as saving it once.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::activity::Snapshot;
use crate::aggregate::{Aggregate, EventKind};
use crate::id::PropertyId;
use crate::time::Timestamp;

/// The events of a person's saved homes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum FavouritesEvent {
    /// A home was saved.
    #[serde(rename = "PROPERTY_FAVORITED")]
    Saved {
        /// The listing's id.
        property_id: PropertyId,
        /// The listing at that time.
        #[serde(flatten)]
        snapshot: Snapshot,
    },
    /// A home was removed from the list.
    #[serde(rename = "PROPERTY_UNFAVORITED")]
    Unsaved {
        /// The listing's id.
        property_id: PropertyId,
        /// The listing at that time.
        #[serde(flatten)]
        snapshot: Snapshot,
    },
}

impl EventKind for FavouritesEvent {
    const SCHEMA_VERSION: u16 = 2;
}

/// The commands of saved homes.
#[derive(Clone, Debug)]
pub enum FavouritesCommand {
    /// Save a home.
    Save(PropertyId, Snapshot),
    /// Remove it from the list.
    Unsave(PropertyId, Snapshot),
}

/// Why a command is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FavouritesRejection {
    /// The list is full.
    #[error("at most {MOST} homes can be saved; take one off first")]
    Full,
}

/// The most homes a person may save.
pub const MOST: usize = 1000;

/// A person's saved homes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Favourites(BTreeSet<PropertyId>);

impl Favourites {
    /// Whether a home is among them.
    #[must_use]
    pub fn hold(&self, id: PropertyId) -> bool {
        self.0.contains(&id)
    }
}

impl Aggregate for Favourites {
    const TYPE: &'static str = "favourite";
    type Command = FavouritesCommand;
    type Event = FavouritesEvent;
    type Rejection = FavouritesRejection;

    fn decide(
        &self,
        command: FavouritesCommand,
        _: Timestamp,
    ) -> Result<Vec<FavouritesEvent>, FavouritesRejection> {
        Ok(match command {
            FavouritesCommand::Save(id, _) if self.0.contains(&id) => Vec::new(),
            FavouritesCommand::Save(..) if self.0.len() >= MOST => return Err(FavouritesRejection::Full),
            FavouritesCommand::Save(property_id, snapshot) => {
                vec![FavouritesEvent::Saved { property_id, snapshot }]
            }
            FavouritesCommand::Unsave(id, _) if !self.0.contains(&id) => Vec::new(),
            FavouritesCommand::Unsave(property_id, snapshot) => {
                vec![FavouritesEvent::Unsaved { property_id, snapshot }]
            }
        })
    }

    fn evolve(&mut self, event: &FavouritesEvent, _: Timestamp) {
        match event {
            FavouritesEvent::Saved { property_id, .. } => self.0.insert(*property_id),
            FavouritesEvent::Unsaved { property_id, .. } => self.0.remove(property_id),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{Ids, UserId};
    use crate::money::Paise;

    #[test]
    fn saving_is_a_set_and_not_a_counter() {
        let now = Timestamp::from_micros(0);
        let id = Ids.id(now);
        let snapshot = Snapshot::of(UserId::default(), "A villa", Paise::from_paise(100), "Miyapur");
        let saved = vec![FavouritesEvent::Saved { property_id: id, snapshot: snapshot.clone() }];
        let unsaved = vec![FavouritesEvent::Unsaved { property_id: id, snapshot: snapshot.clone() }];
        let mut state = Favourites::default();
        assert_eq!(state.decide(FavouritesCommand::Unsave(id, snapshot.clone()), now), Ok(vec![]));
        assert_eq!(state.decide(FavouritesCommand::Save(id, snapshot.clone()), now), Ok(saved.clone()));
        assert!(!state.hold(id));
        state.evolve(&saved[0], now);
        assert!(state.hold(id));
        assert_eq!(state.decide(FavouritesCommand::Save(id, snapshot.clone()), now), Ok(vec![]));
        assert_eq!(state.decide(FavouritesCommand::Unsave(id, snapshot), now), Ok(unsaved));
    }
}
