//! The history service as its readers meet it: over HTTP, behind a running group.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod clocks;
mod folding;
mod hiding;
mod paging;
mod rebuild;
mod site;
mod telling;
