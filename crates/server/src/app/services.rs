//! The services of this binary. To add one, add a row here.

use std::time::Duration;

use analytics::{Analytics, ReportingZones};
use anyhow::Context as _;
use catalogue::{Catalogue, ViewSyncSettings};
use domain::TenantId;
use files::Files;
use history::History;
use http_kit::{AppContext, Documentation, Service};
use market::Market;
use metrics_exporter_prometheus::PrometheusHandle;
use notifications::Notifications;
use partners::Partners;
use projection::deliveries;
use properties::Properties;
use search::Search;
use sheet::import::Imports;
use users::{Erasures, Users};

use super::groups::retry;
use super::{mail, sign_ins, webhooks};
use crate::settings::Settings;

/// The documentation of each service.
pub const DOCUMENTATION: [fn() -> Documentation; 10] = [
    Users::documentation,
    Properties::documentation,
    Catalogue::documentation,
    Search::documentation,
    History::documentation,
    Notifications::documentation,
    Files::documentation,
    Partners::documentation,
    Analytics::documentation,
    Market::documentation,
];

/// The opened services.
pub struct Services {
    /// What they provide, in the order of an export.
    pub all: Vec<Service>,
    /// For operators at the command line, and for the session store.
    pub users: Users,
    /// For callers that wait for its index.
    pub search: Search,
    /// For backups, and for cleaning up after a crash.
    pub files: Files,
}

/// Opens every service in the data directory.
///
/// # Errors
/// When a service cannot be opened. The error names it.
pub async fn open(
    settings: &Settings,
    context: &AppContext,
    public_url: &str,
    metrics: &PrometheusHandle,
) -> anyhow::Result<Services> {
    let data_dir = &settings.data_dir;
    let views_dir = &data_dir.join("views");
    let workers = deliveries::Settings { retry: retry(&settings.retry), ..deliveries::Settings::default() };

    let users = Users::open(context.clone(), data_dir, views_dir, sessions(settings)).await;
    let providers = sign_ins::providers(settings, public_url, &context.breakers)?;
    let users = users.context("the users service")?.through(providers);
    let erasures = Erasures::open(users.clone(), views_dir).context("the erasures")?;
    let imports = Imports::default();
    let properties = Properties::open(context.clone(), views_dir, imports.clone());
    let properties = properties.context("the properties service")?;
    let catalogue = Catalogue::open(context.clone(), views_dir, view_sync(settings), imports);
    let catalogue = catalogue.context("the catalogue")?;
    let search = Search::open(context.clone(), views_dir).await.context("the search service")?;
    let history = History::open(context.clone(), views_dir).context("the history service")?;
    let letters = mail::settings(settings, public_url);
    let outside = mail::outside(settings)?;
    let notifications = Notifications::open(context.clone(), data_dir, letters, outside);
    let notifications = notifications.context("the notifications service")?;
    let files = Files::open(context.clone(), data_dir, views_dir);
    let files = files.context("the files service")?;
    let webhooks = webhooks::settings(&settings.webhooks);
    let partners = Partners::open(context.clone(), data_dir, webhooks, partners::system_lookup);
    let partners = partners.context("the partners service")?;
    let zones = reporting_zones(settings);
    let analytics = Analytics::open(context.clone(), views_dir, zones, metrics.clone());
    let analytics = analytics.context("the analytics service")?;
    let market = Market::open(context.clone(), views_dir, settings.market.rates.clone());
    let market = market.context("the market service")?;

    let all = vec![
        users.service(&erasures, workers),
        properties.service(workers),
        catalogue.service(),
        search.service(workers),
        history.service(),
        notifications.service(workers),
        files.service(workers),
        partners.service(),
        analytics.service(),
        market.service(),
    ];
    Ok(Services { all, users, search, files })
}

fn reporting_zones(settings: &Settings) -> ReportingZones {
    let own = settings.tenants.iter();
    let own = own.filter_map(|(name, tenant)| Some((TenantId::stored(name), tenant.time_zone.clone()?)));
    ReportingZones::new(settings.analytics.time_zone.clone(), own.collect())
}

fn view_sync(settings: &Settings) -> ViewSyncSettings {
    ViewSyncSettings {
        enabled: settings.views.sync_enabled,
        interval: Duration::from_millis(u64::from(settings.views.sync_interval_ms)),
        batch: u64::from(settings.views.sync_batch),
    }
}

fn sessions(settings: &Settings) -> users::Settings {
    users::Settings {
        refresh_days: i64::from(settings.sessions.refresh_days),
        reuse_grace_seconds: i64::from(settings.sessions.reuse_grace_seconds),
    }
}
