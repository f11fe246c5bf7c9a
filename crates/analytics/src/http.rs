//! The HTTP operation `GET /api/v1/admin/analytics`.

mod range;
mod report;
mod report_parts;

use axum::Router;
use axum::extract::{FromRef, State};
use bus::GroupStatus;
use domain::Log;
use http_kit::{ApiResponse, AppContext, Caller, Failure, Query, Reply, Right};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Analytics;
use crate::process::SinceStart;
use crate::queries::Counts;
use range::DayRange;
use report::AnalyticsReport;

/// The service, and the progress of its consumer group.
#[derive(Clone, Debug)]
pub struct App {
    analytics: Analytics,
    status: GroupStatus,
}

impl FromRef<App> for AppContext {
    fn from_ref(site: &App) -> Self {
        site.analytics.context.clone()
    }
}

pub fn router(analytics: Analytics, status: GroupStatus) -> Router {
    routes().with_state(App { analytics, status }).into()
}

/// The routes with their OpenAPI documentation.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The counts are those of the caller's tenant. What the process measured is about all tenants, so only those who operate
/// it see that.
#[utoipa::path(
    get,
    path = "/api/v1/admin/analytics",
    summary = "What happens on the site, in numbers",
    params(Query<DayRange>),
    responses((status = 200, description = "Numbers about at least five people each", body = ApiResponse<AnalyticsReport>)),
)]
async fn show(
    State(site): State<App>,
    caller: Caller,
    Query(range): Query<DayRange>,
) -> Result<Reply<AnalyticsReport>, Failure> {
    caller.require(Right::Administer)?;
    let Analytics { context, store, zones, metrics } = &site.analytics;
    let zone = zones.of(&caller.tenant);
    let (today, _) = zone.day_and_hour(context.aggregates.clock().now());
    let (from, to) = range?.days(today);
    let freshness = context.wait_for_own(&site.status, &caller, &Log::ALL).await;
    let counts = Counts { store, tenant: &caller.tenant, from, to };
    let since_start = caller.operates(context).is_ok().then(|| SinceStart::of(metrics));
    let report = AnalyticsReport::read(&counts, zone, since_start).await?;
    Ok(context.reply("Analytics", report).stale(freshness.is_stale()))
}
