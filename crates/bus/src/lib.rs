//! Consumer groups over the journal: every event once, in order per key, and a key that fails holds up nobody else.
//!
//! ```text
//!           cursor (contiguous, with the event id)          head
//!              v                                              v
//! log  1 2 3 4 5 | 6 7 8 9 …   batch: due events -> Target::advance (effects + cursor in one transaction)
//!                      events of a blocked key -> written down as parked in that same transaction
//! ```
//! A key that fails is blocked: its first failing event and every later one of the key wait behind it, tried again
//! with back-off, then parked for an operator. The cursor moves only over positions that are done or written down
//! as parked, so a crash at any point repeats nothing and skips nothing.
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
