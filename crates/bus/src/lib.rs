//! Consumer groups over the journal. Every event is applied exactly once and in order per key; a failing key
//! does not hold up the others.
//!
//! ```text
//!           cursor (contiguous, with the event id)          head
//!              v                                              v
//! log  1 2 3 4 5 | 6 7 8 9 …   batch: due events -> Target::advance (effects + cursor in one transaction)
//!                      events of a blocked key -> written down as parked in that same transaction
//! ```
//! A failing key is blocked: its first failing event and every later event of that key wait. The key is retried
//! with back-off and then parked for an operator. The cursor moves only past positions that are done or
//! recorded as parked, so a crash at any point neither repeats nor skips an event.
#![warn(missing_docs)]

mod group;
mod handle;
mod lag;
mod runner;
mod stats;
mod target;
mod wait;

pub use group::{AfterTries, Blocked, BlockedState, Group, GroupDecisions, Policy, Retry};
pub use handle::{DeadLetterError, Decision, GroupHandle, RebuildError, TakeOver};
pub use lag::Lag;
pub use runner::{Progress, Runner, StartError};
pub use stats::{Stats, StatsSnapshot};
pub use target::{
    Advance, ApplyError, BlockedKey, Candidate, Checkpoint, GroupState, Lease, ParkedEvent, Target,
};
pub use wait::{Asker, Generation, GroupStatus, WaitOutcome};
