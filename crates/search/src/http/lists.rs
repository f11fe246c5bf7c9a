//! The handlers that list homes.

use super::answer::Results;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use domain::activity::ActivityEvent;
use domain::property::Status;
use domain::{Personal, PropertyId};
use http_kit::Query as QueryOf;
use http_kit::{ApiResponse, Caller, Failure, FirstHomes};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::home::Document;
use crate::query::{Count, Facets, Filters, Like, Query, Sort, SortBy};
use crate::request::{SearchBody, SearchRequest, TimedSearch};
use crate::rows;

/// The filters and sort orders a search can use.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SearchChoices)]
struct Choices {
    total_elements: u64,
    /// The counts, by filter and value.
    #[schema(value_type = BTreeMap<String, Vec<Count>>)]
    filters: Facets,
    /// The names that `sortBy` accepts.
    sorts: Vec<&'static str>,
}

impl App {
    /// Turns a request into the caller's search as of now. `facets` is the default when the request does not say
    /// whether to count facets.
    fn asked(&self, caller: &Caller, request: SearchRequest, facets: bool) -> TimedSearch {
        request.asked_in(&caller.tenant, self.search.context.aggregates.clock().now(), facets)
    }

    /// Answers one page. `uri` is the address for the paging links; `None` for a search sent in a body, which has no
    /// address.
    async fn answer(
        &self,
        caller: &Caller,
        asked: TimedSearch,
        uri: Option<&Uri>,
    ) -> Result<Response, Failure> {
        let fresh = self.fresh(caller).await;
        let (results, total) = self.results(caller, &asked).await?;
        self.note(caller, asked, total).await?;
        let links = uri.map(|uri| results.links(uri));
        let reply = self.search.context.reply("Properties found", results);
        let reply = if let Some(links) = &links { reply.links(links) } else { reply };
        Ok(reply.stale(fresh.is_stale()).into_response())
    }

    /// Records a signed-in person's search in their own history, unless their client says that they did not ask for it.
    /// Further pages of the same search are not recorded.
    /// The event is queued and not awaited, unless the settings say so.
    async fn note(&self, caller: &Caller, asked: TimedSearch, results_count: u64) -> Result<(), Failure> {
        let Some(user) = caller.user() else { return Ok(()) };
        if caller.is_program() || !asked.is_recorded || asked.paging.page > 0 || asked.paging.cursor.is_some()
        {
            return Ok(());
        }
        let context = &self.search.context;
        let event = ActivityEvent::Searched { filters: Personal::of(user, asked.told), results_count };
        context.activity.searched(caller.actor(), user, event).await?;
        context.activity_kept().await
    }
}

/// `GET /api/search/properties`
#[utoipa::path(
    get,
    path = "/api/search/properties",
    summary = "Search homes",
    params(QueryOf<SearchRequest>),
    responses(
        (status = 200, description = "A page of homes, and the counts of what can be chosen next", body = ApiResponse<Results>),
    ),
)]
pub async fn by_query(
    State(app): State<App>,
    caller: Caller,
    QueryOf(request): QueryOf<SearchRequest>,
    uri: Uri,
) -> Result<Response, Failure> {
    let asked = app.asked(&caller, request?, true);
    app.answer(&caller, asked, Some(&uri)).await
}

/// `POST /api/search/properties` and `POST /api/search/advanced`: the same search, sent in a body.
#[utoipa::path(
    post,
    path = "/api/search/properties",
    summary = "Search homes, asked in a body",
    request_body = SearchBody,
    responses(
        (status = 200, description = "A page of homes, and the counts of what can be chosen next", body = ApiResponse<Results>),
    ),
)]
pub async fn by_body(
    State(app): State<App>,
    caller: Caller,
    QueryOf(nothing): QueryOf<()>,
    body: SearchBody,
) -> Result<Response, Failure> {
    nothing?;
    let asked = app.asked(&caller, body.value?, true);
    app.answer(&caller, asked, None).await
}

/// `GET /api/properties/search` and `…/filter`, kept for clients of the earlier systems. Facets are counted only on
/// request.
#[utoipa::path(
    get,
    path = "/api/properties/search",
    summary = "Search homes; facets only when asked for",
    params(QueryOf<SearchRequest>),
    responses(
        (status = 200, description = "A page of homes, and the counts of what can be chosen next", body = ApiResponse<Results>),
    ),
)]
pub async fn listings(
    State(app): State<App>,
    caller: Caller,
    QueryOf(request): QueryOf<SearchRequest>,
    uri: Uri,
) -> Result<Response, Failure> {
    let asked = app.asked(&caller, request?, false);
    app.answer(&caller, asked, Some(&uri)).await
}

