//! How the views of products are counted, for administrators.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::{ProductId, Timestamp};
use http_kit::{ApiResponse, Caller, Failure, Query, Right};
use serde::Serialize;
use utoipa::ToSchema;

use super::product_id;
use crate::App;
use crate::view_sync::{SyncResult, SyncStats};

/// What was counted, and not passed on yet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ViewStats {
    /// Products with views that were not passed on.
    pending_products: u64,
    /// Those views.
    pending_views: u64,
    /// Products that were ever viewed.
    total_tracked: u64,
    /// Where views are kept.
    #[schema(examples("journal"))]
    backend: &'static str,
    /// When views were passed on last; absent before the first time since the process began.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_flush_at: Option<Timestamp>,
}

/// The views of one product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductViews {
    product_id: ProductId,
    total_views: u64,
    /// Since midnight in India.
    daily_views: u64,
    retrieved_at: Timestamp,
}

/// What was counted, and not passed on yet.
#[utoipa::path(
    get,
    path = "/api/v1/admin/views/stats",
    summary = "Views that are counted",
    responses((status = 200, description = "The counts", body = ApiResponse<ViewStats>)),
)]
pub async fn stats(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    nothing?;
    let pending = app.pending_views(&caller.tenant).await?;
    let stats = ViewStats {
        pending_products: pending.products,
        pending_views: pending.views,
        total_tracked: pending.tracked,
        backend: "journal",
        last_flush_at: app.view_sync.stats().last_run_at(),
    };
    Ok(app.context.reply("Views", stats).into_response())
}

/// How views are passed on.
#[utoipa::path(
    get,
    path = "/api/v1/admin/views/sync-stats",
    summary = "How views are passed on",
    responses((status = 200, description = "Since the process began", body = ApiResponse<SyncStats>)),
)]
pub async fn sync_stats(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    nothing?;
    Ok(app.context.reply("Passing on of views", app.view_sync.stats()).into_response())
}

/// Passes on at once what was counted.
#[utoipa::path(
    post,
    path = "/api/v1/admin/views/sync",
    summary = "Pass on the counted views now",
    responses((status = 200, description = "What was passed on", body = ApiResponse<SyncResult>)),
)]
pub async fn sync(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    nothing?;
    let result = app.view_sync.sync(Some(&caller.tenant)).await?;
    Ok(app.context.reply("Views passed on", result).into_response())
}

/// The views of one product.
#[utoipa::path(
    get,
    path = "/api/v1/admin/views/product/{id}",
    summary = "The views of a product",
    responses((status = 200, description = "Its views", body = ApiResponse<ProductViews>)),
)]
pub async fn of_product(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    let id = product_id(path)?;
    nothing?;
    let now = app.context.aggregates.clock().now();
    app.folded(&caller.tenant, id).await?;
    let views = app.views_of(&caller.tenant, id, now).await?;
    let document = ProductViews {
        product_id: id,
        total_views: views.total,
        daily_views: views.today,
        retrieved_at: now,
    };
    Ok(app.context.reply("Views of the product", document).into_response())
}
