//! Who looks after everything else: what tidies up, what looks whether all works, and what writes down that it does not.

use std::sync::{Arc, Mutex as StdMutex};

use bus::{Group, GroupHandle};
use gateway::{HealthReport, Limits};
use http_kit::AppContext;
use journal::SqliteJournal;
use metrics_exporter_prometheus::PrometheusHandle;
use projection::ViewStore;
use tokio::sync::{Mutex, watch};
use users::Users;

use super::monitor::{Monitor, Reporter, reports};
use super::tidy::{Stalled, Tidy};
use crate::settings::Settings;

/// What is looked after.
pub struct Scene<'a> {
    pub settings: &'a Settings,
    pub context: &'a AppContext,
    pub journal: &'a Arc<SqliteJournal>,
    pub users: &'a Users,
    pub views: &'a [(Group, ViewStore)],
    pub groups: &'a [GroupHandle],
    pub limits: &'a Arc<Limits>,
    pub prometheus: &'a PrometheusHandle,
}

pub struct Watch {
    pub tidy: Tidy,
    pub monitor: Arc<Mutex<Monitor>>,
    pub reporter: Reporter,
    /// What the monitor saw last.
    pub looks: watch::Receiver<HealthReport>,
}

impl Watch {
    /// After a first look: whoever asks is told of one.
    pub async fn over(scene: &Scene<'_>) -> Self {
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
