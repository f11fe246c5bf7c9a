//! The work that goes on beside requests: every task is owned here and joined at the end.

use std::sync::Arc;
use std::time::Duration;

use bus::{Group, GroupHandle, Runner};
use domain::system::SystemEvent;
use domain::{Actor, Log, Metadata, StreamId};
use gateway::{Hub, Limits};
use http_kit::Kit;
use metrics_exporter_prometheus::PrometheusHandle;
use projection::ViewStore;
use projection::deliveries::Courier;
use search::Keeper;
use search::recommend::Learner;
use tokio::sync::watch;
use tokio::task::JoinSet;
use users::Users;

use super::months::Months;
use super::stalls::Stalls;

/// Tidying comes this often.
const TIDY: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub struct Tasks {
    stop: watch::Sender<bool>,
    stop_groups: watch::Sender<bool>,
    activity: JoinSet<()>,
    groups: JoinSet<()>,
}

/// Everything that follows the journal, and what seals its old months.
pub struct Work {
    pub users: Users,
    pub runners: Vec<Runner>,
    pub couriers: Vec<Courier>,
    pub keeper: Keeper,
    pub learner: Arc<Learner>,
    pub handles: Vec<GroupHandle>,
    pub views: Vec<(Group, ViewStore)>,
    pub months: Option<Months>,
}

impl Tasks {
    pub fn start(
        kit: &Kit,
        work: Work,
        (limits, hub): (&Arc<Limits>, &Arc<Hub>),
        prometheus: PrometheusHandle,
    ) -> Self {
        let Work { users, runners, couriers, keeper, learner, handles, views, months } = work;
        let (stop, stopping) = watch::channel(false);
        let (stop_groups, stopping_groups) = watch::channel(false);
        let (mut activity, mut groups) = (JoinSet::new(), JoinSet::new());
        activity.spawn(Arc::clone(&kit.activity).run(stopping.clone()));
        let tidy = Tidy { kit: kit.clone(), users, handles, views, limits: Arc::clone(limits), prometheus };
        activity.spawn(tidy.run(stopping));
        activity.spawn(Arc::clone(hub).run(stop.subscribe()));
        if let Some(months) = months {
            activity.spawn(months.run(stop.subscribe()));
        }
        for runner in runners {
            groups.spawn(runner.run(stopping_groups.clone()));
        }
        for courier in couriers {
            // The data directory is this process's alone: whoever carried something before is gone.
            groups.spawn(courier.run(true, stopping_groups.clone()));
        }
        groups.spawn(learner.run(stopping_groups.clone()));
        groups.spawn(keeper.run(stopping_groups));
        Self { stop, stop_groups, activity, groups }
    }

    /// First the producers, then the consumers.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.activity.join_next().await.is_some() {}
        self.stop_groups.send_replace(true);
        while self.groups.join_next().await.is_some() {}
    }
}

/// Forgets what nobody needs any more, and measures how far the groups are behind.
struct Tidy {
    kit: Kit,
    users: Users,
    handles: Vec<GroupHandle>,
    views: Vec<(Group, ViewStore)>,
    limits: Arc<Limits>,
    prometheus: PrometheusHandle,
}

impl Tidy {
    async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut stalls = Stalls::default();
        while !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(TIDY) => {}
                _ = stop.changed() => return,
            }
            self.users.keep_time().await;
            self.limits.tidy();
            self.prometheus.run_upkeep();
            let reached = Log::ALL.map(|log| {
                let marks = self.handles.iter().filter(|g| g.group.logs.contains(&log));
                marks.map(|g| g.status.watermark()[log.index()]).min().unwrap_or(0)
            });
            self.kit.seen.prune(reached);
            for (_, view) in &self.views {
                view.scrub().await;
            }
            for handle in &self.handles {
                let Ok(lags) = handle.lag().await else { continue };
                if let Some(event) = stalls.look(handle, &lags, self.kit.ledger.clock().now()) {
                    report(&self.kit, handle, &event).await;
                }
            }
        }
    }
}

/// Nobody acted: the event belongs to the machinery, which is the default tenant's.
async fn report(kit: &Kit, handle: &GroupHandle, event: &SystemEvent) {
    let tenant = kit.tenants.default_id();
    let actor = Actor { tenant: tenant.clone(), user: None, metadata: Metadata::default() };
    let stream = StreamId::new(tenant, "system", handle.group.name);
    if let Err(error) = kit.ledger.record(&actor, stream, event).await {
        tracing::error!(group = handle.group.name, %error, "a stall could not be written down");
    }
}
