//! Stall detection. If a group has events to process and makes no progress, the metrics and an event report it
//! within seconds.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use bus::{GroupHandle, Lag};
use domain::Timestamp;
use domain::system::SystemEvent;

/// A group has stalled when its oldest waiting event and its last progress are both older than this.
const STALLED_AFTER_MICROS: u64 = 10_000_000;

/// The stalled groups, as of the last check.
pub type Stalled = Arc<Mutex<BTreeSet<&'static str>>>;

/// Remembers the stalled groups, so that each stall is reported once.
#[derive(Debug, Default)]
pub struct Stalls {
    stalled: BTreeSet<&'static str>,
}

impl Stalls {
    /// The groups that are stalled now.
    pub fn names(&self) -> BTreeSet<&'static str> {
        self.stalled.clone()
    }

    /// Checks one group and sets its metrics. Returns an event if its state changed.
    pub fn look(&mut self, handle: &GroupHandle, lags: &[Lag], now: Timestamp) -> Option<SystemEvent> {
        let name = handle.group.name;
        let status = &handle.status;
        let age = lags.iter().map(|lag| lag.micros(now)).max().unwrap_or(0);
        let idle = u64::try_from(now.micros() - status.counts().last_progress.micros()).unwrap_or(0);
        measure(name, lags, age, idle);
        let events: u64 = lags.iter().map(Lag::events).sum();
        let stalled = events > 0 && age.min(idle) > STALLED_AFTER_MICROS;
        metrics::gauge!("bus_group_stalled", "group" => name).set(f64::from(u8::from(stalled)));
        let group = name.to_owned();
        if stalled && self.stalled.insert(name) {
            let reason = status.stopped().or_else(|| status.paused());
            tracing::error!(group, lag = events, reason, "a consumer group stalls");
            let lag_seconds = age / 1_000_000;
            Some(SystemEvent::ConsumerStalled { group, lag_events: events, lag_seconds, reason })
        } else if !stalled && self.stalled.remove(name) {
            tracing::info!(group, "a consumer group gets on again");
            Some(SystemEvent::ConsumerRecovered { group })
        } else {
            None
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "metrics")]
fn measure(group: &'static str, lags: &[Lag], age: u64, idle: u64) {
    for lag in lags {
        let log = lag.log.as_str();
        metrics::gauge!("bus_group_lag_events", "group" => group, "log" => log).set(lag.events() as f64);
    }
    metrics::gauge!("bus_group_lag_seconds", "group" => group).set(age as f64 / 1e6);
    metrics::gauge!("bus_group_idle_seconds", "group" => group).set(idle as f64 / 1e6);
}

#[cfg(test)]
mod tests {
    use bus::Group;
    use domain::Log;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn behind(events: u64, oldest: Timestamp) -> [Lag; 1] {
        [Lag { log: Log::Facts, position: 5, head: 5 + events, oldest: (events > 0).then_some(oldest) }]
    }

    /// A group that never takes a step.
    async fn idle() -> GroupHandle {
        let directory = tempfile::tempdir().unwrap();
        let clock = domain::Clock::manual(NOW);
        let limits = journal::sqlite::Limits::default();
        let journal = journal::SqliteJournal::open(directory.path(), &clock, limits).unwrap();
        let store = history::History::view(&directory.path().join("history.db")).unwrap();
        let group = Group { name: "idle-group", logs: &[Log::Facts], key: |_| None };
        let policy = bus::Policy::default();
        let (journal, store) = (std::sync::Arc::new(journal), std::sync::Arc::new(store));
        bus::Runner::new(group, journal, store, clock, policy).await.unwrap().1
    }

    #[tokio::test]
    async fn rule_22_a_stall_is_said_once_and_so_is_its_end() {
        let handle = idle().await;
        let mut stalls = Stalls::default();
        let mut look = |lags: &[Lag], seconds| stalls.look(&handle, lags, NOW.plus_seconds(seconds));
        assert_eq!(look(&behind(0, NOW), 3600), None, "nothing to do is no stall");
        assert_eq!(look(&behind(3, NOW.plus_seconds(3599)), 3600), None, "it has just come");
        assert_eq!(look(&behind(3, NOW), 9), None, "it may be a long step");
        let said = look(&behind(3, NOW), 12);
        let group = || "idle-group".to_owned();
        let stalled =
            SystemEvent::ConsumerStalled { group: group(), lag_events: 3, lag_seconds: 12, reason: None };
        assert_eq!(said, Some(stalled));
        assert_eq!(look(&behind(4, NOW), 13), None, "said already");
        assert_eq!(look(&behind(0, NOW), 14), Some(SystemEvent::ConsumerRecovered { group: group() }));
        assert_eq!(look(&behind(0, NOW), 15), None);
    }
}
