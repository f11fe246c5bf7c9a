//! Searching against a plain model of it, and the index against crashes, rebuilds and erasure.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod crashes;
mod fits;
mod homes;
mod model;
mod random;
mod ranking;
mod recommends;
mod same;
mod site;
mod tastes;
