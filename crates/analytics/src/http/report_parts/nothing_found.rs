//! Searches that found nothing.

use std::cmp::Reverse;

use projection::ViewError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::report::with_enough_people;
use crate::projection::topics::TopicKind;
use crate::queries::Counts;

/// The most searches of a report.
const MOST: usize = 20;

/// A search that found nothing, of at least five people.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchWithoutResult {
    /// Its words, then its filters, in the form in which texts are compared.
    #[schema(examples("lake view; bedrooms=3; location=miyapur"))]
    search: String,
    /// How many people tried.
    people: u64,
    /// How often.
    searches: u64,
}

impl SearchWithoutResult {
    pub async fn commonest(counts: &Counts<'_>) -> Result<Vec<Self>, ViewError> {
        let topics = with_enough_people(counts, TopicKind::NothingFound).await?;
        let mut ranked: Vec<_> = topics.into_iter().collect();
        ranked.sort_by_key(|(_, count)| Reverse((count.people, count.events)));
        let mut commonest = Vec::new();
        for (topic, count) in ranked.into_iter().take(MOST) {
            let Some(search) = counts.words(TopicKind::NothingFound, &topic).await? else { continue };
            commonest.push(Self { search, people: count.people, searches: count.events });
        }
        Ok(commonest)
    }
}
