//! Tests the pages over a stub of the API: what the browser sees, and what the API is asked.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::needless_pass_by_value, reason = "answers written in place read better without a &")]

mod account;
mod admin;
mod areas;
mod browser;
mod choices;
mod csrf;
mod dashboard;
mod findable;
mod home;
mod importing;
mod inbox;
mod leads;
mod listing;
mod moderation;
mod one_home;
mod pages;
mod people;
mod photos;
mod results;
mod saving;
mod search;
mod session;
mod stub;
mod tools;
