//! The sessions table. It has one connection, used on threads that may block. Every change is one durable
//! transaction. Sessions and tokens expire by [`MonotonicClock`], so setting the clock back revives none.

mod copy;
mod credentials;
mod file;
mod rotation;
mod secret;

use domain::{SessionId, TenantId, Timestamp, UserId, Version};
use http_kit::{Caller, Failure, Network};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Settings;
pub use copy::end_every_session;
pub use file::Sessions;
pub use rotation::Rotation;
pub use secret::{Fingerprint, fingerprint, random};

/// The sessions cannot be read or written.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the sessions are unavailable: {0}")]
pub struct SessionError(String);

impl From<rusqlite::Error> for SessionError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        Self::unavailable(&error)
    }
}

/// The client that uses a session.
#[derive(Clone, Debug)]
pub struct Client {
    user_agent: Option<String>,
    address: Option<String>,
}

impl Client {
    /// Whether it is the same client as far as can be told: the same user agent in the same network.
    fn is_same(&self, other: &Self) -> bool {
        let network = |client: &Self| client.address.as_deref().map(Network::of_text);
        self.user_agent == other.user_agent && network(self) == network(other)
    }
}

impl From<&Caller> for Client {
    fn from(caller: &Caller) -> Self {
        Self { user_agent: caller.user_agent.clone(), address: caller.address.clone() }
    }
}

/// The owner of a session.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The session.
    pub session: SessionId,
    /// The tenant.
    pub tenant: TenantId,
    /// The person.
    pub user: UserId,
    /// The credentials it began under; see `domain::user::OpenAccount::credentials`.
    pub credentials: Version,
}

/// An active session, as its owner sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub struct Listed {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// Whether this is the session of the request itself.
    pub current: bool,
}

impl Sessions {
    /// Sessions that ended less than this many seconds ago.
    pub fn ended_within(&self, seconds: i64) -> Result<Vec<SessionId>, SessionError> {
        let since = self.time().now().plus_seconds(-seconds);
        ids(&self.connection(), "select id from sessions where ended_at >= ?1", params![since.micros()])
    }

    /// Checks that the sessions are writable; see [`crate::Users::sessions_take_writes`].
    pub async fn take_writes(&self) -> Result<(), SessionError> {
        self.change(|_, _, _| Ok(())).await
    }

    /// Begins a session and returns its first refresh token.
    pub async fn begin(&self, holder: Holder, client: Client) -> Result<String, SessionError> {
        self.change(move |tx, settings, now| {
            file::forget(tx, now.monotonic_clock)?;
            let id = holder.session.to_string();
            let sql =
                "insert into sessions (id, tenant, user_id, created_at, last_used_at, expires_at, user_agent,
                       ip_address, credentials) values (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8)";
            tx.prepare_cached(sql)?.execute(params![
                id,
                holder.tenant.as_str(),
                holder.user.to_string(),
                now.clock.micros(),
                settings.expiry(now.monotonic_clock).micros(),
                client.user_agent,
                client.address,
                credentials::sql(holder.credentials)
            ])?;
            rotation::issue(tx, &id, now.monotonic_clock)
        })
        .await
    }

    /// The owner of the refresh token with this fingerprint, spent or not, if the session is active.
    pub async fn holder(&self, token: Fingerprint) -> Result<Option<Holder>, SessionError> {
        let sql = "select s.id, s.tenant, s.user_id, coalesce(s.credentials, 0)
                   from refresh_tokens r join sessions s on s.id = r.session_id
                   where r.hash = ?1 and s.ended_at is null and s.expires_at > ?2";
        let read = |row: &Row<'_>| {
            let tenant: String = row.get(1)?;
            let tenant = TenantId::stored(&tenant);
            Ok(Holder { session: id(row, 0)?, tenant, user: id(row, 2)?, credentials: row.get(3)? })
        };
        self.look(move |connection, now| {
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row(params![token, now.monotonic_clock.micros()], read).optional()?)
        })
        .await
    }

    /// Exchanges a refresh token; see [`Rotation`].
    pub async fn rotate(&self, token: Fingerprint, client: Client) -> Result<Rotation, SessionError> {
        self.change(move |tx, settings, now| rotation::rotate(tx, settings, token, &client, now)).await
    }

    /// A person's active sessions that began under these credentials, last used first.
    pub async fn living(
        &self,
        tenant: &TenantId,
        user: UserId,
        credentials: Version,
        current: Option<SessionId>,
    ) -> Result<Vec<Listed>, SessionError> {
        let sql = "select id, created_at, last_used_at, user_agent, ip_address from sessions
                   where tenant = ?1 and user_id = ?2 and ended_at is null and expires_at > ?3
                   and coalesce(credentials, 0) = ?4 order by last_used_at desc, id desc";
        let read = move |row: &Row<'_>| {
            let id = id(row, 0)?;
            Ok(Listed {
                id,
                created_at: Timestamp::from_micros(row.get(1)?),
                last_used_at: Timestamp::from_micros(row.get(2)?),
                user_agent: row.get(3)?,
                ip_address: row.get(4)?,
                current: current == Some(id),
            })
        };
        let tenant = tenant.clone();
        self.look(move |connection, now| {
            let mut statement = connection.prepare_cached(sql)?;
            let credentials = credentials::sql(credentials);
            let now = now.monotonic_clock.micros();
            let rows =
                statement.query_map(params![tenant.as_str(), user.to_string(), now, credentials], read)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Whether the session belongs to this person and is active.
    pub async fn lives(
        &self,
        session: SessionId,
        tenant: &TenantId,
        user: UserId,
    ) -> Result<bool, SessionError> {
        let sql = "select 1 from sessions where id = ?1 and tenant = ?2 and user_id = ?3 and ended_at is null
                   and expires_at > ?4";
        let tenant = tenant.clone();
        self.look(move |connection, now| {
            let id = session.to_string();
            let user = user.to_string();
            let now = now.monotonic_clock.micros();
            Ok(connection.prepare_cached(sql)?.exists(params![id, tenant.as_str(), user, now])?)
        })
        .await
    }

    /// Whether a session began less than this many seconds ago. The time of its first refresh token tells; that token
    /// is kept as long as the session may last.
    pub async fn began_within(&self, session: SessionId, seconds: i64) -> Result<bool, SessionError> {
        let sql = "select 1 from sessions s where s.id = ?1 and s.ended_at is null
                   and (select min(issued_at) from refresh_tokens where session_id = s.id) > ?2";
        self.look(move |connection, now| {
            let since = now.monotonic_clock.plus_seconds(-seconds).micros();
            Ok(connection.prepare_cached(sql)?.exists(params![session.to_string(), since])?)
        })
        .await
    }

    /// Ends one session.
    pub async fn end(&self, session: SessionId) -> Result<(), SessionError> {
        let sql = "update sessions set ended_at = ?2 where id = ?1 and ended_at is null";
        self.change(move |tx, _, now| {
            tx.prepare_cached(sql)?.execute(params![session.to_string(), now.monotonic_clock.micros()])?;
            Ok(())
        })
        .await
    }
}

impl Settings {
    fn expiry(self, now: Timestamp) -> Timestamp {
        now.plus_seconds(self.refresh_days.saturating_mul(86_400))
    }
}

fn ids(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<SessionId>, SessionError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params, |row| id(row, 0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn id<K>(row: &Row<'_>, column: usize) -> rusqlite::Result<domain::Id<K>> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error: uuid::Error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}
