//! Names while somebody is typing, popular products, and categories.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::product::ProductDocument;
use http_kit::{ApiResponse, Caller, Failure, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::ProductResults;
use crate::products::ProductsApp;
use crate::products::index::CategoryNode;
use crate::products::request::{CategoriesRequest, PopularRequest, TypedName};

/// Distinct names of products for what was typed so far.
#[utoipa::path(
    get,
    path = "/api/v1/products/autocomplete",
    summary = "Names of products for somebody who is typing",
    params(Query<TypedName>),
    responses((status = 200, description = "The likeliest first", body = ApiResponse<Vec<String>>)),
)]
pub async fn autocomplete(
    State(app): State<ProductsApp>,
    caller: Caller,
    Query(typed): Query<TypedName>,
) -> Result<Response, Failure> {
    let TypedName { text, most } = typed?;
    let fresh = app.fresh(&caller).await;
    let tenant = caller.tenant.clone();
    let names = app.read(move |index| index.autocomplete(&tenant, &text, most)).await?;
    Ok(app.products.context.reply("Suggestions", names).stale(fresh.is_stale()).into_response())
}

/// The most popular products, as an array.
#[utoipa::path(
    get,
    path = "/api/v1/products/popular",
    summary = "The most popular products",
    params(Query<PopularRequest>),
    responses((status = 200, description = "As an array", body = ApiResponse<Vec<ProductDocument<'static>>>)),
)]
pub async fn popular(
    State(app): State<ProductsApp>,
    caller: Caller,
    Query(request): Query<PopularRequest>,
) -> Result<Response, Failure> {
    let request = request?;
    let context = &app.products.context;
    let fresh = app.fresh(&caller).await;
    let query = request.asked_in(&caller.tenant, context.aggregates.clock().now());
    let asked = query.clone();
    let hits = app.read(move |index| index.search(&asked)).await?;
    let products = app.shown(&query, &hits).await?;
    let documents: Vec<_> = products
        .iter()
        .map(|product| ProductDocument::of(&product.details, &product.popularity, query.at))
        .collect();
    Ok(context.reply("Popular products", documents).stale(fresh.is_stale()).into_response())
}

/// The products of some categories, or the tree of all categories.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ProductCategories)]
enum CategoriesAnswer {
    Products(Box<ProductResults>),
    Tree(Vec<CategoryNode>),
}

/// Products of some categories, as a search answers them. Without categories: the tree of all, with the number of
/// products in each.
#[utoipa::path(
    get,
    path = "/api/v1/products/categories",
    summary = "Categories, or the products of some",
    params(Query<CategoriesRequest>),
    responses((status = 200, description = "Products, or the tree", body = ApiResponse<CategoriesAnswer>)),
)]
pub async fn categories(
    State(app): State<ProductsApp>,
    caller: Caller,
    Query(request): Query<CategoriesRequest>,
) -> Result<Response, Failure> {
    let request = request?;
    let context = &app.products.context;
    let fresh = app.fresh(&caller).await;
    let query = request.asked_in(&caller.tenant, context.aggregates.clock().now());
    let answer = if let Some(query) = query {
        let (products, _) = app.results(query, &request.paging, false).await?;
        CategoriesAnswer::Products(Box::new(products))
    } else {
        let tenant = caller.tenant.clone();
        CategoriesAnswer::Tree(app.read(move |index| index.categories(&tenant)).await?)
    };
    Ok(context.reply("Categories found", answer).stale(fresh.is_stale()).into_response())
}
