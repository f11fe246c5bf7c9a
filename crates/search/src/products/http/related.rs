//! `GET /api/v1/products/{id}/related`.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::ProductId;
use domain::product::ProductDocument;
use http_kit::{ApiResponse, Caller, Failure, First, Query};
use serde::Serialize;
use utoipa::ToSchema;

use crate::products::index::facet_key;
use crate::products::listed_product::ListedProduct;
use crate::products::words::product_words;
use crate::products::{ProductsApp, row};

/// A product that is like another one, with the reason.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RelatedProduct)]
struct RelatedDocument<'a> {
    #[serde(flatten)]
    product: ProductDocument<'a>,
    /// What they have in common.
    reason: String,
}

/// Other products that share rare words with this one, in name, categories or description. The most alike first.
#[utoipa::path(
    get,
    path = "/api/v1/products/{id}/related",
    summary = "Products like this one",
    params(Query<First<10>>),
    responses((
        status = 200,
        description = "As an array, each with its reason",
        body = ApiResponse<Vec<RelatedDocument<'static>>>,
    )),
)]
pub async fn related(
    State(app): State<ProductsApp>,
    caller: Caller,
    Path(id): Path<String>,
    Query(first): Query<First<10>>,
) -> Result<Response, Failure> {
    let First(paging) = first?;
    let fresh = app.fresh(&caller).await;
    let unknown = || Failure::not_found("PRODUCT_NOT_FOUND", "there is no such product");
    let id: ProductId = id.parse().map_err(|_| unknown())?;
    let product = app.listed(&caller, &[id]).await?.remove(&id).ok_or_else(unknown)?;
    let (like, most) = (product.clone(), usize::try_from(paging.size).unwrap_or(100));
    let found = app.read(move |index| index.related(&like, most)).await?;
    let ids: Vec<ProductId> = found.iter().map(|related| related.id).collect();
    let others = app.listed(&caller, &ids).await?;
    let context = &app.products.context;
    let now = context.aggregates.clock().now();
    let related = ids.iter().filter_map(|id| others.get(id));
    let data: Vec<_> = related
        .map(|other| RelatedDocument {
            product: ProductDocument::of(&other.details, &other.popularity, now),
            reason: reason(&product, other),
        })
        .collect();
    Ok(context.reply("Related products", data).stale(fresh.is_stale()).into_response())
}

impl ProductsApp {
    async fn listed(
        &self,
        caller: &Caller,
        ids: &[ProductId],
    ) -> Result<std::collections::HashMap<ProductId, ListedProduct>, Failure> {
        let found = row::on_sale(&self.products.store, &caller.tenant, ids).await;
        found.map_err(|error| Failure::unavailable(&error))
    }
}

/// The narrowest category that both are in, else the words that both names have.
fn reason(product: &ListedProduct, other: &ListedProduct) -> String {
    let (mine, theirs) = (&product.details.content, &other.details.content);
    let is_shared =
        |category: &&String| mine.categories.iter().any(|own| facet_key(own) == facet_key(category));
    if let Some(category) = theirs.categories.iter().rev().find(is_shared) {
        return format!("Also in {category}");
    }
    let own = product_words(mine.name.text());
    let mut shared: Vec<String> = product_words(theirs.name.text());
    shared.retain(|word| own.contains(word));
    if shared.is_empty() { "Described alike".to_owned() } else { format!("Both: {}", shared.join(", ")) }
}
