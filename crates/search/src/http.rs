//! The routes of searching. The ones below `/api/properties` are those of the earlier systems' listings service.

mod answer;
mod area;
mod lists;
pub mod read;
mod searches;
mod suggestions;

use axum::Router;
use axum::routing::{get, post, put};

use crate::App;
use crate::recommend::http as recommend;
use crate::saved::http as saved;
use crate::searches::Site;

pub fn router(app: App) -> Router {
    Router::new()
        .route("/api/search/properties", get(lists::by_query).post(lists::by_body))
        .route("/api/search/advanced", post(lists::by_body))
        .route("/api/search/filters", get(lists::filters))
        .route("/api/search/featured", get(lists::featured))
        .route("/api/search/recommendations", get(recommend::recommendations))
        .route("/api/search/save", post(saved::save))
        // One pattern for both: of a person when they are read, of a saved search when that is changed.
        .route("/api/search/saved/{id}", get(saved::list))
        .route("/api/search/saved/{id}", put(saved::change).delete(saved::delete))
        .route("/api/properties/search", get(lists::listings))
        .route("/api/properties/filter", get(lists::listings))
        .route("/api/properties/{id}/similar", get(lists::similar))
        .route("/api/properties/similar/{id}", get(lists::similar))
        .route("/api/public/properties/search", get(lists::listings))
        .route("/api/public/properties/filter", get(lists::listings))
        .route("/api/public/properties/{id}/similar", get(lists::similar))
        .with_state(app)
}

/// The routes of what was searched for before.
pub fn searches(site: Site) -> Router {
    Router::new()
        .route("/api/search/suggestions", get(suggestions::suggestions))
        .route("/api/search/history/{userId}", get(searches::history))
        .with_state(site)
}
