//! The localities and categories that people look at most.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use projection::ViewError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::anonymity::AnonymousCount;
use crate::projection::topics::TopicKind;
use crate::queries::{Counts, TopicCount};

/// The most localities and categories of a report.
const MOST: usize = 20;
const LOCALITY_KINDS: [TopicKind; 3] =
    [TopicKind::LocalityViews, TopicKind::LocalitySearches, TopicKind::LocalityLeads];
const CATEGORY_KINDS: [TopicKind; 2] = [TopicKind::CategoryViews, TopicKind::CategoryPurchases];

/// What people did about a locality.
#[derive(Debug, Serialize, ToSchema)]
pub struct BusyLocality {
    /// Its name, in the form in which names are compared.
    #[schema(examples("kondapur"))]
    name: String,
    /// Views of its listings.
    views: AnonymousCount,
    /// Searches that named it as a filter.
    searches: AnonymousCount,
    /// Enquiries about its listings.
    leads: AnonymousCount,
}

/// What people did about a category of products.
#[derive(Debug, Serialize, ToSchema)]
pub struct BusyCategory {
    #[schema(examples("Electronics"))]
    name: String,
    /// Views of its products.
    views: AnonymousCount,
    /// Purchases of its products.
    purchases: AnonymousCount,
}

impl BusyLocality {
    pub async fn busiest(counts: &Counts<'_>) -> Result<Vec<Self>, ViewError> {
        let mut busiest = Vec::new();
        for (topic, [views, searches, leads]) in ranked(counts, LOCALITY_KINDS).await? {
            let kinds = LOCALITY_KINDS.into_iter().zip([views, searches, leads]);
            let mut given = kinds.filter(|(_, count)| count.given() > 0).map(|(kind, _)| kind);
            let Some(kind) = given.next() else { continue };
            if let Some(name) = counts.words(kind, &topic).await? {
                busiest.push(Self { name, views, searches, leads });
            }
        }
        Ok(busiest)
    }
}

impl BusyCategory {
    pub async fn busiest(counts: &Counts<'_>) -> Result<Vec<Self>, ViewError> {
        let ranked = ranked(counts, CATEGORY_KINDS).await?;
        Ok(ranked.into_iter().map(|(name, [views, purchases])| Self { name, views, purchases }).collect())
    }
}

/// The topics with the highest sums of what may be given of these kinds.
async fn ranked<const KINDS: usize>(
    counts: &Counts<'_>,
    kinds: [TopicKind; KINDS],
) -> Result<Vec<(String, [AnonymousCount; KINDS])>, ViewError> {
    let mut of_kinds = Vec::with_capacity(KINDS);
    for kind in kinds {
        of_kinds.push(counts.topics(kind).await?);
    }
    let topics: BTreeSet<&String> = of_kinds.iter().flat_map(BTreeMap::keys).collect();
    let counted = |topic: &String| {
        let mut counts = of_kinds.iter().map(|topics| {
            let TopicCount { people, events } = topics.get(topic).copied().unwrap_or_default();
            AnonymousCount::of(events, people)
        });
        (topic.clone(), std::array::from_fn(|_| counts.next().unwrap_or(AnonymousCount::of(0, 0))))
    };
    let mut all: Vec<(String, [AnonymousCount; KINDS])> = topics.into_iter().map(counted).collect();
    let sum = |counts: &[AnonymousCount; KINDS]| counts.iter().map(|count| count.given()).sum::<u64>();
    all.retain(|(_, counts)| sum(counts) > 0);
    all.sort_by_cached_key(|(topic, counts)| (Reverse(sum(counts)), topic.clone()));
    all.truncate(MOST);
    Ok(all)
}
