//! Turns a query into an answer: searches, then reads the rows of the hits.

use domain::product::ProductDocument;
use http_kit::{Caller, Failure, Freshness, Paging};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use crate::engine::IndexError;
use crate::engine::reading;
use crate::products::highlights::Highlights;
use crate::products::index::ProductIndex;
use crate::products::listed_product::ListedProduct;
use crate::products::query::{ProductFacets, ProductHits, ProductPlace, ProductQuery, ProductSortBy};
use crate::products::ranking::{BoostInputs, ProductRelevance};
use crate::products::{ProductSearch, ProductsApp, row};

/// A product that was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FoundProduct)]
pub struct FoundProduct<'a> {
    #[serde(flatten)]
    product: ProductDocument<'a>,
    /// The relevance score, if there are words or it is sorted by.
    #[serde(skip_serializing_if = "Option::is_none")]
    relevance_score: Option<f64>,
    /// The factors of the relevance score, when `explain` was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<ProductRelevance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    highlights: Option<Highlights>,
}

/// A page of products, with the facet counts for narrowing the search.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProductSearchResults)]
#[expect(clippy::struct_excessive_bools, reason = "clients of the earlier system read these names")]
pub struct ProductResults {
    #[schema(value_type = Vec<FoundProduct<'static>>)]
    products: Vec<Box<RawValue>>,
    total_elements: u64,
    total_pages: u64,
    current_page: u64,
    page_size: u64,
    first: bool,
    last: bool,
    has_next: bool,
    has_previous: bool,
    /// The cursor of the next page, if there may be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) next: Option<String>,
    facets: ProductFacets,
    /// The words of the search with the unknown ones corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    did_you_mean: Option<String>,
}

impl ProductsApp {
    /// Waits, for a bounded time, until the rows and then the index contain the caller's own writes.
    pub async fn fresh(&self, caller: &Caller) -> Freshness {
        let ProductSearch { context, progress, .. } = &self.products;
        reading::wait_for_own(context, &self.status, progress, caller).await
    }

    /// Reads the index on a thread that may block.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&ProductIndex) -> Result<T, IndexError> + Send + 'static,
    ) -> Result<T, Failure> {
        reading::read(&self.products.index, &self.products.turns, read).await
    }

    /// The products of these hits that are still on sale, in order.
    pub async fn shown(
        &self,
        query: &ProductQuery,
        hits: &ProductHits,
    ) -> Result<Vec<ListedProduct>, Failure> {
        let ids: Vec<_> = hits.hits.iter().map(|hit| hit.key.id).collect();
        let mut found = row::on_sale(&self.products.store, &query.tenant, &ids)
            .await
            .map_err(|error| Failure::unavailable(&error))?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// Answers one page, and the place of its last hit if another page may follow. A hit whose row has left the catalogue
    /// since it was indexed is left out.
    pub async fn results(
        &self,
        query: ProductQuery,
        paging: &Paging,
        explain: bool,
    ) -> Result<(ProductResults, Option<ProductPlace>), Failure> {
        let asked = query.clone();
        let (hits, did_you_mean) =
            self.read(move |index| Ok((index.search(&asked)?, index.did_you_mean(&asked)?))).await?;
        let mut products = Vec::with_capacity(hits.hits.len());
        for product in self.shown(&query, &hits).await? {
            let text = hits.hits.iter().find(|hit| hit.key.id == product.details.id).map(|hit| hit.text);
            let found = found(&product, &query, text.unwrap_or_default(), explain);
            products.push(to_raw_value(&found).map_err(|error| Failure::unavailable(&error))?);
        }
        let total_pages = hits.total.div_ceil(paging.size);
        let by_number = paging.cursor.is_none();
        let has_next =
            if by_number { paging.page + 1 < total_pages } else { hits.hits.len() as u64 == paging.size };
        let last = hits.last.filter(|_| has_next);
        let results = ProductResults {
            products,
            total_elements: hits.total,
            total_pages,
            current_page: paging.page,
            page_size: paging.size,
            first: by_number && paging.page == 0,
            last: !has_next,
            has_next,
            has_previous: paging.page > 0 || !by_number,
            next: None,
            facets: hits.facets,
            did_you_mean,
        };
        Ok((results, last))
    }
}

fn found<'a>(product: &'a ListedProduct, query: &ProductQuery, text: f32, explain: bool) -> FoundProduct<'a> {
    let (details, popularity) = (&product.details, &product.popularity);
    let boosts = BoostInputs {
        created_at: details.created_at,
        popularity: popularity.score(),
        in_stock: details.in_stock(),
    };
    let relevance = ProductRelevance::of(text, &boosts, query.at);
    let is_ranked = !query.words.is_empty() || query.sort == ProductSortBy::Relevance;
    FoundProduct {
        product: ProductDocument::of(details, popularity, query.at),
        relevance_score: is_ranked.then(|| relevance.score()),
        explain: explain.then_some(relevance),
        highlights: Highlights::of(product, query),
    }
}
