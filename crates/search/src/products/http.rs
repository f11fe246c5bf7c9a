//! The routes of the search for products.

mod answer;
mod lists;
mod related;
mod search;
mod sync;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ProductsApp;

/// The operations, each documented at its handler.
pub(crate) fn routes() -> OpenApiRouter<ProductsApp> {
    OpenApiRouter::new()
        .routes(routes!(search::search))
        .routes(routes!(lists::autocomplete))
        .routes(routes!(lists::popular))
        .routes(routes!(lists::categories))
        .routes(routes!(related::related))
        .routes(routes!(sync::status))
        .routes(routes!(sync::full))
        .routes(routes!(sync::product))
}
