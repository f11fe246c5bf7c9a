//! Commands that may come twice: whoever repeats a request with its key gets an answer made from what the first one
//! did, and nothing is done again.

use domain::aggregate::{Aggregate, EventKind};
use domain::{Actor, Position, StreamId};
use journal::{AppendError, ExecuteError, Executed, Idempotency, Options, Refused};

use crate::app_context::AppContext;
use crate::failure::Failure;
use crate::refusals::refused;

/// An event put on record.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Where it stands.
    pub position: Position,
    /// The answer of the earlier request with the same key; this one did nothing then.
    pub answered: Option<String>,
}

impl AppContext {
    /// [`journal::AggregateStore::execute`]; a repeat gets the aggregate as it is now.
    ///
    /// # Errors
    /// As there, but never `Replayed`.
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

    /// [`journal::AggregateStore::record`], once.
    ///
    /// # Errors
    /// 422 when the key was used for another request, 503 when the event cannot be written down.
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

    /// The answer of an earlier request with the same key, for work that is refused before anything is recorded.
    ///
    /// # Errors
    /// As [`Self::record`].
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
