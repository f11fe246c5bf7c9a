//! Runs one group: reads after its cursor, applies events, sets failing keys aside and retries them.

mod blocked;
mod dead_letters;
mod lease;
mod rebuild;
mod step;

pub use rebuild::Progress;

use std::collections::HashSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::{Clock, Ids, Log, Position, Timestamp};
use journal::{Journal, JournalError};
use supervisor::{Demand, wake};
use tokio::sync::{mpsc, watch};

use crate::group::{Blocked, BlockedState, Group, GroupDecisions, Policy};
use crate::handle::{Ask, GroupHandle, Means};
use crate::stats::Stats;
use crate::target::{ApplyError, Checkpoint, Target};
use crate::wait::GroupStatus;
use lease::LeaseState;

/// Most events read in one batch.
const BATCH: usize = 2048;
/// Wake-ups can be missed, so the log is polled this often anyway.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// After a smaller batch than this, the runner waits for more events, unless a reader is waiting.
const SMALL: usize = 256;
/// The longest wait for more events.
const GATHER: Duration = Duration::from_millis(20);
/// The reason shown while an operator has paused the group.
const PAUSED: &str = "an operator paused it";
/// The pause after the store or the journal failed.
const AFTER_TROUBLE: Duration = Duration::from_millis(200);

/// Why a group cannot continue.
#[derive(Debug, thiserror::Error)]
enum GroupFailure {
    /// Retrying later may help.
    #[error("{0}")]
    Passing(String),
    /// Only an operator can help.
    #[error("{0}")]
    Fatal(String),
    /// An event fails in a group that does not skip failing keys.
    #[error("{0}")]
    Failing(String),
}

impl From<ApplyError> for GroupFailure {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Fenced { .. } | ApplyError::Alarm(_) => Self::Fatal(error.to_string()),
            ApplyError::Store(_) | ApplyError::Event(_) | ApplyError::Lost => {
                Self::Passing(error.to_string())
            }
        }
    }
}

impl From<JournalError> for GroupFailure {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Unavailable(_) => Self::Passing(error.to_string()),
            JournalError::OtherHistory { .. } | JournalError::Hole { .. } | JournalError::Damaged { .. } => {
                Self::Fatal(error.to_string())
            }
        }
    }
}

/// A consumer group with everything it needs. [`Runner::run`] runs it from start to end.
pub struct Runner {
    group: Group,
    means: Means,
    target: Arc<dyn Target>,
    cursors: [Checkpoint; 2],
    held: HashSet<String>,
    blocked: Arc<RwLock<Vec<Blocked>>>,
    watermark: watch::Sender<[u64; 2]>,
    stopped: watch::Sender<Option<String>>,
    paused: watch::Sender<Option<String>>,
    counters: Arc<Stats>,
    /// Counts the read models that have taken over.
    generation: Arc<AtomicU64>,
    /// For a group that does not skip failing keys: failures of the event that holds it up, and the time of the
    /// next try.
    failing: Option<(u32, Timestamp)>,
    asks: mpsc::Receiver<Ask>,
    demand: Arc<Demand>,
    /// Number of events read in the last round.
    taken: usize,
    /// The checkpoint that the last step tried to reach.
    wanted: Option<Checkpoint>,
    /// The lease and its renewal.
    holding: LeaseState,
    /// Something failed, perhaps after it had been committed, so the state of the store is not known.
    in_doubt: bool,
    /// The target is the read model that queries read, not one being rebuilt.
    live: bool,
    /// Whether discards decided before this start have been applied to the waiting events.
    struck: bool,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Runner({})", self.group.name)
    }
}

