//! The interface of all aggregates: commands go in, events or a rejection come out, and state is folded from
//! events.

use std::error::Error;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::time::Timestamp;

/// A closed set of events, written as `{"eventType": …, "eventData": {…}}`.
pub trait EventKind: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The version of the payload schema written today. Older payloads are upcast on reading.
    const SCHEMA_VERSION: u16 = 1;
}

/// A consistency boundary: `decide` turns a command into events, `evolve` folds events into the state.
pub trait Aggregate: Default + Clone + Send + Sync + 'static {
    /// The aggregate type in stream ids.
    const TYPE: &'static str;
    /// The commands.
    type Command: Clone + Send;
    /// The events.
    type Event: EventKind;
    /// Why a command is rejected.
    type Rejection: Error + Send + Sync + 'static;

    /// The events that `command` causes in this state; none when it changes nothing.
    ///
    /// # Errors
    /// When a rule rejects the command.
    fn decide(&self, command: Self::Command, now: Timestamp) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// Folds one event into the state. Never fails, whatever the order of events.
    fn evolve(&mut self, event: &Self::Event, at: Timestamp);
}
