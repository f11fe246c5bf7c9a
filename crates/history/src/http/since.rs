//! When a person was last here.

use axum::extract::State;
use domain::UserId;
use http_kit::{ApiResponse, Failure, Query, Reply};
use serde::Serialize;
use utoipa::ToSchema;

use super::{App, HistoryRequest};
use crate::queries::LastVisit;

/// When a person was last here. What happened since is told by the services that know it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HistorySince)]
pub struct Since {
    user_id: UserId,
    #[serde(flatten)]
    visit: LastVisit,
}

#[utoipa::path(
    get,
    path = "/api/user-history/{userId}/since",
    summary = "When a person was last here",
    responses(
        (status = 200, description = "The end of the visit before this one. Reading pages again does not move it", body = ApiResponse<Since>),
    ),
)]
pub async fn since(
    State(site): State<App>,
    asked: HistoryRequest,
    Query(nothing): Query<()>,
) -> Result<Reply<Since>, Failure> {
    nothing?;
    let freshness = asked.open(&site, "GET /api/user-history/{userId}/since").await?;
    let context = &site.history.context;
    let reader = asked.caller.person()?;
    // Another person's sign-in says nothing about when this one came.
    let session = (reader.user == asked.user && !reader.api_key).then_some(reader.session);
    let visit = asked.person(&site).last_visit(context.aggregates.clock().now(), session).await?;
    let data = Since { user_id: asked.user, visit };
    Ok(context.reply("Last here", data).stale(freshness.is_stale()))
}