impl Runner {
    /// Creates a group over `target`, and the handle to control it.
    ///
    /// # Errors
    /// When the target or the journal is unavailable, or when the journal holds a different event at the
    /// group's checkpoint. In that case the read model was made from another journal and must be rebuilt.
    pub async fn new(
        group: Group,
        journal: Arc<dyn Journal>,
        target: Arc<dyn Target>,
        clock: Clock,
        policy: impl Into<Policy> + Send,
    ) -> Result<(Self, GroupHandle), StartError> {
        let policy = policy.into();
        let state = target.state().await?;
        let mut cursors = [journal.head(Log::Facts).await?, journal.head(Log::Activity).await?]
            .map(|head| Checkpoint { position: head.at(0), event_id: None });
        for checkpoint in state.checkpoints {
            verify(&group, journal.as_ref(), checkpoint).await?;
            cursors[checkpoint.position.log.index()] = checkpoint;
        }
        let held = state.blocked.iter().map(|b| b.key.clone()).collect();
        let blocked = Arc::new(RwLock::new(state.blocked));
        let (watermark, seen) = watch::channel(cursors.map(|c| c.position.seq));
        let (stopped, end) = watch::channel(None);
        let (asker, asks) = mpsc::channel(16);
        let demand = Arc::new(Demand::default());
        let (paused, resumption) = watch::channel(None);
        let counters = Arc::new(Stats::default());
        counters.started(clock.now());
        let generation = Arc::<AtomicU64>::default();
        let shared = (Arc::clone(&demand), Arc::clone(&counters), Arc::clone(&generation));
        let status = GroupStatus::new(seen, Arc::clone(&blocked), end, resumption, shared);
        let holding = LeaseState::new(Ids.uuid(clock.now()));
        let means = Means { journal, clock, policy, discarded: Arc::default() };
        let handle = GroupHandle::new(group, status, asker, means.clone());
        let runner = Self {
            group,
            means,
            target,
            cursors,
            held,
            blocked,
            watermark,
            stopped,
            paused,
            counters,
            generation,
            failing: None,
            asks,
            demand,
            taken: 0,
            wanted: None,
            holding,
            in_doubt: false,
            live: true,
            struck: false,
        };
        Ok((runner, handle))
    }

