//! What happened to the homes that a person saved, asked about or offers.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use domain::{Fields, Log, Timestamp};
use http_kit::{ApiResponse, Caller, Failure, Page, PageOf, Query, Request};
use serde_json::{Value, json};

use crate::App;
use crate::queries::news::News;
use crate::queries::saved_homes::SavedHome;

/// Without a time, the news of so many days are told.
const USUAL_SECONDS: i64 = 30 * 86_400;

/// The query of `GET /api/properties/news`.
pub struct NewsSince(Option<Timestamp>);

impl Request for NewsSince {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let time = |text: &str| text.parse().map_err(|_| "must be a time such as 2026-01-31T10:00:00Z");
        Some(Self(f.parsed("since", time)))
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "since").then_some("What happened after this time, RFC 3339; 30 days ago without it.")
    }

    fn example() -> Value {
        json!({"since": "2026-11-20T10:00:00Z"})
    }
}

/// `GET /api/properties/news`: what others did about the caller's homes, saved homes and enquiries.
#[utoipa::path(
    get,
    path = "/api/properties/news",
    summary = "What happened to the caller's homes, saved homes and enquiries",
    params(Query<NewsSince>),
    responses((status = 200, description = "Counts of all, and the newest few of each", body = ApiResponse<News>)),
)]
pub async fn news(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<NewsSince>,
) -> Result<Response, Failure> {
    let person = caller.person()?.user;
    let NewsSince(since) = asked?;
    let since = since.unwrap_or_else(|| app.context.aggregates.clock().now().plus_seconds(-USUAL_SECONDS));
    let fresh = app.context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let news = app.news(&caller.tenant, person, since).await?;
    Ok(app.context.reply("News", news).stale(fresh.is_stale()).into_response())
}

/// `GET /api/properties/favorites/changes`: the listings the caller saved, with what became of each since.
#[utoipa::path(
    get,
    path = "/api/properties/favorites/changes",
    summary = "Homes the caller saved, then and now",
    params(Query<PageOf<20>>),
    responses(
        (status = 200, description = "The most recently saved first, also those that are gone", body = ApiResponse<Page<SavedHome>>),
    ),
)]
pub async fn saved(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageOf<20>>,
    uri: Uri,
) -> Result<Response, Failure> {
    let person = caller.person()?.user;
    let PageOf(paging) = page?;
    let fresh = app.context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let page = app.saved_homes(&caller.tenant, person, &paging).await?;
    let links = page.links(&uri);
    Ok(app.context.reply("Saved homes found", page).links(&links).stale(fresh.is_stale()).into_response())
}
