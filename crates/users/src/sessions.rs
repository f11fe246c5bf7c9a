//! The sessions table. One connection, used on threads that may block; every change is one durable transaction.

mod copy;
mod rotation;
mod secret;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{SessionId, TenantId, Timestamp, UserId};
use http_kit::{Caller, Failure};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Settings;
pub use copy::end_every_session;
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

/// Where a session is used from.
#[derive(Clone, Debug)]
pub struct Client {
    user_agent: Option<String>,
    address: Option<String>,
}

impl From<&Caller> for Client {
    fn from(caller: &Caller) -> Self {
        Self { user_agent: caller.user_agent.clone(), address: caller.address.clone() }
    }
}

/// Whose session it is.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The session.
    pub session: SessionId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Its person.
    pub user: UserId,
}

/// A living session, as its person sees it.
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
    /// The session that asks.
    pub current: bool,
}

/// All sessions. Clones share them.
#[derive(Clone)]
pub struct Sessions {
    connection: Arc<Mutex<Connection>>,
    settings: Settings,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

impl Sessions {
    /// Opens the sessions at `path` and forgets those that are over for good.
    pub fn open(path: &Path, settings: Settings, now: Timestamp) -> Result<Self, SessionError> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)
                .map_err(|e| SessionError(format!("{}: {e}", directory.display())))?;
        }
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
             pragma secure_delete = on;",
        )?;
        connection.execute_batch(include_str!("../migrations/sessions.sql"))?;
        forget(&connection, now)?;
        // A crash may have come before the last erasure was done with.
        scrub(&connection)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), settings })
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sessions that ended after `since`.
    pub fn ended_since(&self, since: Timestamp) -> Result<Vec<SessionId>, SessionError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        ids(&connection, "select id from sessions where ended_at >= ?1", params![since.micros()])
    }

    async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>, Settings) -> Result<T, SessionError> + Send + 'static,
    ) -> Result<T, SessionError> {
        let (connection, settings) = (Arc::clone(&self.connection), self.settings);
        let run = move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&tx, settings)?;
            tx.commit()?;
            Ok(value)
        };
        tokio::task::spawn_blocking(run).await.unwrap_or_else(|e| Err(SessionError(e.to_string())))
    }

    /// Begins a session; gives its first refresh token.
    pub async fn begin(
        &self,
        holder: Holder,
        client: Client,
        now: Timestamp,
    ) -> Result<String, SessionError> {
        self.transaction(move |tx, settings| {
            forget(tx, now)?;
            let (id, at) = (holder.session.to_string(), now.micros());
            tx.prepare_cached("insert into sessions values (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, null)")?
                .execute(params![
                    id,
                    holder.tenant.as_str(),
                    holder.user.to_string(),
                    at,
                    settings.expiry(now).micros(),
                    client.user_agent,
                    client.address
                ])?;
            rotation::issue(tx, &id, now)
        })
        .await
    }

    /// Whose refresh token has this fingerprint, spent or not, if its session lives.
    pub async fn holder(&self, token: Fingerprint, now: Timestamp) -> Result<Option<Holder>, SessionError> {
        let sql =
            "select s.id, s.tenant, s.user_id from refresh_tokens r join sessions s on s.id = r.session_id
                   where r.hash = ?1 and s.ended_at is null and s.expires_at > ?2";
        let read = |row: &Row<'_>| {
            let tenant: String = row.get(1)?;
            Ok(Holder { session: id(row, 0)?, tenant: TenantId::stored(&tenant), user: id(row, 2)? })
        };
        self.transaction(move |tx, _| {
            Ok(tx.prepare_cached(sql)?.query_row(params![token, now.micros()], read).optional()?)
        })
        .await
    }

    /// Exchanges a refresh token; see [`Rotation`].
    pub async fn rotate(
        &self,
        token: Fingerprint,
        client: Client,
        now: Timestamp,
    ) -> Result<Rotation, SessionError> {
        self.transaction(move |tx, settings| rotation::rotate(tx, settings, token, &client, now)).await
    }

    /// A person's living sessions, the last used first.
    pub async fn living(
        &self,
        tenant: &TenantId,
        user: UserId,
        current: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Vec<Listed>, SessionError> {
        let sql = "select id, created_at, last_used_at, user_agent, ip_address from sessions
                   where tenant = ?1 and user_id = ?2 and ended_at is null and expires_at > ?3
                   order by last_used_at desc, id desc";
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
        self.transaction(move |tx, _| {
            let mut statement = tx.prepare_cached(sql)?;
            let rows = statement.query_map(params![tenant.as_str(), user.to_string(), now.micros()], read)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Whether a session of this person lives.
    pub async fn lives(&self, holder: Holder, now: Timestamp) -> Result<bool, SessionError> {
        let sql = "select 1 from sessions where id = ?1 and tenant = ?2 and user_id = ?3 and ended_at is null
                   and expires_at > ?4";
        self.transaction(move |tx, _| {
            let (id, user) = (holder.session.to_string(), holder.user.to_string());
            Ok(tx.prepare_cached(sql)?.exists(params![id, holder.tenant.as_str(), user, now.micros()])?)
        })
        .await
    }

    /// Ends one session.
    pub async fn end(&self, session: SessionId, now: Timestamp) -> Result<(), SessionError> {
        let sql = "update sessions set ended_at = ?2 where id = ?1 and ended_at is null";
        self.transaction(move |tx, _| {
            tx.prepare_cached(sql)?.execute(params![session.to_string(), now.micros()])?;
            Ok(())
        })
        .await
    }

    /// Ends every session of a person; gives those that lived. With `forget_client`, what was kept about where
    /// they were used from goes too.
    pub async fn end_all(
        &self,
        tenant: &TenantId,
        user: UserId,
        forget_client: bool,
        now: Timestamp,
    ) -> Result<Vec<SessionId>, SessionError> {
        let tenant = tenant.clone();
        let ended = self.transaction(move |tx, _| {
            let (tenant, user) = (tenant.as_str(), user.to_string());
            let living = "select id from sessions where tenant = ?1 and user_id = ?2 and ended_at is null";
            let ended = ids(tx, living, params![tenant, user])?;
            let end = "update sessions set ended_at = ?3
                       where tenant = ?1 and user_id = ?2 and ended_at is null";
            tx.prepare_cached(end)?.execute(params![tenant, user, now.micros()])?;
            if forget_client {
                let forget = "update sessions set user_agent = null, ip_address = null
                              where tenant = ?1 and user_id = ?2";
                tx.prepare_cached(forget)?.execute(params![tenant, user])?;
            }
            Ok(ended)
        });
        let ended = ended.await?;
        if forget_client {
            let connection = Arc::clone(&self.connection);
            let run = move || scrub(&connection.lock().unwrap_or_else(PoisonError::into_inner));
            tokio::task::spawn_blocking(run).await.unwrap_or_else(|e| Err(SessionError(e.to_string())))?;
        }
        Ok(ended)
    }
}

impl Settings {
    fn expiry(self, now: Timestamp) -> Timestamp {
        now.plus_seconds(self.refresh_days.saturating_mul(86_400))
    }
}

/// A session that is over for a day, and its family, are nobody's business any more.
fn forget(connection: &Connection, now: Timestamp) -> Result<(), SessionError> {
    let before = now.plus_seconds(-86_400).micros();
    connection.prepare_cached("delete from sessions where expires_at < ?1")?.execute([before])?;
    Ok(())
}

/// What was overwritten is not left in the write-ahead log, either.
fn scrub(connection: &Connection) -> Result<(), SessionError> {
    Ok(connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?)
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
