//! The work that goes on beside requests: every task is owned here and joined at the end.

use std::sync::Arc;
use std::time::Duration;

use bus::{GroupHandle, Runner};
use domain::Log;
use gateway::Limits;
use http_kit::Kit;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Tidying comes this often.
const TIDY: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub struct Tasks {
    stop: watch::Sender<bool>,
    stop_groups: watch::Sender<bool>,
    activity: JoinSet<()>,
    groups: JoinSet<()>,
}

impl Tasks {
    pub fn start(
        kit: &Kit,
        runners: Vec<Runner>,
        handles: &[GroupHandle],
        limits: &Arc<Limits>,
        prometheus: PrometheusHandle,
    ) -> Self {
        let (stop, stopping) = watch::channel(false);
        let (stop_groups, stopping_groups) = watch::channel(false);
        let (mut activity, mut groups) = (JoinSet::new(), JoinSet::new());
        activity.spawn(Arc::clone(&kit.activity).run(stopping.clone()));
        activity.spawn(tidy(kit.clone(), handles.to_vec(), Arc::clone(limits), prometheus, stopping));
        for runner in runners {
            groups.spawn(runner.run(stopping_groups.clone()));
        }
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
async fn tidy(
    kit: Kit,
    groups: Vec<GroupHandle>,
    limits: Arc<Limits>,
    prometheus: PrometheusHandle,
    mut stop: watch::Receiver<bool>,
) {
    while !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(TIDY) => {}
            _ = stop.changed() => return,
        }
        limits.tidy();
        prometheus.run_upkeep();
        let reached = Log::ALL.map(|log| {
            let marks = groups.iter().filter(|g| g.group.logs.contains(&log)).map(|g| g.status.watermark());
            marks.map(|mark| mark[log.index()]).min().unwrap_or(0)
        });
        kit.seen.prune(reached);
        let Ok(heads) = kit.ledger.heads().await else { continue };
        for handle in &groups {
            let mark = handle.status.watermark();
            for log in handle.group.logs {
                let lag = heads[log.index()].seq.saturating_sub(mark[log.index()]);
                #[expect(clippy::cast_precision_loss, reason = "a metric")]
                metrics::gauge!("bus_group_lag_events", "group" => handle.group.name, "log" => log.as_str())
                    .set(lag as f64);
            }
        }
    }
}
