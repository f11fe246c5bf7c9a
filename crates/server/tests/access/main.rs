//! Who may do what, which addresses there are, what the earlier demos got wrong, and what keeps tenants apart: all of
//! it over HTTP against the whole application.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod addresses;
mod authorisation;
mod closing;
mod commands;
mod daily;
mod defects;
mod endpoints;
mod export;
mod files;
mod guessing_notices;
mod hidden_ids;
mod host_cookies;
mod hosts;
mod images;
mod lists;
mod looks;
mod machine;
mod oidc;
mod openapi;
mod people;
mod queries;
mod recommendations;
mod rows;
mod saved_searches;
mod search;
mod searches;
mod sign_ins;
mod tenants;
