//! The routes of the search service. Those below `/api/properties` are kept from the listings service of the earlier
//! systems.

mod answer;
mod lists;
mod matches;
mod searches;
mod suggestions;

use axum::Router;
use axum::routing::{get, post};
use bus::GroupStatus;
use http_kit::docs::{also, also_posted};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::recommend::http as recommend;
use crate::saved::http as saved;
use crate::searches::{Searches, SearchesApp};

pub fn router(app: App) -> Router {
    // The router allows one pattern here: on GET the id names a person, on PUT and DELETE a saved search.
    let of_people = Router::new().route("/api/search/saved/{id}", get(saved::list)).with_state(app.clone());
    Router::from(routes().with_state(app)).merge(of_people)
}

/// The route that shares its pattern with another in the router, but has a parameter name of its own in the API
/// document.
pub fn of_people() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(saved::list))
}

/// The operations, each documented at its handler.
pub fn routes() -> OpenApiRouter<App> {
    const LISTINGS: &str = "/api/properties/search";
    const SIMILAR: &str = "/api/properties/{id}/similar";
    let mut routes = OpenApiRouter::new()
        .routes(routes!(lists::by_query, lists::by_body))
        .routes(routes!(lists::filters))
        .routes(routes!(lists::featured))
        .routes(routes!(recommend::recommendations))
        .routes(routes!(saved::save))
        .routes(routes!(saved::change, saved::delete))
        .routes(routes!(matches::matches))
        .routes(routes!(lists::listings))
        .routes(routes!(lists::similar));
    for path in ["/api/properties/filter", "/api/public/properties/search", "/api/public/properties/filter"] {
        routes = also(routes, path, LISTINGS, get(lists::listings));
    }
    for path in ["/api/properties/similar/{id}", "/api/public/properties/{id}/similar"] {
        routes = also(routes, path, SIMILAR, get(lists::similar));
    }
    also_posted(routes, "/api/search/advanced", "/api/search/properties", post(lists::by_body))
}

impl Searches {
    /// The routes of past searches and suggestions. `status` tells how far the group is.
    pub(crate) fn router(&self, status: GroupStatus) -> Router {
        let site = SearchesApp { searches: self.clone(), status };
        routes_of_searches().with_state(site).into()
    }
}

/// The same routes, for the API document.
pub fn routes_of_searches() -> OpenApiRouter<SearchesApp> {
    OpenApiRouter::new().routes(routes!(suggestions::suggestions)).routes(routes!(searches::history))
}
