//! Positions: consecutive in commit order, per log and history.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Log, Position, StreamId, Version};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::guest::{Guest, append, ids, taking};
use crate::{Append, Expected, Journal, JournalError, Refused};

const TASKS: usize = 24;
const ROUNDS: usize = 12;

/// Rule 1: positions count 1, 2, 3 in commit order while many append and many are refused; a refusal leaves its
/// neighbours alone, and the journal holds what it acknowledged and nothing else.
pub async fn rule_01_count_in_commit_order(journal: &Arc<dyn Journal>) {
    for log in Log::ALL {
        let guest = Guest::arrive(journal);
        let start = guest.head(log).await;
        let holder = guest.stream(log, "holder");
        let taken = taking(&holder, &[&guest.unique_key("name", 1)]);
        let held = ids(&taken);
        let held_at = guest.append(taken).await.unwrap().position;

        let newest = Arc::new(AtomicU64::new(held_at.seq));
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let appender = Appender::new(guest.clone(), log, task, Arc::clone(&newest));
            tasks.spawn(appender.run());
        }
        let mut acknowledged: BTreeMap<u64, Uuid> = tasks.join_all().await.into_iter().flatten().collect();
        acknowledged.insert(held_at.seq, held[0]);

        let mut found = BTreeMap::new();
        let mut versions: BTreeMap<StreamId, Version> = BTreeMap::new();
        for event in guest.own_after(start, 61).await {
            let last = versions.entry(event.stream).or_default();
            assert_eq!(event.version, *last + 1, "versions have no hole");
            *last = event.version;
            found.insert(event.position.seq, event.event_id);
        }
        assert_eq!(found, acknowledged, "the log holds what was acknowledged and nothing else");
    }
}

/// Appends to a stream of its own and to a contested one, and in between makes requests that must be refused.
struct Appender {
    guest: Guest,
    own: StreamId,
    holder: StreamId,
    contested: StreamId,
    version: Version,
    seen: Version,
    /// The newest position acknowledged to any appender.
    newest: Arc<AtomicU64>,
    acknowledged: Vec<(u64, Uuid)>,
}

impl Appender {
    fn new(guest: Guest, log: Log, task: usize, newest: Arc<AtomicU64>) -> Self {
        let (own, holder) = (guest.stream(log, task), guest.stream(log, "holder"));
        let contested = guest.stream(log, "contested");
        Self { guest, own, holder, contested, version: 0, seen: 0, newest, acknowledged: Vec::new() }
    }

    async fn run(mut self) -> Vec<(u64, Uuid)> {
        for round in 0..ROUNDS {
            let count = 1 + round % 3;
            let accepted = append(&self.own, Expected::Exactly(self.version), count);
            self.version = self.tell(accepted).await.unwrap();
            self.be_refused(round).await;
            match self.tell(append(&self.contested, Expected::Exactly(self.seen), 2)).await {
                Ok(version) => self.seen = version,
                Err(Refused::Conflict { expected, actual }) => {
                    assert_eq!(expected, self.seen);
                    self.seen = actual;
                }
                Err(other) => panic!("{other}"),
            }
        }
        self.acknowledged
    }

    /// Appends and records the position. An append made after an acknowledgement must get a later position.
    async fn tell(&mut self, append: Append) -> Result<Version, Refused> {
        let floor = self.newest.load(Ordering::SeqCst);
        let ids = ids(&append);
        let appended = self.guest.append(append).await?;
        let first = appended.position.seq + 1 - ids.len() as u64;
        assert!(first > floor, "{first} was given after {floor} had been acknowledged");
        self.newest.fetch_max(appended.position.seq, Ordering::SeqCst);
        self.acknowledged.extend((first..).zip(ids));
        assert!(self.guest.head(appended.position.log).await.seq >= appended.position.seq);
        Ok(appended.version)
    }

    async fn be_refused(&mut self, round: usize) {
        if round.is_multiple_of(2) {
            let (expected, actual) = (self.version + 7, self.version);
            let refused = self.tell(append(&self.own, Expected::Exactly(expected), 2)).await;
            assert_eq!(refused, Err(Refused::Conflict { expected, actual }));
        } else {
            let refused = self.tell(taking(&self.own, &[&self.guest.unique_key("name", 1)])).await;
            assert_eq!(refused, Err(Refused::Taken { kind: "name", owner: self.holder.clone() }));
        }
    }
}

