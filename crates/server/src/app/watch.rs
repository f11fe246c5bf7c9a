//! Everything that watches the server: housekeeping, the monitor, and the reporter that writes down failures.

use std::sync::{Arc, Mutex as StdMutex};

use gateway::HealthReport;
use tokio::sync::{Mutex, watch};

use super::monitor::{Monitor, Watched};
use super::reports::{Reporter, reports};
use super::stalls::Stalled;
use super::tidy::Tidy;

pub struct Watch {
    pub tidy: Tidy,
    pub monitor: Arc<Mutex<Monitor>>,
    pub reporter: Reporter,
    /// The monitor's latest report.
    pub looks: watch::Receiver<HealthReport>,
}

impl Watch {
    /// Performs the first check, so that there is always a report to return.
    pub async fn over(scene: &Watched<'_>) -> Self {
        let stalled = Stalled::default();
        let (reports, reporter) = reports(scene.context);
        let mut monitor = Monitor::of(scene, &stalled, reports.clone());
        let looks = monitor.looks();
        monitor.look().await;
        let tidy = Tidy {
            context: scene.context.clone(),
            users: scene.users.clone(),
            handles: scene.groups.to_vec(),
            views: scene.views.to_vec(),
            limits: Arc::clone(scene.limits),
            prometheus: scene.prometheus.clone(),
            stalls: StdMutex::default(),
            stalled,
            reports,
        };
        Self { tidy, monitor: Arc::new(Mutex::new(monitor)), reporter, looks }
    }
}
