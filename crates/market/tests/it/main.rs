//! The market service as visitors use it: over HTTP, with its consumer group running.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod areas;
mod costs;
mod hidden;
mod homes;
mod rebuild;
mod site;
mod value;
