//! The analytics service as administrators use it: over HTTP, with its consumer group running.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod erasure;
mod few_people;
mod fold;
mod happenings;
mod programs;
mod rebuild;
mod site;
mod whole_days;
mod zones;
