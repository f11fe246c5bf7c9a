//! The users service over a journal of its own, called as clients call it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod admin;
mod clocks;
mod credentials;
mod harness;
mod mail;
mod signing_in;
mod spellings;
