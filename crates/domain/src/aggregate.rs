//! The shape of every aggregate: commands in, events or a rejection out, state folded from events.

use std::error::Error;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::time::Timestamp;

/// A closed set of events, written as `{"eventType": …, "eventData": {…}}`.
pub trait EventKind: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The version of the payload shapes written today; older ones are upcast on read.
    const SCHEMA_VERSION: u16 = 1;
}

/// A consistency boundary: `decide` says which events a command gives, `evolve` folds them into the state.
pub trait Aggregate: Default + Clone + Send + Sync + 'static {
    /// The aggregate type in stream ids.
    const TYPE: &'static str;
    /// What it can be asked to do.
    type Command: Clone + Send;
    /// What can have happened to it.
    type Event: EventKind;
    /// Why a command is refused.
    type Rejection: Error + Send + Sync + 'static;

    /// The events `command` gives in this state; none when it changes nothing.
    ///
    /// # Errors
    /// When a rule refuses the command.
    fn decide(&self, command: Self::Command, now: Timestamp) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// Folds one event into the state; never fails, whatever the order of history was.
    fn evolve(&mut self, event: &Self::Event, at: Timestamp);
}
