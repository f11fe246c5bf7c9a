//! Passes counted views on, in batches, for everything that is ranked by them. A rank need not change with each view.
//!
//! ```text
//! ProductViewed, PRODUCT_VIEWS_COUNTED -> product_counts.views  (at once)
//! every 30 s, 50 products at a time    -> PRODUCT_VIEWS_SYNCED  -> product_counts.synced, popularity, the search index
//! ```
//! An event carries totals beside its increments, so that reading one twice counts nothing twice.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ::projection::ViewStore;
use bus::{Asker, GroupStatus, WaitOutcome};
use domain::activity::{ActivityEvent, SyncedViews};
use domain::{Actor, Log, Metadata, ProductId, StreamId, TenantId, Timestamp, UserId};
use http_kit::{AppContext, Failure};
use journal::Appended;
use serde::Serialize;
use supervisor::wake;
use tokio::sync::watch;
use utoipa::ToSchema;

/// How long a batch may take to come back as rows.
const PATIENCE: Duration = Duration::from_secs(10);

/// When and how views are passed on.
#[derive(Clone, Copy, Debug)]
pub struct ViewSyncSettings {
    /// Whether it is done regularly.
    pub enabled: bool,
    /// How often.
    pub interval: Duration,
    /// The most products in one event.
    pub batch: u64,
}

/// What was done since the process began.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ViewSyncStats)]
pub struct SyncStats {
    /// Whether views are passed on regularly.
    enabled: bool,
    /// How often, in milliseconds.
    interval_ms: u64,
    /// The most products in one event.
    batch_size: u64,
    /// When views were passed on last; absent before the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_run_at: Option<Timestamp>,
    /// How long that took, in milliseconds.
    last_duration_ms: u64,
    /// How often it was done.
    runs: u64,
    /// How often it failed.
    failures: u64,
}

impl SyncStats {
    pub fn last_run_at(&self) -> Option<Timestamp> {
        self.last_run_at
    }
}

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ViewSyncResult)]
pub struct SyncResult {
    /// How many products had new views.
    products_synced: u64,
    /// How many new views.
    views_synced: u64,
    /// How many products could not be passed on.
    failed: u64,
    /// How long it took, in milliseconds.
    duration_ms: u64,
}

/// The passing on of views.
#[derive(Debug)]
pub struct ViewSync {
    context: AppContext,
    store: ViewStore,
    settings: ViewSyncSettings,
    group: OnceLock<GroupStatus>,
    stats: Mutex<SyncStats>,
    /// One run at a time.
    running: tokio::sync::Mutex<()>,
}

impl ViewSync {
    pub fn new(context: AppContext, store: ViewStore, settings: ViewSyncSettings) -> Self {
        let stats = SyncStats {
            enabled: settings.enabled,
            interval_ms: u64::try_from(settings.interval.as_millis()).unwrap_or(u64::MAX),
            batch_size: settings.batch,
            ..SyncStats::default()
        };
        let (group, stats, running) = (OnceLock::new(), Mutex::new(stats), tokio::sync::Mutex::new(()));
        Self { context, store, settings, group, stats, running }
    }

    /// The group whose rows show what was passed on.
    pub fn follow(&self, group: GroupStatus) {
        let _ = self.group.set(group);
    }

