//! `GET /api/v1/products/search`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http_kit::{ApiResponse, Caller, Failure, Query};

use super::answer::ProductResults;
use crate::products::ProductsApp;
use crate::products::request::ProductSearchRequest;

/// Finds products on sale. Values of one filter are alternatives; a product must fit every filter.
#[utoipa::path(
    get,
    path = "/api/v1/products/search",
    summary = "Search products",
    params(Query<ProductSearchRequest>),
    responses(
        (status = 200, description = "A page of products, and the counts of what can be chosen next", body = ApiResponse<ProductResults>),
    ),
)]
pub async fn search(
    State(app): State<ProductsApp>,
    caller: Caller,
    Query(request): Query<ProductSearchRequest>,
) -> Result<Response, Failure> {
    let request = request?;
    let context = &app.products.context;
    let fresh = app.fresh(&caller).await;
    let query = request.asked_in(&caller.tenant, context.aggregates.clock().now());
    let results = app.results(query, &request.paging, request.explain).await?;
    Ok(context.reply("Products found", results).stale(fresh.is_stale()).into_response())
}