    /// The group's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.group.name
    }

    /// Applies the operators' decisions made before this start.
    #[must_use]
    pub fn standing(self, standing: GroupDecisions) -> Self {
        *self.means.discarded.write().unwrap_or_else(PoisonError::into_inner) = standing.discarded;
        self.paused.send_replace(standing.paused.then(|| PAUSED.to_owned()));
        self
    }

    /// No other process can run this group, so a lease left by a crashed process is taken at once.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.holding.alone();
        self
    }

    /// Runs until `stop` turns true or the group must end.
    pub async fn run(mut self, stop: watch::Receiver<bool>) {
        self.go_on(stop).await;
    }

    /// Like [`Self::run`], but may be called again after a panic. Handles and waiting readers stay valid.
    pub async fn go_on(&mut self, mut stop: watch::Receiver<bool>) {
        if self.holding.begins() {
            self.after_breaking_off();
        }
        let mut wakes: Vec<_> =
            self.group.logs.iter().map(|log| self.means.journal.committed(*log)).collect();
        while !wake::is_stopped(&stop) {
            let pause = match self.round().await {
                Ok(true) => {
                    self.gather(&mut stop).await;
                    continue;
                }
                Ok(false) => self.until_next_try(),
                Err(GroupFailure::Passing(error)) => {
                    tracing::warn!(
                        group = self.group.name,
                        error,
                        "a consumer group is in trouble and tries again"
                    );
                    self.in_doubt = true;
                    AFTER_TROUBLE
                }
                Err(GroupFailure::Failing(error)) => match self.failed_again(error) {
                    Some(pause) => pause,
                    None => break,
                },
                Err(GroupFailure::Fatal(error)) => {
                    self.end(error);
                    break;
                }
            };
            let (first, rest) = wakes.split_at_mut(1);
            tokio::select! {
                // Fixed order: each round checks everything anyway, so no branch can starve another.
                biased;
                () = wake::stopped(&mut stop) => {}
                () = wake::moved(&mut first[0]) => {}
                () = moved(rest) => {}
                Some(ask) = self.asks.recv() => self.answer(ask).await,
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.let_go().await;
        self.holding.ends();
    }

    /// Prepares to run again after a panic. An interrupted write may be committed, or may still be on its way
    /// to the store. Taking a new lease makes the store refuse the latter; what the store holds is then read
    /// again, as at the first start.
    fn after_breaking_off(&mut self) {
        self.holding.take_anew(Ids.uuid(self.means.clock.now()));
        (self.in_doubt, self.struck) = (true, false);
    }

    /// Lets events gather while no reader is waiting: many small transactions cost more than a few large ones.
    async fn gather(&self, stop: &mut watch::Receiver<bool>) {
        if self.taken >= SMALL {
            return;
        }
        tokio::select! {
            biased;
            () = wake::stopped(stop) => {}
            () = self.demand.gather(GATHER) => {}
        }
    }

    fn end(&self, error: String) {
        tracing::error!(group = self.group.name, error, "a consumer group stopped; see docs/operations.md");
        metrics::gauge!("bus_group_stopped", "group" => self.group.name).set(1.0);
        self.stopped.send_replace(Some(error));
    }

    /// One round over all pending work. Returns true when something was done.
    async fn round(&mut self) -> Result<bool, GroupFailure> {
        let mut worked = false;
        self.taken = 0;
        let holds = self.keep_hold().await?;
        if self.in_doubt {
            self.look_up().await?;
        }
        if holds {
            self.strike_discarded().await?;
        }
        while let Ok(ask) = self.asks.try_recv() {
            self.answer(ask).await;
            worked = true;
        }
        let now = self.means.clock.now();
        let retry = self.means.policy.retry;
        let waits = self.failing.is_some_and(|(_, next_try)| !retry.is_due(next_try, now));
        if !holds || waits || self.paused.borrow().is_some() {
            return Ok(worked);
        }
        for log in self.group.logs {
            worked |= self.step(*log, BATCH).await?;
        }
        self.failing = None;
        Ok(self.try_blocked().await? || worked)
    }

    async fn answer(&mut self, ask: Ask) {
        match ask {
            Ask::Redrive { id, reply } => {
                let redriven = self.redrive(&id).await;
                self.in_doubt |= redriven.is_err();
                let _ = reply.send(redriven);
            }
            Ask::Waiting { id, reply } => {
                let _ = reply.send(self.waiting(&id).await);
            }
            Ask::Discard { id, event, decision, reply } => {
                let discarded = self.discard(&id, event, decision).await;
                self.in_doubt |= discarded.is_err();
                let _ = reply.send(discarded);
            }
            Ask::Pause { paused, decision, reply } => {
                let _ = reply.send(self.pause(paused, decision).await);
            }
            Ask::Switch { fresh, take_over, reply } => {
                let switched = self.switch(*fresh, take_over).await;
                self.in_doubt |= switched.is_err();
                let _ = reply.send(switched.map_err(|trouble| trouble.to_string()));
            }
        }
    }

    fn until_next_try(&self) -> Duration {
        let now = self.means.clock.now();
        let blocked = self.blocked.read().unwrap_or_else(PoisonError::into_inner);
        let due = blocked.iter().filter(|b| b.state == BlockedState::Retrying).map(|b| b.next_try).min();
        let due = due.into_iter().chain(self.failing.map(|(_, next_try)| next_try)).min();
        let micros = due.map_or(i64::MAX, |at| (at.micros() - now.micros()).max(1000));
        LOOK_AGAIN.min(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
    }

    fn moved(&mut self, to: Checkpoint) {
        self.cursors[to.position.log.index()] = to;
        let seqs = self.cursors.map(|c| c.position.seq);
        self.watermark.send_replace(seqs);
        if !self.live {
            return;
        }
        let log = to.position.log.as_str();
        #[expect(clippy::cast_precision_loss, reason = "a metric")]
        metrics::gauge!("bus_group_position", "group" => self.group.name, "log" => log)
            .set(to.position.seq as f64);
    }
}

async fn moved(rest: &mut [watch::Receiver<u64>]) {
    match rest.first_mut() {
        Some(committed) => wake::moved(committed).await,
        None => std::future::pending().await,
    }
}

/// Why a group cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The target is unavailable.
    #[error(transparent)]
    Target(#[from] ApplyError),
    /// The journal is unavailable.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The read model was made from another journal.
    #[error(
        "{group} was made from another journal: at {position} it applied {applied}, the journal holds {found}"
    )]
    OtherJournal {
        /// The group's name.
        group: &'static str,
        /// The position of the checkpoint.
        position: Position,
        /// The event that the group applied there.
        applied: String,
        /// The event that the journal holds there.
        found: String,
    },
}

async fn verify(group: &Group, journal: &dyn Journal, checkpoint: Checkpoint) -> Result<(), StartError> {
    let position = checkpoint.position;
    if position.seq == 0 {
        return Ok(());
    }
    let found = journal.read_after(position.at(position.seq - 1), 1).await?.first().map(|e| e.event_id);
    if found == checkpoint.event_id {
        return Ok(());
    }
    let name = |id: Option<uuid::Uuid>| id.map_or_else(|| "nothing".to_owned(), |id| id.to_string());
    let (applied, found) = (name(checkpoint.event_id), name(found));
    Err(StartError::OtherJournal { group: group.name, position, applied, found })
}
