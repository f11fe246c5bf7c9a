//! The HTTP operations under `/api/user-history`.

mod events;
mod hide;
mod lists;
mod paging;
mod since;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Path};
use axum::http::Uri;
use axum::http::request::Parts;
use bus::GroupStatus;
use domain::{Log, UserId};
use http_kit::{AppContext, Caller, Category, Failure, Freshness};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::History;
use crate::queries::Person;

/// The service, and the progress of its consumer group.
#[derive(Clone, Debug)]
pub struct App {
    history: History,
    status: GroupStatus,
}

impl FromRef<App> for AppContext {
    fn from_ref(site: &App) -> Self {
        site.history.context.clone()
    }
}

pub fn router(history: History, status: GroupStatus) -> Router {
    routes().with_state(App { history, status }).into()
}

/// The routes with their OpenAPI documentation.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(lists::all))
        .routes(routes!(lists::recent))
        .routes(routes!(lists::properties))
        .routes(routes!(lists::searches))
        .routes(routes!(lists::of_type))
        .routes(routes!(lists::timeline))
        .routes(routes!(lists::stats))
        .routes(routes!(since::since))
        .routes(routes!(events::events))
        .routes(routes!(hide::hide))
}

/// A request for a person's history: the caller, and the person whose history it is.
#[derive(Debug)]
struct HistoryRequest {
    caller: Caller,
    user: UserId,
    names: BTreeMap<String, String>,
    uri: Uri,
}

impl FromRequestParts<App> for HistoryRequest {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, site: &App) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, site).await?;
        caller.person()?;
        let nobody = |_| Failure::no_such_person();
        let names = Path::<BTreeMap<String, String>>::from_request_parts(parts, site).await;
        let Path(names) = names.map_err(nobody)?;
        let user = caller.named(names.get("userId").map_or("", String::as_str))?;
        Ok(Self { caller, user, names, uri: parts.uri.clone() })
    }
}

impl HistoryRequest {
    /// Checks access, records it if an admin looks at another person's history, and waits for the caller's own latest
    /// writes.
    async fn open(&self, site: &App, operation: &str) -> Result<Freshness, Failure> {
        let context = &site.history.context;
        self.caller.may_read(context, (Category::History, self.user), operation).await?;
        Ok(context.wait_for_own(&site.status, &self.caller, &Log::ALL).await)
    }

    fn person<'a>(&'a self, site: &'a App) -> Person<'a> {
        let History { store, context } = &site.history;
        Person { store, tenant: &self.caller.tenant, user: self.user, aggregates: &context.aggregates }
    }
}
