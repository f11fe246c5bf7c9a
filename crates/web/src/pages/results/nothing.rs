//! What is offered when nothing was found.

use futures_util::future::join_all;

use super::searching::choices;
use crate::failure::Failure;
use crate::home_search::{Condition, HomeSearch};
use crate::numbers::Count;
use crate::place_path::PlacePath;
use crate::visit::Visit;

/// The most conditions that are tried without: each is a call of the person's.
const MOST: usize = 4;

/// The same search without one condition.
pub(super) struct Offer {
    /// The condition.
    pub(super) label: String,
    /// How many homes are found without it.
    pub(super) count: Count,
    pub(super) href: String,
}

/// What the search finds when one condition is taken away, the most first. What finds nothing either is left out.
pub(super) async fn offers(visit: &Visit, wanted: &HomeSearch) -> Vec<Offer> {
    let mut conditions = wanted.conditions(visit.language);
    if !wanted.words.is_empty() {
        let label = visit.text("search-quoted").arg("words", &wanted.words).to_string();
        conditions.push(Condition { about: "q", label, without: wanted.without_words() });
    }
    conditions.sort_by_key(|condition| rank(condition.about));
    let offers = join_all(conditions.into_iter().take(MOST).map(|condition| offer(visit, condition))).await;
    let mut offers: Vec<Offer> = offers.into_iter().flatten().collect();
    offers.sort_by_key(|offer| std::cmp::Reverse(offer.count));
    offers
}

/// How soon a condition is tried: what excludes most first, what people come for last.
fn rank(about: &str) -> u8 {
    match about {
        "locality" => 0,
        "q" => 1,
        "minPrice" | "maxPrice" => 2,
        "kind" | "deal" => 4,
        _ => 3,
    }
}

async fn offer(visit: &Visit, Condition { label, without, .. }: Condition) -> Option<Offer> {
    match choices(visit, &without).await {
        Ok(found) => {
            let count = found.total_elements;
            (count.0 > 0).then(|| Offer { label, count, href: without.address() })
        }
        Err(error) => {
            tracing::warn!(%error, "a search without one condition could not be made");
            None
        }
    }
}

/// Refuses the address of a locality that is not in our list and has no home at all.
pub(super) async fn check_place(visit: &Visit, wanted: &HomeSearch) -> Result<(), Failure> {
    let unknown = wanted.place.locality.as_ref().filter(|locality| locality.at.is_none());
    let Some(locality) = unknown else { return Ok(()) };
    let place = PlacePath { locality: Some(locality.clone()), what: None };
    let found = choices(visit, &HomeSearch::at(place)).await?;
    if found.total_elements == 0 { Err(Failure::NotFound) } else { Ok(()) }
}
