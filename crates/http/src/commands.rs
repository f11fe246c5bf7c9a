//! Idempotent commands: a repeated request with the same idempotency key gets an answer built from what the first one
//! did, and nothing is done again.

use domain::aggregate::{Aggregate, EventKind};
use domain::{Actor, Position, StreamId};
use journal::{AppendError, ExecuteError, Executed, Idempotency, Options, Refused};

use crate::app_context::AppContext;
use crate::failure::Failure;
use crate::refusals::refused;

/// A recorded event.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The position of the event.
    pub position: Position,
    /// The answer of an earlier request with the same key, if there was one. In that case nothing was recorded now.
    pub answered: Option<String>,
}

impl AppContext {
    /// [`journal::AggregateStore::execute`], except that a repeated request gets the aggregate's current state.
    ///
    /// # Errors
    /// As for that method, but never `Replayed`.
    pub async fn execute<A: Aggregate>(
        &self,
        actor: &Actor,
        id: impl ToString + Send,
        command: A::Command,
        options: Options,
    ) -> Result<Executed<A>, ExecuteError<A::Rejection>> {
        match self.aggregates.execute::<A>(actor, id, command, options).await {
            Err(ExecuteError::Replayed(first)) => {
                let (state, version) = self.aggregates.load::<A>(&actor.tenant, &first.answer).await?;
                Ok(Executed { state, version, position: Some(first.appended.position), repeated: true })
            }
            done => done,
        }
    }

    /// [`journal::AggregateStore::record`], at most once per idempotency key.
    ///
    /// # Errors
    /// 422 if the key was used for a different request, 503 if the event cannot be recorded.
    pub async fn record<E: EventKind>(
        &self,
        actor: &Actor,
        stream: StreamId,
        event: &E,
        once: Option<Idempotency>,
    ) -> Result<Recorded, Failure> {
        match self.aggregates.record_once(actor, stream, event, once).await {
            Ok(appended) => Ok(Recorded { position: appended.position, answered: None }),
            Err(ExecuteError::Replayed(first)) => {
                Ok(Recorded { position: first.appended.position, answered: Some(first.answer) })
            }
            Err(other) => Err(refused(other)),
        }
    }

    /// The answer of an earlier request with the same key, for requests that are rejected before anything is
    /// recorded.
    ///
    /// # Errors
    /// As for [`Self::record`].
    pub async fn answered(
        &self,
        stream: &StreamId,
        once: Option<&Idempotency>,
    ) -> Result<Option<String>, Failure> {
        match self.aggregates.not_done_before(stream.log(), once).await {
            Ok(()) => Ok(None),
            Err(AppendError::Refused(Refused::Replayed(first))) => Ok(Some(first.answer)),
            Err(other) => Err(refused(ExecuteError::<std::convert::Infallible>::from(other))),
        }
    }
}
