//! What a person's saved searches would find that is new.

use std::collections::HashMap;

use axum::extract::{Path, State};
use domain::saved_search::MOST;
use domain::{Fields, PropertyId, Timestamp, UserId};
use http_kit::{ApiResponse, Caller, Category, Failure, Paging, Query as QueryOf, Reply, Request};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::answer::{HitDetails, documents};
use crate::App;
use crate::home::{Document, Home};
use crate::query::{Query, Sort};
use crate::rows;
use crate::saved::http::Document as SavedSearchDocument;
use crate::saved::{self, Saved};

/// Without a time, the homes of so many days are new.
const USUAL_SECONDS: i64 = 30 * 86_400;
/// How many homes of each search are shown. The counts are of all.
const SHOWN: usize = 3;

/// The query of `GET /api/search/matches/{userId}`.
pub struct MatchesSince(Option<Timestamp>);

impl Request for MatchesSince {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let time = |text: &str| text.parse().map_err(|_| "must be a time such as 2026-01-31T10:00:00Z");
        Some(Self(f.parsed("since", time)))
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "since").then_some("Homes listed after this time, RFC 3339; 30 days ago without it.")
    }

    fn example() -> Value {
        json!({"since": "2026-11-20T10:00:00Z"})
    }
}

/// What is new for each of a person's saved searches.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SavedSearchMatches)]
pub struct Matches {
    user_id: UserId,
    since: Timestamp,
    /// The most recently saved first; also those that are switched off.
    searches: Vec<SearchMatches>,
}

/// A saved search, and the homes on the market that match it and were listed since.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MatchesOfSavedSearch)]
pub struct SearchMatches {
    search: SavedSearchDocument,
    /// How many there are; null if the search cannot be read any more.
    new_homes: Option<u64>,
    /// The newest of them.
    #[schema(value_type = Vec<Document<'static>>)]
    homes: Vec<Box<RawValue>>,
}

/// `GET /api/search/matches/{userId}`: open to the person (`me`) and to admins; an admin's access is recorded.
#[utoipa::path(
    get,
    path = "/api/search/matches/{userId}",
    summary = "New homes for a person's saved searches",
    params(QueryOf<MatchesSince>),
    responses((status = 200, description = "Every saved search with its new homes", body = ApiResponse<Matches>)),
)]
pub async fn matches(
    State(app): State<App>,
    caller: Caller,
    Path(user): Path<String>,
    QueryOf(asked): QueryOf<MatchesSince>,
) -> Result<Reply<Matches>, Failure> {
    let context = &app.search.context;
    let user = caller.named(&user)?;
    caller.may_read_existing(context, (Category::Searches, user), "GET /api/search/matches/{userId}").await?;
    let MatchesSince(since) = asked?;
    let now = context.aggregates.clock().now();
    let since = since.unwrap_or_else(|| now.plus_seconds(-USUAL_SECONDS));
    let fresh = app.fresh(&caller).await;
    let paging = Paging { page: 0, size: MOST, cursor: None };
    let mut searches = Vec::new();
    for kept in app.kept_rows(&caller.tenant, user, &paging).await? {
        searches.push(app.matches_of(&caller, kept, since, now).await?);
    }
    let data = Matches { user_id: user, since, searches };
    Ok(context.reply("New homes found", data).stale(fresh.is_stale()))
}

impl App {
    async fn matches_of(
        &self,
        caller: &Caller,
        kept: Saved,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<SearchMatches, Failure> {
        // A search that was kept by an earlier version may be refused by this one.
        let Ok(query) = saved::query(&caller.tenant, kept.filters.clone(), now) else {
            return Ok(SearchMatches { search: kept.into(), new_homes: None, homes: Vec::new() });
        };
        let sort = vec![Sort::NEWEST];
        let query = Query { since: Some(since), sort, size: SHOWN, offset: 0, facets: false, ..query };
        let found = self.search(query.clone()).await?;
        let ids: Vec<PropertyId> = found.hits.iter().map(|hit| hit.key.id.into()).collect();
        let homes: HashMap<PropertyId, Home> = rows::homes(&self.search.store, &caller.tenant, &ids)
            .await
            .map_err(|error| Failure::unavailable(&error))?;
        let base_url = self.search.context.photos.base_url();
        let details = HitDetails { explain: false, favourites: None, base_url };
        let homes = documents(&query, &found.hits, &homes, &details)?;
        Ok(SearchMatches { search: kept.into(), new_homes: Some(found.total), homes })
    }
}
