//! The operations below `/api/market`. Anybody may ask, and everybody gets the same answer.

mod areas;
mod costs;
mod homes;
mod value;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use bus::GroupStatus;
use domain::{Log, TenantId};
use http_kit::{AppContext, Caller, Failure, Freshness};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Market;
use crate::figures::AreaFigures;
use crate::queries;

/// The service, and the progress of its consumer group.
#[derive(Clone, Debug)]
pub struct App {
    market: Market,
    status: GroupStatus,
}

impl FromRef<App> for AppContext {
    fn from_ref(app: &App) -> Self {
        app.market.context.clone()
    }
}

pub fn router(market: Market, status: GroupStatus) -> Router {
    routes().with_state(App { market, status }).into()
}

/// The routes with their OpenAPI documentation.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(areas::list))
        .routes(routes!(areas::detail))
        .routes(routes!(homes::detail))
        .routes(routes!(value::estimated))
        .routes(routes!(costs::sheet))
}

impl App {
    /// The read model as a tenant sees it.
    fn of<'a>(&'a self, tenant: &'a TenantId) -> queries::Market<'a> {
        queries::Market { store: &self.market.store, tenant }
    }

    /// The city of the caller's site, which people name after a locality.
    fn city(&self, caller: &Caller) -> &str {
        self.market.context.tenants.get(&caller.tenant).map_or("", |tenant| tenant.city.as_str())
    }

    /// Waits until the caller's own listings are in the figures.
    async fn wait(&self, caller: &Caller) -> Freshness {
        self.market.context.wait_for_own(&self.status, caller, &[Log::Facts]).await
    }

    /// The figures of an area: from memory, unless a home of it changed, or another day began.
    async fn figures(&self, tenant: &TenantId, slug: &str) -> Result<Arc<AreaFigures>, Failure> {
        let cache = &self.market.caches.areas;
        let now = self.market.context.aggregates.clock().now();
        let key = (tenant.clone(), slug.to_owned());
        let of_today = |figures: &Arc<AreaFigures>| figures.computed_at.india_day() == now.india_day();
        if let Some(figures) = cache.get(&key).filter(of_today) {
            return Ok(figures);
        }
        let _turn = cache.turn(&key).await;
        if let Some(figures) = cache.get(&key).filter(of_today) {
            return Ok(figures);
        }
        let ticket = cache.ticket(&key);
        let market = self.of(tenant);
        let (homes, prices) = (market.homes_of_area(slug).await?, market.prices_of_area(slug).await?);
        let figures = Arc::new(AreaFigures::of(&homes, &prices, now));
        cache.keep(&key, ticket, &figures);
        Ok(figures)
    }
}
