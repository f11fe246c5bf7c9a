//! The history service as its clients use it: over HTTP, with its consumer group running.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod clocks;
mod folding;
mod hiding;
mod paging;
mod rebuild;
mod since;
mod site;
mod telling;
