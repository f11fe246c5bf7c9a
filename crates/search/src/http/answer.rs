//! Turns a query into an answer: waits for the caller's own writes, searches, then reads the rows of the hits.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::Uri;
use domain::{Log, PropertyId};
use http_kit::{Caller, Failure, Freshness, Links, Page};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::App;
use crate::home::{Document, Finding, Home};
use crate::query::{Count, Facets, Hit, IndexHits, Query, kilometres, text_score};
use crate::ranking::Measured;
use crate::request::{TimedSearch, cursor};
use crate::rows;

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
        let Some(user) = caller.user() else { return Freshness::Fresh };
        let context = &self.search.context;
        let began = Instant::now();
        let written = context.seen.of(&caller.tenant, user)[Log::Facts.index()];
        let freshness = context.wait_for_own(&self.status, caller, &[Log::Facts]).await;
        let left = context.wait.saturating_sub(began.elapsed());
        if freshness.is_stale() || !self.search.progress.wait(written.seq, left).await {
            return Freshness::Stale;
        }
        freshness
    }

    /// Searches the index on a thread that may block. The number of concurrent searches is limited.
    pub async fn search(&self, query: Query) -> Result<IndexHits, Failure> {
        let broken = |error: &dyn std::fmt::Display| Failure::unavailable(error);
        let _turn = self.search.turns.acquire().await.map_err(|closed| broken(&closed))?;
        let index = Arc::clone(&self.search.index);
        let found = tokio::task::spawn_blocking(move || index.search(&query)).await;
        found.map_err(|cut| broken(&cut))?.map_err(|error| broken(&error))
    }

    /// Answers one page. A hit whose row has left the market since it was indexed is left out.
    pub async fn results(&self, caller: &Caller, asked: &TimedSearch) -> Result<(Results, u64), Failure> {
        let found = self.search(asked.query.clone()).await?;
        let ids: Vec<PropertyId> = found.hits.iter().map(|hit| hit.key.id.into()).collect();
        let homes = rows::homes(&self.search.store, &caller.tenant, &ids).await;
        let homes = homes.map_err(|error| Failure::unavailable(&error))?;
        let content = documents(asked, &found.hits, &homes)?;
        let next = found.hits.last().map(|hit| cursor(asked, &hit.key));
        let page = Page::new(&asked.paging, content, found.total, next.as_ref());
        Ok((Results { page, facets: asked.query.facets.then_some(found.facets) }, found.total))
    }
}

fn documents(
    asked: &TimedSearch,
    hits: &[Hit],
    homes: &HashMap<PropertyId, Home>,
) -> Result<Vec<Box<RawValue>>, Failure> {
    let query = &asked.query;
    let mut content = Vec::with_capacity(hits.len());
    for hit in hits {
        let Some(home) = homes.get(&hit.key.id.into()) else { continue };
        let standing = home.standing();
        let near = query.geo.near.zip(standing.at);
        let ranked = !query.words.is_empty() || query.is_ranked();
        // Computed from the current row, so that the explanation adds up for the document that is shown.
        let text = text_score(home, &query.words).unwrap_or(hit.text);
        let found = Finding {
            relevance_score: ranked.then(|| standing.relevance(text, query.at)),
            distance_km: near.map(|(near, at)| (kilometres(near.at, at) * 1000.0).round() / 1000.0),
            explain: asked.explain.then(|| standing.parts(text, query.at)),
        };
        content.push(to_raw_value(&Document::of(home, found)).map_err(|error| Failure::unavailable(&error))?);
    }
    Ok(content)
}
