//! Turns a command into durable events: load, decide, append, and retry on a conflict.

mod codec;
mod decoded;

use std::any::Any;
use std::sync::Arc;

use domain::aggregate::{Aggregate, EventKind};
use domain::quota::Quota;
use domain::{Actor, Clock, EventIds, Ids, Log, Position, StreamId, TenantId, Timestamp, UserId, Version};
use uuid::Uuid;

use crate::keys::KeyError;
use crate::{
    Append, AppendError, Appended, DecodeError, Expected, Idempotency, Journal, JournalError, KeyRing,
    Refused, Replayed, UniqueKeys,
};
use decoded::Newest;

/// Additional conditions for a command.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `If-Match`: the versions at which the command applies; `None` for any.
    pub if_version: Option<Vec<Version>>,
    /// `If-None-Match`: versions at which the command does not apply.
    pub unless_version: Vec<Version>,
    /// `If-None-Match: *`: the command applies only if there is no such aggregate yet.
    pub if_absent: bool,
    /// The command creates the stream, so nothing is read first.
    pub new_stream: bool,
    /// Unique keys to claim or release.
    pub unique_keys: UniqueKeys,
    /// See [`Append::limits`].
    pub limits: Vec<(Quota, u64)>,
    /// The idempotency key, if the command must run at most once.
    pub idempotency: Option<Idempotency>,
}

impl Options {
    /// Whether the command applies at this version; 0 means that there is no such aggregate yet.
    #[must_use]
    pub fn apply_at(&self, version: Version) -> bool {
        let matches = self.if_version.as_ref().is_none_or(|wanted| wanted.contains(&version));
        matches && !self.unless_version.contains(&version) && !(self.if_absent && version > 0)
    }

    /// The same options for a stream that the command creates.
    #[must_use]
    pub fn on_new_stream(self) -> Self {
        Self { new_stream: true, ..self }
    }

    /// The same options with `keys` to claim or release together with the events.
    #[must_use]
    pub fn unique(self, keys: UniqueKeys) -> Self {
        Self { unique_keys: keys, ..self }
    }
}

/// The outcome of a successful command.
#[derive(Clone, Debug)]
pub struct Executed<A> {
    /// The aggregate's state after the command.
    pub state: A,
    /// The aggregate's version after the command.
    pub version: Version,
    /// The position of the last new event; `None` if the command changed nothing.
    pub position: Option<Position>,
    /// True if an earlier request with the same idempotency key did the work and this one did nothing.
    pub repeated: bool,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R> {
    /// A rule of the aggregate rejects the command.
    #[error("{0}")]
    Rejected(R),
    /// The aggregate's version differs from the one the caller saw.
    #[error("the version is {actual}")]
    Precondition {
        /// The current version.
        actual: Version,
    },
    /// Another stream holds a unique key.
    #[error("the {kind} is taken")]
    Taken {
        /// The kind of name.
        kind: &'static str,
        /// The stream that holds it.
        owner: StreamId,
    },
    /// The command would exceed an owner's quota.
    #[error("at most {most} of {} can be held, and {held} are", .quota.word())]
    OverQuota {
        /// The quota.
        quota: Quota,
        /// How much the owner holds now.
        held: u64,
        /// The most the owner may hold.
        most: u64,
    },
    /// The command was done before under the same idempotency key.
    #[error("answered before")]
    Replayed(Replayed),
    /// The idempotency key was used for a different request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Every attempt conflicted with another writer.
    #[error("others kept changing it at the same time; try again")]
    Busy,
    /// A payload cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The journal is unavailable.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl<R> From<KeyError> for ExecuteError<R> {
    fn from(error: KeyError) -> Self {
        Self::Decode(error.into())
    }
}

/// The maximum number of attempts when other writers cause conflicts.
const ATTEMPTS: usize = 8;

/// How many of the newest events are searched for the newest event id.
const NEWEST: usize = 4096;

/// The number of aggregate states cached, for aggregates that change repeatedly.
const STATES: u64 = 4_000;

/// A state that was decrypted.
#[derive(Clone)]
struct Cached {
    version: Version,
    state: Arc<dyn Any + Send + Sync>,
    /// The erasures before it was read. After another one, it may hold what was erased.
    erasures: u64,
}

/// The typed interface to the journal.
#[derive(Clone)]
pub struct AggregateStore {
    journal: Arc<dyn Journal>,
    keys: Arc<KeyRing>,
    clock: Clock,
    ids: Ids,
    events: EventIds,
    states: moka::sync::Cache<StreamId, Cached>,
    newest: Arc<Newest>,
}

impl std::fmt::Debug for AggregateStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AggregateStore")
    }
}