/// Starts `TASKS` appenders whose appends are never refused. Also returns how many events they append.
fn appenders(guest: &Guest, log: Log) -> (JoinSet<()>, usize) {
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (guest, stream) = (guest.clone(), guest.stream(log, task));
        tasks.spawn(async move {
            for round in 0..ROUNDS {
                guest.append(append(&stream, Expected::Any, 1 + round % 2)).await.unwrap();
            }
        });
    }
    (tasks, (0..ROUNDS).map(|round| 1 + round % 2).sum::<usize>() * TASKS)
}

/// Rules 1 and 3: who follows the log while others append meets every position once and in order, and needs no
/// timer for it: the wake-up after the last commit is never lost.
pub async fn rule_03_follower(journal: &Arc<dyn Journal>) {
    for log in Log::ALL {
        let guest = Guest::arrive(journal);
        let mut cursor = guest.head(log).await;
        let mut committed = journal.committed(log);
        let (tasks, total) = appenders(&guest, log);
        let mut own = 0;
        let mut sizes = [1, 7, 2, 13, 3, 64].into_iter().cycle();
        while own < total {
            let page = guest.page(&mut cursor, sizes.next().unwrap_or(1)).await.unwrap();
            if page.is_empty() {
                committed.changed().await.unwrap();
            }
            own += page.iter().filter(|event| event.stream.tenant == guest.tenant).count();
        }
        tasks.join_all().await;
    }
}

/// Rule 3: whatever `committed` tells can be read at that moment, and `head` is not behind it.
pub async fn rule_03_committed(journal: &Arc<dyn Journal>) {
    for log in Log::ALL {
        let guest = Guest::arrive(journal);
        let mut cursor = guest.head(log).await;
        let mut committed = journal.committed(log);
        let (tasks, total) = appenders(&guest, log);
        let mut own = 0;
        while own < total {
            committed.changed().await.unwrap();
            let told = *committed.borrow_and_update();
            let limit = usize::try_from(told.saturating_sub(cursor.seq)).unwrap();
            assert!(guest.head(log).await.seq >= told);
            let page = guest.page(&mut cursor, limit).await.unwrap();
            assert_eq!(page.len(), limit, "{told} was told as committed but cannot be read");
            own += page.iter().filter(|event| event.stream.tenant == guest.tenant).count();
        }
        tasks.join_all().await;
    }
}

/// Rule 23: a position of another epoch is refused, never read as if it were of this one.
pub async fn rule_23_other_history(journal: &Arc<dyn Journal>) {
    for log in Log::ALL {
        let guest = Guest::arrive(journal);
        guest.append(append(&guest.stream(log, 1), Expected::Any, 1)).await.unwrap();
        let head = guest.head(log).await;
        for epoch in [head.epoch.wrapping_sub(1), head.epoch + 1] {
            for seq in [0, head.seq, head.seq + 10] {
                let asked = Position { epoch, seq, ..head };
                let refused = journal.read_after(asked, 10).await;
                let right = matches!(refused, Err(JournalError::OtherHistory { asked: a, epoch: e }) if a == asked && e == head.epoch);
                assert!(right, "{asked} was not refused at {head}: {refused:?}");
            }
        }
        assert!(journal.read_after(head.at(0), 1).await.is_ok());
    }
}

/// The logs are independent: neither sees the other's events, versions or positions.
pub async fn logs_count_apart(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let starts = [guest.head(Log::Facts).await, guest.head(Log::Activity).await];
    for (times, log) in [(2, Log::Facts), (5, Log::Activity)] {
        let stream = guest.stream(log, "same");
        for version in 0..times {
            let appended = guest.append(append(&stream, Expected::Exactly(version), 1)).await.unwrap();
            assert_eq!((appended.version, appended.position.log), (version + 1, log));
            assert_eq!(appended.position.epoch, starts[log.index()].epoch);
        }
    }
    for (times, start) in [(2, starts[0]), (5, starts[1])] {
        let own = guest.own_after(start, 3).await;
        assert!(own.iter().map(|event| event.version).eq(1..=times));
    }
}
