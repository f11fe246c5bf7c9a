//! Periodic housekeeping: discards what is no longer needed, and measures the lag of the groups.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bus::{Group, GroupHandle};
use domain::Log;
use gateway::Limits;
use http_kit::AppContext;
use metrics_exporter_prometheus::PrometheusHandle;
use projection::ViewStore;
use supervisor::wake;
use tokio::sync::watch;
use users::Users;

use super::reports::Reports;
use super::stalls::{Stalled, Stalls};

/// The interval of housekeeping.
const TIDY: Duration = Duration::from_secs(5);

pub struct Tidy {
    pub context: AppContext,
    pub users: Users,
    pub handles: Vec<GroupHandle>,
    pub views: Vec<(Group, ViewStore)>,
    pub limits: Arc<Limits>,
    pub prometheus: PrometheusHandle,
    pub stalls: Mutex<Stalls>,
    pub stalled: Stalled,
    pub reports: Reports,
}

impl Tidy {
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !wake::is_stopped(&stop) {
            tokio::select! {
                () = tokio::time::sleep(TIDY) => {}
                () = wake::stopped(&mut stop) => return,
            }
            self.users.keep_time().await;
            self.limits.tidy();
            self.prometheus.run_upkeep();
            let reached = Log::ALL.map(|log| {
                let marks = self.handles.iter().filter(|g| g.group.logs.contains(&log));
                marks.map(|g| g.status.watermark()[log.index()]).min().unwrap_or(0)
            });
            self.context.seen.prune(reached);
            for (_, view) in &self.views {
                view.scrub().await;
            }
            for handle in &self.handles {
                self.look_at(handle).await;
            }
        }
    }

    async fn look_at(&self, handle: &GroupHandle) {
        let Ok(lags) = handle.lag().await else { return };
        let mut stalls = self.stalls.lock().unwrap_or_else(PoisonError::into_inner);
        let event = stalls.look(handle, &lags, self.context.aggregates.clock().now());
        *self.stalled.lock().unwrap_or_else(PoisonError::into_inner) = stalls.names();
        if let Some(event) = event {
            self.reports.send(handle.group.name, event);
        }
    }
}