impl AggregateStore {
    /// Creates a store over `journal`.
    #[must_use]
    pub fn new(journal: Arc<dyn Journal>, keys: Arc<KeyRing>, clock: Clock, ids: Ids) -> Self {
        let newest = Arc::new(Newest::of(Log::ALL.map(|log| journal.committed(log))));
        let states = moka::sync::Cache::new(STATES);
        Self { journal, keys, clock, ids, events: EventIds::default(), states, newest }
    }

    /// Makes new event ids follow those in the journal, even if the clock was set back since.
    ///
    /// # Errors
    /// If the journal is unavailable.
    pub async fn go_on(&self) -> Result<(), JournalError> {
        for log in Log::ALL {
            let head = self.journal.head(log).await?;
            // Concurrent appends may be slightly out of order, so the newest id need not be in the last event.
            let newest = head.at(head.seq.saturating_sub(NEWEST as u64));
            for event in self.journal.read_after(newest, NEWEST).await? {
                self.events.follow(event.event_id);
            }
        }
        Ok(())
    }

    /// The underlying journal.
    #[must_use]
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.journal
    }

    /// The key ring.
    #[must_use]
    pub fn keys(&self) -> &Arc<KeyRing> {
        &self.keys
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A new id for an event that happens `at`. It is greater than all earlier event ids.
    #[must_use]
    pub fn event_id(&self, at: Timestamp) -> Uuid {
        self.events.next(at)
    }

    /// The current state of an aggregate: the cached state plus the stream's newer events, which are always read.
    ///
    /// # Errors
    /// If the journal is unavailable or an event cannot be read.
    pub async fn load<A: Aggregate>(
        &self,
        tenant: &TenantId,
        id: impl ToString,
    ) -> Result<(A, Version), LoadError> {
        let stream = StreamId::new(tenant, A::TYPE, id.to_string());
        let erasures = self.keys.erasures();
        let cached = self.states.get(&stream).filter(|cached| cached.erasures == erasures);
        let known =
            cached.as_ref().and_then(|cached| Some((cached.version, cached.state.downcast_ref::<A>()?)));
        let (mut version, mut state) = match known {
            Some((version, state)) => (version, state.clone()),
            None => (0, A::default()),
        };
        let delta = self.journal.read_stream(&stream, version).await?;
        for envelope in &delta {
            state.evolve(&self.decode::<A::Event>(envelope)?, envelope.timestamp);
            version = envelope.version;
        }
        if !delta.is_empty() {
            self.keep(&stream, version, &state, erasures);
        }
        Ok((state, version))
    }

    /// Caches a state, unless somebody was erased since it was read.
    fn keep<A: Aggregate>(&self, stream: &StreamId, version: Version, state: &A, erasures: u64) {
        let state = Arc::new(state.clone());
        self.states.insert(stream.clone(), Cached { version, state, erasures });
        // It is not read any more, but must not stay in memory either. An erasure after this check clears the cache after
        // this insertion.
        if self.keys.erasures() != erasures {
            self.states.invalidate(stream);
        }
    }

    /// Destroys a person's key and everything in memory that was decrypted with it. Blocks.
    ///
    /// # Errors
    /// If the key store is unavailable.
    pub fn erase(&self, tenant: &TenantId, subject: UserId) -> Result<(), KeyError> {
        let erased = self.keys.erase(tenant, subject);
        self.states.invalidate_all();
        self.states.run_pending_tasks();
        self.newest.clear();
        erased
    }

    /// Executes `command` on aggregate `id` on behalf of `actor`. `Ok` means durable.
    ///
    /// # Errors
    /// See [`ExecuteError`]. Nothing was appended then, except that after `Journal` the outcome is unknown.
    pub async fn execute<A: Aggregate>(
        &self,
        actor: &Actor,
        id: impl ToString + Send,
        command: A::Command,
        options: Options,
    ) -> Result<Executed<A>, ExecuteError<A::Rejection>> {
        let stream = StreamId::new(&actor.tenant, A::TYPE, id.to_string());
        for _ in 0..ATTEMPTS {
            let erasures = self.keys.erasures();
            let (mut state, version) = if options.new_stream {
                (A::default(), 0)
            } else {
                self.load::<A>(&actor.tenant, &stream.id).await?
            };
            if !options.apply_at(version) {
                self.not_done_before(stream.log(), options.idempotency.as_ref()).await?;
                return Err(ExecuteError::Precondition { actual: version });
            }
            let now = self.clock.now();
            let decided = state.decide(command.clone(), now);
            if decided.as_ref().map_or(true, Vec::is_empty) {
                self.not_done_before(stream.log(), options.idempotency.as_ref()).await?;
            }
            let events = decided.map_err(ExecuteError::Rejected)?;
            if events.is_empty() {
                return Ok(Executed { state, version, position: None, repeated: false });
            }
            let encoded = self.encode_all(actor, &events, now)?;
            let append = Append {
                stream: stream.clone(),
                expected: Expected::Exactly(version),
                events: encoded,
                unique_keys: options.unique_keys.clone(),
                limits: options.limits.clone(),
                idempotency: options.idempotency.clone(),
            };
            match self.journal.append(append).await {
                Ok(Appended { version, position }) => {
                    for event in &events {
                        state.evolve(event, now);
                    }
                    // Most new aggregates are not changed again soon, and would evict those that are.
                    if !options.new_stream {
                        self.keep(&stream, version, &state, erasures);
                    }
                    return Ok(Executed { state, version, position: Some(position), repeated: false });
                }
                Err(AppendError::Refused(Refused::Conflict { .. })) if !options.new_stream => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ExecuteError::Busy)
    }

    /// Fails if the request was done before, so that the caller returns the stored answer instead of the answer that
    /// would apply now.
    ///
    /// # Errors
    /// `Replayed` or `KeyReused`, or if the journal is unavailable.
    pub async fn not_done_before(&self, log: Log, once: Option<&Idempotency>) -> Result<(), AppendError> {
        let Some(once) = once else { return Ok(()) };
        match self.journal.earlier(log, once).await? {
            Some(first) => Err(Refused::Replayed(first).into()),
            None => Ok(()),
        }
    }

    /// Appends an event that needs no decision to a stream of any version.
    ///
    /// # Errors
    /// If the journal refuses the append or is unavailable.
    pub async fn record<E: EventKind>(
        &self,
        actor: &Actor,
        stream: StreamId,
        event: &E,
    ) -> Result<Appended, ExecuteError<std::convert::Infallible>> {
        self.record_once(actor, stream, event, None).await
    }

    /// As [`Self::record`], for a request that may be repeated.
    ///
    /// # Errors
    /// As for [`Self::record`]; `Replayed` if it was done before.
    pub async fn record_once<E: EventKind>(
        &self,
        actor: &Actor,
        stream: StreamId,
        event: &E,
        idempotency: Option<Idempotency>,
    ) -> Result<Appended, ExecuteError<std::convert::Infallible>> {
        let events = self.encode_all(actor, std::slice::from_ref(event), self.clock.now())?;
        let append = Append {
            stream,
            expected: Expected::Any,
            events,
            unique_keys: UniqueKeys::default(),
            limits: Vec::new(),
            idempotency,
        };
        Ok(self.journal.append(append).await?)
    }

    /// Appends an event under the id and time it was given when it was queued, so that every attempt appends the same
    /// event. `expected` is [`Expected::Any`] in the first attempt and [`Expected::Again`] afterwards.
    ///
    /// # Errors
    /// As for [`Self::record`].
    pub async fn record_as<E: EventKind>(
        &self,
        actor: &Actor,
        stream: StreamId,
        event: &E,
        (event_id, at): (Uuid, Timestamp),
        expected: Expected,
    ) -> Result<Appended, ExecuteError<std::convert::Infallible>> {
        let events = vec![self.encode(actor, event, event_id, at)?];
        let append = Append {
            stream,
            expected,
            events,
            unique_keys: UniqueKeys::default(),
            limits: Vec::new(),
            idempotency: None,
        };
        Ok(self.journal.append(append).await?)
    }

    /// The newest positions of both logs.
    ///
    /// # Errors
    /// If the journal is unavailable.
    pub async fn heads(&self) -> Result<[Position; 2], JournalError> {
        Ok([self.journal.head(Log::Facts).await?, self.journal.head(Log::Activity).await?])
    }

    /// A new id for any purpose.
    #[must_use]
    pub fn fresh(&self) -> Uuid {
        self.ids.uuid(self.clock.now())
    }
}

/// An aggregate could not be loaded.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LoadError {
    /// A payload cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The journal is unavailable.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl<R> From<LoadError> for ExecuteError<R> {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Decode(error) => Self::Decode(error),
            LoadError::Journal(error) => Self::Journal(error),
        }
    }
}

impl<R> From<AppendError> for ExecuteError<R> {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Journal(error) => Self::Journal(error),
            AppendError::Refused(Refused::Conflict { .. }) => Self::Busy,
            AppendError::Refused(Refused::Taken { kind, owner }) => Self::Taken { kind, owner },
            AppendError::Refused(Refused::OverQuota { quota, held, most }) => {
                Self::OverQuota { quota, held, most }
            }
            AppendError::Refused(Refused::Replayed(replayed)) => Self::Replayed(replayed),
            AppendError::Refused(Refused::KeyReused) => Self::KeyReused,
        }
    }
}
