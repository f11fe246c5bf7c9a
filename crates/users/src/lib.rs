//! People and their sessions: registering, signing in, profiles, and account administration.
//!
//! Decisions are based on the journal and the sessions table. The read model serves lists only, so signing in never
//! waits for it.

mod commands;
mod erasure;
mod http;
mod oidc;
mod passwords;
mod projection;
mod queries;
mod sessions;

use std::path::Path;
use std::sync::Arc;

use ::projection::{ViewError, ViewStore, deliveries, list_lengths};
use domain::aggregate::Aggregate as _;
use domain::property::Property;
use domain::session::Session;
use domain::user::{DELETED, User};
use domain::{Envelope, Log, StreamId};
use http_kit::{AppContext, Documentation, OutboxGroup, ReadModel, Service};

pub use commands::operator::{AdminError, Minted};
pub use erasure::Erasures;
pub use oidc::{ProviderError, ProviderSettings, Providers};
use passwords::Passwords;
use projection::UsersProjection;
use sessions::Sessions;
pub use sessions::{SessionError, end_every_session};

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// A session that is not used for this many days expires.
    pub refresh_days: i64,
    /// For this many seconds, the same client may present a spent refresh token again, because the response may have
    /// been lost.
    pub reuse_grace_seconds: i64,
}

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The read model cannot be opened.
    #[error("the users read model cannot be opened: {0}")]
    View(#[from] ViewError),
    /// The sessions cannot be opened.
    #[error(transparent)]
    Sessions(#[from] SessionError),
    /// The changes of credentials since the last start cannot be read.
    #[error("changes of credentials cannot be read: {0}")]
    Credentials(String),
    /// The password threads cannot be started.
    #[error("the password threads cannot start: {0}")]
    Passwords(#[from] std::io::Error),
}

/// The users service. Clones share everything.
#[derive(Clone, Debug)]
pub struct Users {
    context: AppContext,
    store: ViewStore,
    sessions: Sessions,
    passwords: Passwords,
    oidc: Arc<Providers>,
}

impl Users {
    /// Opens `<views_dir>/users.db`, which can be rebuilt, and `<data_dir>/sessions.db`, which cannot. The clock of
    /// `context.tokens` resumes from the stored time. Sessions that ended while their access tokens may still be
    /// valid are revoked, and unfinished changes of credentials are completed.
    ///
    /// # Errors
    /// When a file cannot be opened or a thread cannot be started.
    pub async fn open(
        context: AppContext,
        data_dir: &Path,
        views_dir: &Path,
        settings: Settings,
    ) -> Result<Self, OpenError> {
        let projection =
            Arc::new(UsersProjection::new(context.aggregates.clone(), Arc::clone(&context.tokens)));
        let tables = [list_lengths::TABLE, include_str!("../migrations/users.sql")].concat();
        let store = ViewStore::open(&views_dir.join("users.db"), &tables, projection)?;
        let time = Arc::clone(context.tokens.monotonic_clock());
        let sessions = Sessions::open(&data_dir.join("sessions.db"), settings, time)?;
        for session in sessions.ended_within(context.tokens.lifetime())? {
            context.tokens.end(session);
        }
        let passwords = Passwords::start(context.jobs.supervisor())?;
        let users = Self { context, store, sessions, passwords, oidc: Arc::default() };
        users.catch_up().await.map_err(|failure| OpenError::Credentials(failure.to_string()))?;
        Ok(users)
    }

    /// Stores the time of sessions and tokens for the next start. Call it several times a minute.
    pub async fn keep_time(&self) {
        if let Err(error) = self.sessions.keep_time().await {
            tracing::warn!(%error, "the time of the sessions is not kept");
        }
    }

    /// The same service, with sign-in through `providers`.
    #[must_use]
    pub fn through(self, providers: Arc<Providers>) -> Self {
        Self { oidc: providers, ..self }
    }

    /// `users-service-group`: the events of one account are processed in order, and so are those of one listing.
    #[must_use]
    pub fn group() -> bus::Group {
        bus::Group { name: projection::GROUP, logs: &[Log::Facts], key: partition_key }
    }

    /// Copies every session into the new file `into`. Blocks the thread, but no other user of the sessions waits for
    /// it.
    ///
    /// # Errors
    /// When one of the files cannot be read or written.
    pub fn copy_sessions(&self, into: &Path) -> Result<(), SessionError> {
        self.sessions.copy(into)
    }

    /// The read model: the target of [`Self::group`].
    #[must_use]
    pub fn store(&self) -> &ViewStore {
        &self.store
    }

    /// Returns once the sessions are known to be writable: an empty transaction is committed durably.
    ///
    /// # Errors
    /// When they are not.
    pub async fn sessions_take_writes(&self) -> Result<(), SessionError> {
        self.sessions.take_writes().await
    }

    /// The OpenAPI documentation of the service.
    #[must_use]
    pub fn documentation() -> Documentation {
        Documentation { operations: http::routes().into_openapi(), exported: Vec::new() }
    }

    /// The service. `erasures` is one of its outboxes.
    #[must_use]
    pub fn service(&self, erasures: &Erasures, workers: deliveries::Settings) -> Service {
        let users = self.clone();
        Service {
            name: "users",
            port: 8081,
            read_models: vec![
                ReadModel { group: Self::group(), store: self.store.clone() },
                ReadModel { group: Erasures::group(), store: erasures.store().clone() },
            ],
            outboxes: vec![OutboxGroup {
                group: Erasures::group().name,
                outbox: erasures.outbox().clone(),
                worker: erasures.worker(workers),
            }],
            tasks: Vec::new(),
            routes: Box::new(move |groups| Ok(http::mounted(users, groups.status(&Self::group())?))),
        }
    }
}

/// The stream of the account or listing that an event concerns.
fn partition_key(envelope: &Envelope) -> Option<String> {
    let stream = &envelope.stream;
    match (&*stream.kind, &*envelope.event_type) {
        // A deletion has a key of its own, so that it waits for no other event.
        (User::TYPE, DELETED) => Some(format!("{stream}/gone")),
        (User::TYPE, _) | (Property::TYPE, "PROPERTY_CREATED" | "PROPERTY_DELETED") => {
            Some(stream.to_string())
        }
        (Session::TYPE, "USER_LOGIN") => {
            envelope.user_id.map(|user| StreamId::new(&stream.tenant, "user", user).to_string())
        }
        _ => None,
    }
}
