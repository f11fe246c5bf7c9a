//! Conditional requests: entity tags are `"{version}"` or `"{version}-{counters}"`.

use axum::http::HeaderMap;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use domain::{FieldErrors, Version};

use crate::failure::Failure;

/// The version of `If-Match`; nothing when it is absent or `*`. Counters after a dash are not compared.
///
/// # Errors
/// 400 when it is no tag of ours.
pub fn if_match(headers: &HeaderMap) -> Result<Option<Version>, Failure> {
    let Some(given) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = given.to_str().unwrap_or("").trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.trim_start_matches("W/").trim_matches('"');
    let version = tag.split('-').next().and_then(|version| version.parse().ok());
    let wrong = || Failure::invalid(FieldErrors::one("If-Match", "must be the ETag of an earlier answer"));
    version.map(Some).ok_or_else(wrong)
}

/// Whether the client holds `tag` already.
#[must_use]
pub fn not_modified(headers: &HeaderMap, tag: &str) -> bool {
    let Some(given) = headers.get(IF_NONE_MATCH).and_then(|given| given.to_str().ok()) else { return false };
    given.split(',').any(|one| {
        let one = one.trim().trim_start_matches("W/").trim_matches('"');
        one == tag || one == "*"
    })
}
