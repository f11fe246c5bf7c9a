//! The monitor. Every second it tests by small writes whether the server can do its work, and reports failures.
//!
//! ```text
//! probes (a small write each, durable where it matters) -> Look -> /actuator/health answers with the last one
//! disks, tasks                                          -> events of `system/…`, once for each trouble
//! ```

mod disk;
mod probe;
mod tasks;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bus::{Group, GroupHandle};
use domain::Log;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use gateway::{Component, HealthReport, HealthStatus, Limits};
use http_kit::AppContext;
use journal::SqliteJournal;
use metrics_exporter_prometheus::PrometheusHandle;
use projection::ViewStore;
use serde_json::{Map, json};
use supervisor::wake;
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;
use users::Users;

use disk::Disks;
use probe::Probe;
use tasks::Fallen;

use super::reports::Reports;
use super::stalls::Stalled;
use crate::settings::Settings;

/// The interval between checks.
const EVERY: Duration = Duration::from_secs(1);
/// A failed commit triggers an earlier check, but not sooner than this after the previous one.
const SOON: Duration = Duration::from_millis(100);
/// A probe writes if no write has succeeded for this long. So a failure is noticed within this time plus one
/// check.
const PROVEN: Duration = Duration::from_secs(3);

/// What the monitor checks.
pub struct Watched<'a> {
    pub settings: &'a Settings,
    pub context: &'a AppContext,
    pub journal: &'a Arc<SqliteJournal>,
    pub users: &'a Users,
    pub views: &'a [(Group, ViewStore)],
    pub groups: &'a [GroupHandle],
    pub limits: &'a Arc<Limits>,
    pub prometheus: &'a PrometheusHandle,
}

pub struct Monitor {
    context: AppContext,
    logs: Vec<Probe>,
    stores: Vec<Probe>,
    disks: Disks,
    fallen: Fallen,
    stalled: Stalled,
    reports: Reports,
    looks: watch::Sender<HealthReport>,
    failed_commits: [watch::Receiver<u64>; 2],
}

impl Monitor {
    pub fn of(scene: &Watched<'_>, stalled: &Stalled, reports: Reports) -> Self {
        let logs = logs(scene);
        let stores = stores(scene);
        let looks = watch::Sender::new(HealthReport::none());
        let disks = Disks::below(&scene.settings.data_dir, scene.settings.disk);
        let context = scene.context.clone();
        let stalled = Arc::clone(stalled);
        let (fallen, failed_commits) =
            (Fallen::default(), Log::ALL.map(|log| scene.journal.failed_commits(log)));
        Self { context, logs, stores, disks, fallen, stalled, reports, looks, failed_commits }
    }

    /// The latest report, and every later one.
    pub fn looks(&self) -> watch::Receiver<HealthReport> {
        self.looks.subscribe()
    }

    pub async fn run(monitor: Arc<Mutex<Self>>, mut stop: watch::Receiver<bool>) {
        let mut monitor = monitor.lock().await;
        while !wake::is_stopped(&stop) {
            monitor.look().await;
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = monitor.trouble() => {}
                () = wake::stopped(&mut stop) => return,
            }
        }
    }

    async fn trouble(&mut self) {
        tokio::time::sleep(SOON).await;
        let [facts, activity] = &mut self.failed_commits;
        tokio::select! {
            () = wake::moved(facts) => {}
            () = wake::moved(activity) => {}
        }
    }

    pub async fn look(&mut self) {
        let mut components = BTreeMap::new();
        components.insert("journal".to_owned(), self.journal().await);
        components.insert("storage".to_owned(), storage(&mut self.stores).await);
        components.insert("disk".to_owned(), self.disks.look(&self.reports).await);
        let standings = self.context.jobs.supervisor().standings();
        components.insert("tasks".to_owned(), self.fallen.look(&standings, &self.reports));
        let stalled = self.stalled.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (name, component) in &components {
            let up = f64::from(u8::from(component.status != HealthStatus::Down));
            metrics::gauge!("health_up", "component" => name.clone()).set(up);
        }
        self.looks.send_replace(HealthReport { at: Instant::now(), components, stalled });
    }

    async fn journal(&mut self) -> Component {
        let mut details = Map::new();
        if let Ok(heads) = self.context.aggregates.heads().await {
            details.extend(heads.map(|head| (head.log.as_str().to_owned(), json!(head.seq))));
        }
        let failed = failures(&mut self.logs).await;
        let status = if failed.is_empty() { HealthStatus::Up } else { HealthStatus::Down };
        if !failed.is_empty() {
            details.insert("errors".to_owned(), json!(failed));
        }
        Component { status, details: details.into() }
    }
}

/// Every store except the journal that a request may have to write to.
async fn storage(stores: &mut [Probe]) -> Component {
    let failed = failures(stores).await;
    let status = if failed.is_empty() { HealthStatus::Up } else { HealthStatus::Down };
    Component { status, details: json!({"tried": stores.len(), "errors": failed}) }
}

async fn failures(probes: &mut [Probe]) -> BTreeMap<String, String> {
    let all = join_all(probes.iter_mut().map(Probe::look)).await;
    all.into_iter().filter_map(|(name, tried)| Some((name.to_owned(), tried.err()?))).collect()
}

fn logs(scene: &Watched<'_>) -> Vec<Probe> {
    let log = |log: Log| {
        let journal = Arc::clone(scene.journal);
        let try_it = move || {
            let journal = Arc::clone(&journal);
            async move { journal.takes_commits(log, PROVEN).await.map_err(|e| e.to_string()) }.boxed()
        };
        // The journal itself knows whether a recent commit already answers this.
        Probe::new(log.as_str(), Duration::ZERO, try_it)
    };
    Log::ALL.map(log).into()
}

fn stores(scene: &Watched<'_>) -> Vec<Probe> {
    let ring = Arc::clone(scene.context.aggregates.keys());
    let users = scene.users.clone();
    let keys = move || {
        let ring = Arc::clone(&ring);
        async move {
            let tried = tokio::task::spawn_blocking(move || ring.takes_writes()).await;
            tried.map_err(|e| e.to_string())?.map_err(|e| e.to_string())
        }
        .boxed()
    };
    let sessions = move || {
        let users = users.clone();
        async move { users.sessions_take_writes().await.map_err(|e| e.to_string()) }.boxed()
    };
    let mut all = vec![Probe::new("keys", PROVEN, keys), Probe::new("sessions", PROVEN, sessions)];
    all.extend(scene.views.iter().map(|(group, view)| {
        let view = view.clone();
        let try_it = move || {
            let view = view.clone();
            async move { view.takes_writes().await.map_err(|e| e.to_string()) }.boxed()
        };
        Probe::new(group.name, PROVEN, try_it)
    }));
    all
}
