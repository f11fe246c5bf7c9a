//! Speaking to a group that runs.

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

/// Makes a rebuilt read model the one that queries read; the group does nothing meanwhile.
pub type TakeOver = Pin<Box<dyn Future<Output = Result<(), ApplyError>> + Send>>;

/// Makes an operator's decision durable; the group does nothing meanwhile. An error says why it could not be.
pub type Decision = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// What a running group is asked between two rounds.
pub(crate) enum Ask {
    /// To try a blocked key now.
    Redrive { id: String, reply: oneshot::Sender<Result<u64, DeadLetterError>> },
    /// What waits behind a blocked key.
    Waiting { id: String, reply: oneshot::Sender<Result<Vec<ParkedEvent>, DeadLetterError>> },
    /// Never to apply the first event that waits behind a blocked key, and to try the others.
    Discard {
        id: String,
        event: Uuid,
        decision: Decision,
        reply: oneshot::Sender<Result<(), DeadLetterError>>,
    },
    /// To wait, or to go on.
    Pause { paused: bool, decision: Decision, reply: oneshot::Sender<Result<(), DeadLetterError>> },
    /// To go on with another target, at one exact position.
    Switch { fresh: Box<Runner>, take_over: TakeOver, reply: oneshot::Sender<Result<u64, String>> },
}

/// A dead letter stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeadLetterError {
    /// No key of that id is held back.
    #[error("there is no such dead letter")]
    Unknown,
    /// Another event than the named one waits first.
    #[error("another event waits first by now")]
    Moved,
    /// It failed again.
    #[error("it failed again: {0}")]
    Failed(String),
    /// The decision could not be written down.
    #[error("{0}")]
    Undecided(String),
    /// The group is not running.
    #[error("the group is not running")]
    NotRunning,
}

/// A read model could not be rebuilt; the one in use is what it was.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// It could not begin.
    #[error(transparent)]
    Start(#[from] StartError),
    /// It could not be filled or could not take over.
    #[error("{0}")]
    Failed(String),
    /// The group is not running.
    #[error("the group is not running")]
    NotRunning,
}

/// Speaks to a running group.
#[derive(Clone)]
pub struct GroupHandle {
    /// What the group is.
    pub group: Group,
    /// How far it is.
    pub status: GroupStatus,
    asks: mpsc::Sender<Ask>,
    means: Means,
}

/// What it takes to run the same group over another target.
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

    /// Applies the events that wait behind the key of dead letter `id`, in order, read again from the journal.
    /// Gives the number applied.
    ///
    /// # Errors
    /// When there is none, or it failed again (what came before the failure is applied).
    pub async fn redrive(&self, id: &str) -> Result<u64, DeadLetterError> {
        self.ask(|reply| Ask::Redrive { id: id.to_owned(), reply })
            .await
            .ok_or(DeadLetterError::NotRunning)?
    }

    /// The events that wait behind the key of dead letter `id`, in order; the first is the one that fails.
    ///
    /// # Errors
    /// When there is none.
    pub async fn waiting(&self, id: &str) -> Result<Vec<ParkedEvent>, DeadLetterError> {
        self.ask(|reply| Ask::Waiting { id: id.to_owned(), reply })
            .await
            .ok_or(DeadLetterError::NotRunning)?
    }

    /// Leaves `event`, the first that waits behind the key of dead letter `id`, out for good, and redrives the
    /// others. Awaits `decision` once it is certain that the event can be left out, and before it is: a group learns
    /// the decision again from [`crate::GroupDecisions`].
    ///
    /// # Errors
    /// When there is none, another event waits first, or the decision could not be made durable.
    pub async fn discard(&self, id: &str, event: Uuid, decision: Decision) -> Result<(), DeadLetterError> {
        let ask = |reply| Ask::Discard { id: id.to_owned(), event, decision, reply };
        self.ask(ask).await.ok_or(DeadLetterError::NotRunning)?
    }

    /// Makes the group wait before its next step, or go on, once `decision` is durable.
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

    /// The same group over an empty target, to be filled with [`Runner::catch_up`] beside this one.
    ///
    /// # Errors
    /// When target or journal do not answer.
    pub async fn beside(&self, fresh: Arc<dyn Target>) -> Result<Runner, StartError> {
        let Means { journal, clock, policy, discarded } = self.means.clone();
        let (runner, _) = Runner::new(self.group, journal, fresh, clock, policy).await?;
        Ok(runner.in_the_making(discarded))
    }

    /// Lets this group and `fresh` meet at one exact position and awaits `take_over` there: the group's target must
    /// then be what `fresh` filled. What either group holds back afterwards is what `fresh` holds back. Tells how many
    /// events there are up to that position.
    ///
    /// # Errors
    /// When one of them cannot get there; then nothing was taken over.
    pub async fn switch(&self, fresh: Runner, take_over: TakeOver) -> Result<u64, RebuildError> {
        let ask = |reply| Ask::Switch { fresh: Box::new(fresh), take_over, reply };
        self.ask(ask).await.ok_or(RebuildError::NotRunning)?.map_err(RebuildError::Failed)
    }
}
