//! Tests search against a plain model, and the index against crashes, rebuilds and erasure.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod crashes;
mod homes;
mod index_equals_scan;
mod matching_equals_index;
mod model;
mod product_model;
mod product_probes;
mod product_sync;
mod products;
mod products_equal_scan;
mod random;
mod ranking;
mod recommends;
mod shop;
mod site;
mod tastes;
