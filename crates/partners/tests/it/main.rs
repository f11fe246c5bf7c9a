//! The partners service over a journal of its own, with real servers as receivers.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod disabling;
mod keys;
mod managing;
mod messages;
mod order;
mod receiver;
mod site;
mod targets;
