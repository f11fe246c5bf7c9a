//! Searches to start from: what many people search for, and what this person did.

use crate::api::{Call, Page, PastSearch, Suggestion};
use crate::home_search::{HomeSearch, with_query};
use crate::numbers::Count;
use crate::visit::Visit;
use crate::when::Moment;

/// How many suggestions are read, searches among them.
const READ: &str = "50";
/// The most of each that are shown.
const SHOWN: usize = 6;
/// How many past searches are read; some of them are the same.
const PAST: &str = "20";

#[derive(Default)]
pub(super) struct Suggestions {
    /// What many people search for: text and address.
    pub(super) popular: Vec<(String, String)>,
    pub(super) past: Vec<Past>,
}

/// A search that the person made before.
pub(super) struct Past {
    pub(super) heading: String,
    pub(super) href: String,
    pub(super) found: Count,
    pub(super) at: Option<Moment>,
}

/// A list that cannot be loaded is left out: the page is about something else.
pub(super) async fn load(visit: &Visit) -> Suggestions {
    let call = Call::get("/api/search/suggestions").query(&[("details", "true"), ("size", READ)]);
    let suggested: Vec<Suggestion> = visit.ask(call).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "popular searches could not be loaded");
        Vec::new()
    });
    let searches = suggested.into_iter().filter(|suggestion| suggestion.kind == "SEARCH");
    let address = |text: String| {
        let href = with_query("/homes", &[("q", &text)]);
        (text, href)
    };
    let popular = searches.map(|search| address(search.text)).take(SHOWN).collect();
    let past = if visit.signed_in() { past(visit).await } else { Vec::new() };
    Suggestions { popular, past }
}

async fn past(visit: &Visit) -> Vec<Past> {
    let call = Call::get("/api/search/history/me").query(&[("size", PAST)]);
    let searches: Page<PastSearch> = match visit.ask(call).await {
        Ok(searches) => searches,
        Err(error) => {
            tracing::warn!(%error, "past searches could not be loaded");
            return Vec::new();
        }
    };
    let mut past: Vec<Past> = Vec::new();
    for search in searches.content {
        let Some(wanted) = search.search_filters.as_ref().and_then(HomeSearch::of_past) else { continue };
        let href = wanted.address();
        if past.len() < SHOWN && !past.iter().any(|other| other.href == href) {
            past.push(Past {
                heading: wanted.heading(visit.language, visit.city()),
                href,
                found: search.results_count,
                at: Moment::parse_some(search.timestamp.as_ref()),
            });
        }
    }
    past
}