/// `GET /api/search/filters`: the available filters with counts, and the sort orders. Filters that are already set
/// narrow the counts of the others.
#[utoipa::path(
    get,
    path = "/api/search/filters",
    summary = "What can be chosen, with counts",
    params(QueryOf<SearchRequest>),
    responses((status = 200, description = "Filters and orders", body = ApiResponse<Choices>)),
)]
pub async fn filters(
    State(app): State<App>,
    caller: Caller,
    QueryOf(request): QueryOf<SearchRequest>,
) -> Result<Response, Failure> {
    let mut asked = app.asked(&caller, request?, true);
    let fresh = app.fresh(&caller).await;
    (asked.query.facets, asked.query.size, asked.query.offset) = (true, 0, 0);
    let found = app.find(&asked).await?.hits;
    let sorts: Vec<&'static str> = SortBy::WORDS.iter().map(|(word, _)| *word).collect();
    let data = Choices { total_elements: found.total, filters: found.facets, sorts };
    Ok(app.search.context.reply("Filters found", data).stale(fresh.is_stale()).into_response())
}

/// `GET /api/search/featured`: featured homes, newest first, as an array.
#[utoipa::path(
    get,
    path = "/api/search/featured",
    summary = "Featured homes, the newest first",
    params(QueryOf<FirstHomes<10>>),
    responses((status = 200, description = "As an array", body = ApiResponse<Vec<Document<'static>>>)),
)]
pub async fn featured(
    State(app): State<App>,
    caller: Caller,
    QueryOf(first): QueryOf<FirstHomes<10>>,
) -> Result<Response, Failure> {
    let FirstHomes { paging, with_favourites } = first?;
    let filters = Filters { featured: Some(true), ..Filters::default() };
    let all = Query::all(caller.tenant.clone(), app.search.context.aggregates.clock().now());
    let first = TimedSearch::first(paging, Query { filters, ..all });
    let asked = TimedSearch { with_favourites, ..first };
    let fresh = app.fresh(&caller).await;
    let (results, _) = app.results(&caller, &asked).await?;
    let reply = app.search.context.reply("Featured properties", results.into_content());
    Ok(reply.stale(fresh.is_stale()).into_response())
}

/// `GET /api/properties/{id}/similar`: other homes of the same kind in the same city, most similar first, as an
/// array. It also works for a listing that has been sold.
#[utoipa::path(
    get,
    path = "/api/properties/{id}/similar",
    summary = "Homes like this one",
    params(QueryOf<FirstHomes<5>>),
    responses(
        (status = 200, description = "The most alike first, as an array", body = ApiResponse<Vec<Document<'static>>>),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn similar(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    QueryOf(first): QueryOf<FirstHomes<5>>,
) -> Result<Response, Failure> {
    let FirstHomes { paging, with_favourites } = first?;
    let fresh = app.fresh(&caller).await;
    let first = TimedSearch::first(paging, app.alike(&caller, &id).await?);
    let asked = TimedSearch { with_favourites, ..first };
    let (results, _) = app.results(&caller, &asked).await?;
    let reply = app.search.context.reply("Similar properties", results.into_content());
    Ok(reply.stale(fresh.is_stale()).into_response())
}

impl App {
    async fn alike(&self, caller: &Caller, id: &str) -> Result<Query, Failure> {
        let unknown = || Failure::not_found("PROPERTY_NOT_FOUND", "there is no such listing");
        let id: PropertyId = id.parse().map_err(|_| unknown())?;
        let stored = rows::one(&self.search.store, &caller.tenant, id).await;
        let stored = stored.map_err(|error| Failure::unavailable(&error))?.ok_or_else(unknown)?;
        if stored.owner_gone || stored.status == Status::Removed {
            return Err(Failure::gone("PROPERTY_REMOVED", "the listing was removed"));
        }
        // A listing that is not public must reveal nothing, not even through similar homes.
        let seen = stored.status.is_public() && !stored.owner_absent;
        let home = stored.home.filter(|_| seen).ok_or_else(unknown)?;
        let standing = home.standing();
        let facts = &home.content.specifications;
        let mut query = Query::all(caller.tenant.clone(), self.search.context.aggregates.clock().now());
        query.filters.cities = vec![crate::words::key(&home.content.location.city)];
        query.filters.property_types = vec![facts.property_type];
        query.filters.listing_types = vec![facts.listing_type];
        query.exclude = Some(id);
        query.sort = vec![Sort { by: SortBy::Likeness, descending: false }];
        query.like = Some(Like { price: standing.price, bedrooms: standing.bedrooms, at: standing.at });
        Ok(query)
    }
}
