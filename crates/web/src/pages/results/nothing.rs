//! What is offered when nothing was found.

use super::searching::choices;
use crate::failure::Failure;
use crate::numbers::Count;
use crate::place_path::PlacePath;
use crate::visit::Visit;
use crate::wanted::{Condition, Wanted};

/// The most conditions that are tried one by one.
const MOST: usize = 8;

/// The same search without one condition.
pub(super) struct Offer {
    /// The condition.
    pub(super) label: String,
    /// How many homes are found without it.
    pub(super) count: Count,
    pub(super) href: String,
}

/// What the search finds when one condition is taken away, the most first. What finds nothing either is left out.
pub(super) async fn offers(visit: &Visit, wanted: &Wanted) -> Vec<Offer> {
    let mut conditions = wanted.conditions(visit.language);
    if !wanted.words.is_empty() {
        let label = visit.text("search-quoted").arg("words", &wanted.words).to_string();
        conditions.push(Condition { label, without: wanted.without_words() });
    }
    let mut offers = Vec::new();
    for Condition { label, without } in conditions.into_iter().take(MOST) {
        match choices(visit, &without).await {
            Ok(found) if found.total_elements.0 > 0 => {
                offers.push(Offer { label, count: found.total_elements, href: without.address() });
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "a search without one condition could not be made"),
        }
    }
    offers.sort_by_key(|offer| std::cmp::Reverse(offer.count));
    offers
}

/// Refuses the address of a locality that is not in our list and has no home at all.
pub(super) async fn check_place(visit: &Visit, wanted: &Wanted) -> Result<(), Failure> {
    let unknown = wanted.place.locality.as_ref().filter(|locality| locality.at.is_none());
    let Some(locality) = unknown else { return Ok(()) };
    let place = PlacePath { locality: Some(locality.clone()), what: None };
    let found = choices(visit, &Wanted::at(place)).await?;
    if found.total_elements == 0 { Err(Failure::NotFound) } else { Ok(()) }
}
