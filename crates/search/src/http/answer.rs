//! Turns a query into an answer: waits for the caller's own writes, searches, then reads the rows of the hits.

use std::collections::HashMap;

use axum::http::Uri;
use domain::PropertyId;
use domain::favourites::Favourites;
use http_kit::{Caller, Failure, Freshness, Links, Page};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use crate::engine::IndexError;
use crate::engine::reading;
use crate::home::{Document, Explanation, Finding, Home};
use crate::index::Index;
use crate::query::{Count, Facets, Hit, IndexHits, Query, kilometres, matched_words, text_score};
use crate::ranking::Measured;
use crate::relaxing::{self, Found, Relaxed};
use crate::request::{TimedSearch, cursor};
use crate::rows;
use crate::understanding::UnderstoodQuery;
use crate::{App, Search};

/// A page of listings, with the facet counts for narrowing the search.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchResults)]
pub struct Results {
    #[serde(flatten)]
    #[schema(value_type = Page<Document<'static>>)]
    page: Page<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Vec<Count>>>)]
    facets: Option<Facets>,
    /// How the words of the search were understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    understood: Option<UnderstoodQuery>,
    /// Present when all words together found nothing, and the homes shown match most of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    relaxed: Option<Relaxed>,
}

impl Results {
    /// The links to the pages around this one.
    pub fn links<'a>(&self, uri: &'a Uri) -> Links<'a> {
        self.page.links(uri)
    }

    /// The entries without paging or facets.
    pub fn into_content(self) -> Vec<Box<RawValue>> {
        self.page.into_content()
    }
}

impl App {
    /// Waits, for a bounded time, until the rows and then the index contain the caller's own writes.
    pub async fn fresh(&self, caller: &Caller) -> Freshness {
        let Search { context, progress, .. } = &self.search;
        reading::wait_for_own(context, &self.status, progress, caller).await
    }

    /// Searches the index for `query`.
    pub async fn search(&self, query: Query) -> Result<IndexHits, Failure> {
        self.index(move |index| index.search(&query)).await
    }

    /// Searches the index as a person asked, and relaxes a search that finds nothing.
    pub async fn find(&self, asked: &TimedSearch) -> Result<Found, Failure> {
        let asked = asked.clone();
        self.index(move |index| relaxing::search(index, &asked)).await
    }

    /// Reads the index on a thread that may block. The number of concurrent searches is limited.
    async fn index<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Index) -> Result<T, IndexError> + Send + 'static,
    ) -> Result<T, Failure> {
        reading::read(&self.search.index, &self.search.turns, read).await
    }

    /// Answers one page. A hit whose row has left the market since it was indexed is left out.
    pub async fn results(&self, caller: &Caller, asked: &TimedSearch) -> Result<(Results, u64), Failure> {
        let Found { hits: found, query, relaxed } = self.find(asked).await?;
        let ids: Vec<PropertyId> = found.hits.iter().map(|hit| hit.key.id.into()).collect();
        let homes = rows::homes(&self.search.store, &caller.tenant, &ids).await;
        let homes = homes.map_err(|error| Failure::unavailable(&error))?;
        let base_url = self.search.context.photos.base_url();
        let favourites = self.search.context.favourites(caller, asked.with_favourites).await?;
        let details = HitDetails { explain: asked.explain, favourites, base_url };
        let content = documents(&query, &found.hits, &homes, &details)?;
        let next = found.hits.last().map(|hit| cursor(asked, &hit.key));
        let page = Page::new(&asked.paging, content, found.total, next.as_ref());
        let facets = query.facets.then_some(found.facets);
        let understood = asked.understanding.told(&asked.given);
        // What is shown instead of nothing was not found.
        let total = if relaxed.is_some() { 0 } else { found.total };
        Ok((Results { page, facets, understood, relaxed }, total))
    }
}

/// How hits are shown.
pub struct HitDetails<'a> {
    /// Whether the factors of each relevance score are told.
    pub explain: bool,
    /// What the caller saved, if each hit is to say whether it is among that.
    pub favourites: Option<Favourites>,
    /// Where photos are.
    pub base_url: &'a str,
}

/// The documents of the hits whose rows are still there, as they are sent.
pub fn documents(
    query: &Query,
    hits: &[Hit],
    homes: &HashMap<PropertyId, Home>,
    details: &HitDetails<'_>,
) -> Result<Vec<Box<RawValue>>, Failure> {
    let mut content = Vec::with_capacity(hits.len());
    for hit in hits {
        let Some(home) = homes.get(&hit.key.id.into()) else { continue };
        let standing = home.standing();
        let near = query.geo.near.zip(standing.at);
        let ranked = !query.words.is_empty() || query.is_ranked();
        // Computed from the current row, so that the explanation adds up for the document that is shown.
        let text = text_score(home, query).unwrap_or(hit.text);
        let found = Finding {
            relevance_score: ranked.then(|| standing.relevance(text, query.at)),
            distance_km: near.map(|(near, at)| (kilometres(near.at, at) * 1000.0).round() / 1000.0),
            is_favorited: details.favourites.as_ref().map(|favourites| favourites.hold(home.id)),
            explain: details.explain.then(|| Explanation {
                parts: standing.parts(text, query.at),
                words: matched_words(home, query),
            }),
        };
        content.push(
            to_raw_value(&Document::of(home, found, details.base_url))
                .map_err(|error| Failure::unavailable(&error))?,
        );
    }
    Ok(content)
}
