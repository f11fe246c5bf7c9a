//! Permissions, addresses, defects of the earlier demos, and the separation of tenants, all tested over HTTP
//! against the whole application.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod addresses;
mod api_keys;
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
mod imports;
mod lists;
mod looks;
mod machine;
mod marks;
mod oidc;
mod openapi;
mod people;
mod plans;
mod products;
mod products_import;
mod products_search;
mod queries;
mod query_words;
mod recommendations;
mod rows;
mod saved_searches;
mod search;
mod searches;
mod sign_ins;
mod tenants;
mod texts;
mod unconfirmed;
mod unsubscribe;

use testkit::images;