    pub fn stats(&self) -> SyncStats {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs at each interval until `stop`.
    pub async fn run(self: std::sync::Arc<Self>, mut stop: watch::Receiver<bool>) {
        while self.settings.enabled && !wake::is_stopped(&stop) {
            tokio::select! {
                () = tokio::time::sleep(self.settings.interval) => {}
                () = wake::stopped(&mut stop) => return,
            }
            if let Err(error) = self.sync(None).await {
                tracing::warn!(%error, "views of products could not be passed on");
            }
        }
        wake::stopped(&mut stop).await;
    }

    /// Passes on everything that was counted before: of `tenant`, or of all.
    ///
    /// # Errors
    /// When the journal or the read model is unavailable. What was passed on before that stays so.
    pub async fn sync(&self, tenant: Option<&TenantId>) -> Result<SyncResult, Failure> {
        let _one_at_a_time = self.running.lock().await;
        let clock = self.context.aggregates.clock();
        let (at, began) = (clock.now(), clock.monotonic());
        let mut result = SyncResult::default();
        let outcome = self.all(tenant, &mut result).await;
        result.duration_ms =
            u64::try_from(clock.monotonic().saturating_sub(began).as_millis()).unwrap_or(u64::MAX);
        let mut stats = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        stats.runs += 1;
        stats.failures += u64::from(outcome.is_err() || result.failed > 0);
        (stats.last_run_at, stats.last_duration_ms) = (Some(at), result.duration_ms);
        outcome.map(|()| result)
    }

    async fn all(&self, tenant: Option<&TenantId>, result: &mut SyncResult) -> Result<(), Failure> {
        self.context.activity.flush().await;
        let tenants: Vec<TenantId> = match tenant {
            Some(tenant) => vec![tenant.clone()],
            None => self.context.tenants.ids().cloned().collect(),
        };
        for tenant in tenants {
            if !self.is_up_to_date(&tenant).await? {
                // What was passed on already would be passed on again.
                tracing::warn!(%tenant, "views are not passed on: the read model lacks what happened before");
                result.failed += 1;
                continue;
            }
            loop {
                let pending = self.pending(&tenant).await?;
                if pending.is_empty() {
                    break;
                }
                let (products, views) =
                    (pending.len() as u64, pending.iter().map(|synced| synced.view_increment).sum::<u64>());
                if !self.pass_on(&tenant, pending).await? {
                    // Its rows come later, and the next run goes on from there: it finds what they leave.
                    tracing::warn!(products, "the read model has not taken the views that were passed on");
                    result.failed += products;
                    return Ok(());
                }
                result.products_synced += products;
                result.views_synced += views;
            }
        }
        Ok(())
    }

    /// Whether the rows have everything that was passed on: by an earlier run, or by an earlier process.
    async fn is_up_to_date(&self, tenant: &TenantId) -> Result<bool, Failure> {
        let Some(group) = self.group.get() else { return Ok(false) };
        let head = self.context.aggregates.journal().head(Log::Activity).await;
        let head = head.map_err(|error| Failure::unavailable(&error))?;
        let asker = Asker { tenant, user: UserId::default() };
        let outcome = group.wait(&[head], asker, PATIENCE).await;
        let counts = format!("{tenant}/counts/");
        let is_blocked = group.blocked().iter().any(|blocked| blocked.key.starts_with(&counts));
        Ok(outcome == WaitOutcome::Applied && !is_blocked)
    }

    /// The products with views that were not passed on, at most one batch.
    async fn pending(&self, tenant: &TenantId) -> Result<Vec<SyncedViews>, Failure> {
        let sql = "select product_id, views - synced, views from product_counts
            where tenant = $1 and views > synced order by product_id limit $2";
        let rows = self.store.query(sql, vec![tenant.as_str().into(), self.settings.batch.into()]).await?;
        let read = |row: &::projection::Row| {
            let product_id: ProductId = row.text(0)?.parse().ok()?;
            Some(SyncedViews { product_id, view_increment: row.count(1), total_views: row.count(2) })
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    /// Writes one event, and waits until the read model has it. False if that takes too long.
    async fn pass_on(&self, tenant: &TenantId, products: Vec<SyncedViews>) -> Result<bool, Failure> {
        let aggregates = &self.context.aggregates;
        let day = domain::time::day_name(aggregates.clock().now().india_day());
        let actor = Actor { tenant: tenant.clone(), user: None, metadata: Metadata::default() };
        let event = ActivityEvent::ProductViewsSynced { products };
        let appended = aggregates.record(&actor, StreamId::new(tenant, "counts", day), &event).await;
        let Appended { position, .. } = appended.map_err(http_kit::refused)?;
        let Some(group) = self.group.get() else { return Ok(false) };
        let asker = Asker { tenant, user: UserId::default() };
        Ok(group.wait(&[position], asker, PATIENCE).await == WaitOutcome::Applied)
    }
}
