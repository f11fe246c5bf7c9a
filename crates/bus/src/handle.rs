//! The handle for talking to a running group.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::{Arc, RwLock};

use domain::Clock;
use journal::Journal;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::group::{Group, Policy};
use crate::runner::{Runner, StartError};
use crate::target::{ApplyError, ParkedEvent, Target};
use crate::wait::GroupStatus;

/// Makes a rebuilt read model the one that queries read. The group does nothing until it completes.
pub type TakeOver = Pin<Box<dyn Future<Output = Result<(), ApplyError>> + Send>>;

/// Makes an operator's decision durable. The group does nothing until it completes. An error says why it
/// failed.
pub type Decision = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// A request to a running group, answered between two rounds.
pub(crate) enum Ask {
    /// Retry a blocked key now.
    Redrive { id: String, reply: oneshot::Sender<Result<u64, DeadLetterError>> },
    /// List the events that wait behind a blocked key.
    Waiting { id: String, reply: oneshot::Sender<Result<Vec<ParkedEvent>, DeadLetterError>> },
    /// Never apply the first event that waits behind a blocked key, and retry the rest.
    Discard {
        id: String,
        event: Uuid,
        decision: Decision,
        reply: oneshot::Sender<Result<(), DeadLetterError>>,
    },
    /// Pause or resume the group.
    Pause { paused: bool, decision: Decision, reply: oneshot::Sender<Result<(), DeadLetterError>> },
    /// Continue with another target, switching at one exact position.
    Switch { fresh: Box<Runner>, take_over: TakeOver, reply: oneshot::Sender<Result<u64, String>> },
}

/// Why a command about a group or one of its dead letters failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeadLetterError {
    /// No blocked key has this id.
    #[error("there is no such dead letter")]
    Unknown,
    /// A different event is now first in line.
    #[error("another event waits first by now")]
    Moved,
    /// The retry failed again.
    #[error("it failed again: {0}")]
    Failed(String),
    /// The decision could not be recorded.
    #[error("{0}")]
    Undecided(String),
    /// The group is not running.
    #[error("the group is not running")]
    NotRunning,
}

/// Why a rebuild failed. The read model in use is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The rebuild could not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The new read model could not be filled or could not take over.
    #[error("{0}")]
    Failed(String),
    /// The group is not running.
    #[error("the group is not running")]
    NotRunning,
}

/// A handle to a running group.
#[derive(Clone)]
pub struct GroupHandle {
    /// The group's definition.
    pub group: Group,
    /// The group's progress.
    pub status: GroupStatus,
    asks: mpsc::Sender<Ask>,
    means: Means,
}

/// What is needed to run the same group over another target.
#[derive(Clone)]
pub(crate) struct Means {
    pub journal: Arc<dyn Journal>,
    pub clock: Clock,
    pub policy: Policy,
    pub discarded: Arc<RwLock<HashSet<Uuid>>>,
}

impl std::fmt::Debug for GroupHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GroupHandle({}, {:?})", self.group.name, self.status)
    }
}

impl GroupHandle {
    pub(crate) fn new(group: Group, status: GroupStatus, asks: mpsc::Sender<Ask>, means: Means) -> Self {
        Self { group, status, asks, means }
    }

    pub(crate) fn journal(&self) -> &Arc<dyn Journal> {
        &self.means.journal
    }

    /// Applies the events that wait behind the key of dead letter `id`, in order. They are read again from the
    /// journal. Returns the number applied.
    ///
    /// # Errors
    /// When there is no such dead letter, or an event fails again (the events before it stay applied).
    pub async fn redrive(&self, id: &str) -> Result<u64, DeadLetterError> {
        self.ask(|reply| Ask::Redrive { id: id.to_owned(), reply })
            .await
            .ok_or(DeadLetterError::NotRunning)?
    }

    /// The events that wait behind the key of dead letter `id`, in order. The first is the one that fails.
    ///
    /// # Errors
    /// When there is no such dead letter.
    pub async fn waiting(&self, id: &str) -> Result<Vec<ParkedEvent>, DeadLetterError> {
        self.ask(|reply| Ask::Waiting { id: id.to_owned(), reply })
            .await
            .ok_or(DeadLetterError::NotRunning)?
    }

    /// Skips `event` for good and redrives the rest. `event` must be the first that waits behind the key of
    /// dead letter `id`. Once it is certain that the event can be skipped, `decision` is awaited; only then is
    /// the event skipped. After a restart the group gets the decision from [`crate::GroupDecisions`].
    ///
    /// # Errors
    /// When there is no such dead letter, a different event is first, or the decision could not be made
    /// durable.
    pub async fn discard(&self, id: &str, event: Uuid, decision: Decision) -> Result<(), DeadLetterError> {
        let ask = |reply| Ask::Discard { id: id.to_owned(), event, decision, reply };
        self.ask(ask).await.ok_or(DeadLetterError::NotRunning)?
    }

    /// Pauses the group before its next step, or resumes it, once `decision` is durable.
    ///
    /// # Errors
    /// When the group is not running, or the decision could not be made durable.
    pub async fn pause(&self, paused: bool, decision: Decision) -> Result<(), DeadLetterError> {
        let ask = |reply| Ask::Pause { paused, decision, reply };
        self.ask(ask).await.ok_or(DeadLetterError::NotRunning)?
    }

    async fn ask<T>(&self, ask: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.asks.send(ask(reply)).await.ok()?;
        answer.await.ok()
    }

    /// A runner of the same group over an empty target, to be filled with [`Runner::catch_up`] while this group
    /// runs.
    ///
    /// # Errors
    /// When the target or the journal is unavailable.
    pub async fn beside(&self, fresh: Arc<dyn Target>) -> Result<Runner, StartError> {
        let Means { journal, clock, policy, discarded } = self.means.clone();
        let (runner, _) = Runner::new(self.group, journal, fresh, clock, policy).await?;
        Ok(runner.in_the_making(discarded))
    }

    /// Brings this group and `fresh` to one exact position and awaits `take_over` there. `take_over` must make
    /// the group's target the one that `fresh` filled. From then on the group's blocked keys are those of
    /// `fresh`. Returns the number of events up to that position.
    ///
    /// # Errors
    /// When either side cannot reach that position. Nothing has been taken over then.
    pub async fn switch(&self, fresh: Runner, take_over: TakeOver) -> Result<u64, RebuildError> {
        let ask = |reply| Ask::Switch { fresh: Box::new(fresh), take_over, reply };
        self.ask(ask).await.ok_or(RebuildError::NotRunning)?.map_err(RebuildError::Failed)
    }
}
