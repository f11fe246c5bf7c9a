//! `GET /api/v1/products/search`.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use http_kit::{ApiResponse, Caller, Failure, Links, Query};

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
    uri: Uri,
    Query(request): Query<ProductSearchRequest>,
) -> Result<Response, Failure> {
    let request = request?;
    let context = &app.products.context;
    let fresh = app.fresh(&caller).await;
    let query = request.asked_in(&caller.tenant, context.aggregates.clock().now());
    let at = query.at;
    let (mut results, last) = app.results(query, &request.paging, request.explain).await?;
    results.next = last.map(|place| request.cursor(at, &place).encode());
    let next = results.next.clone();
    let reply = context.reply("Products found", results).links(&Links::by_cursor(&uri, next.as_deref()));
    Ok(reply.stale(fresh.is_stale()).into_response())
}
