//! Speaking to a group that runs.

use std::sync::Arc;

use domain::Clock;
use journal::Journal;
use tokio::sync::{mpsc, oneshot};

use crate::group::{Group, Retry};
use crate::runner::{Runner, StartError};
use crate::target::{ApplyError, Target};
use crate::wait::Status;

/// Makes a rebuilt read model the one that queries read. Blocks; the group does nothing meanwhile.
pub type TakeOver = Box<dyn FnOnce() -> Result<(), ApplyError> + Send>;

/// What a running group is asked between two rounds.
pub(crate) enum Ask {
    /// To try a blocked key now.
    Redrive { id: String, reply: oneshot::Sender<Result<u64, RedriveError>> },
    /// To go on with another target, at one exact position.
    Switch { fresh: Box<Runner>, take_over: TakeOver, reply: oneshot::Sender<Result<(), String>> },
}

/// A key could not be redriven.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedriveError {
    /// No key of that id is held back.
    #[error("there is no such dead letter")]
    Unknown,
    /// It failed again.
    #[error("it failed again: {0}")]
    Failed(String),
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
    pub status: Status,
    asks: mpsc::Sender<Ask>,
    means: (Arc<dyn Journal>, Clock, Retry),
}

impl std::fmt::Debug for GroupHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GroupHandle({}, {:?})", self.group.name, self.status)
    }
}

impl GroupHandle {
    pub(crate) fn new(
        group: Group,
        status: Status,
        asks: mpsc::Sender<Ask>,
        means: (Arc<dyn Journal>, Clock, Retry),
    ) -> Self {
        Self { group, status, asks, means }
    }

    /// Applies the events that wait behind the key of dead letter `id`, in order, read again from the journal.
    /// Gives the number applied.
    ///
    /// # Errors
    /// When there is none, or it failed again (what came before the failure is applied).
    pub async fn redrive(&self, id: &str) -> Result<u64, RedriveError> {
        let (reply, answer) = oneshot::channel();
        let ask = Ask::Redrive { id: id.to_owned(), reply };
        self.asks.send(ask).await.map_err(|_| RedriveError::NotRunning)?;
        answer.await.map_err(|_| RedriveError::NotRunning)?
    }

    /// The same group over an empty target, to be filled with [`Runner::catch_up`] beside this one.
    ///
    /// # Errors
    /// When target or journal do not answer.
    pub async fn beside(&self, fresh: Arc<dyn Target>) -> Result<Runner, StartError> {
        let (journal, clock, retry) = self.means.clone();
        let (runner, _) = Runner::new(self.group, journal, fresh, clock, retry).await?;
        Ok(runner.in_the_making())
    }

    /// Lets this group and `fresh` meet at one exact position and calls `take_over` there: the group's target must
    /// then be what `fresh` filled. What either group holds back afterwards is what `fresh` holds back.
    ///
    /// # Errors
    /// When one of them cannot get there; then nothing was taken over.
    pub async fn switch(&self, fresh: Runner, take_over: TakeOver) -> Result<(), RebuildError> {
        let (reply, answer) = oneshot::channel();
        let ask = Ask::Switch { fresh: Box::new(fresh), take_over, reply };
        self.asks.send(ask).await.map_err(|_| RebuildError::NotRunning)?;
        answer.await.map_err(|_| RebuildError::NotRunning)?.map_err(RebuildError::Failed)
    }
}
