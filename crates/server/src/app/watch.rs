//! Who looks after everything else: what tidies up, what looks whether all works, and what writes down that it does not.

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
    /// What the monitor saw last.
    pub looks: watch::Receiver<HealthReport>,
}

impl Watch {
    /// After a first look: whoever asks is told of one.
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
