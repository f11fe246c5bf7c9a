//! The real server over HTTP: the main job, imports, races, kills.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod crash;
mod imports;
mod races;
mod rebuild;
mod scenario;
