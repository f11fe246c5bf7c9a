//! The sessions file, which also stores the monotonic time that sessions expire by.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::Timestamp;
use http_kit::{ClockMark, MonotonicClock};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::SessionError;
use crate::Settings;

/// How often the time is stored while nobody signs in, in microseconds. [`MonotonicClock::resume`] expects it within
/// a minute.
const KEEP_EVERY: i64 = 30_000_000;

/// All sessions. Clones share them.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    connection: Mutex<Connection>,
    settings: Settings,
    time: Arc<MonotonicClock>,
    /// The time stored last.
    kept: AtomicI64,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

/// The present, on both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// The wall clock, for times shown to people.
    pub clock: Timestamp,
    /// The monotonic clock, for everything that expires or ends.
    pub monotonic_clock: Timestamp,
}

impl Sessions {
    /// Opens the sessions at `path`, resumes `time` from the stored value, and deletes sessions that expired long
    /// ago.
    pub fn open(path: &Path, settings: Settings, time: Arc<MonotonicClock>) -> Result<Self, SessionError> {
        if let Some(directory) = path.parent() {
            journal::make_directory(directory)
                .map_err(|e| SessionError(format!("{}: {e}", directory.display())))?;
        }
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
             pragma secure_delete = on;",
        )?;
        connection.execute_batch(include_str!("../../migrations/sessions.sql"))?;
        let newer = "select 1 from pragma_table_info('sessions') where name = 'credentials'";
        if !connection.prepare(newer)?.exists([])? {
            connection.execute_batch("alter table sessions add column credentials integer")?;
        }
        if let Some(mark) = kept(&connection)? {
            time.resume(mark);
        }
        keep(&connection, time.mark())?;
        forget(&connection, time.now())?;
        // A crash may have interrupted the last erasure.
        scrub(&connection)?;
        let kept = AtomicI64::new(time.now().micros());
        Ok(Self(Arc::new(Inner { connection: Mutex::new(connection), settings, time, kept })))
    }

    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn time(&self) -> &MonotonicClock {
        &self.0.time
    }

    fn now(&self) -> Now {
        Now { clock: self.0.time.clock().now(), monotonic_clock: self.0.time.now() }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, SessionError> + Send + 'static,
    ) -> Result<T, SessionError> {
        let sessions = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&sessions)).await;
        done.unwrap_or_else(|error| Err(SessionError(error.to_string())))
    }

    /// Runs a read.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, Now) -> Result<T, SessionError> + Send + 'static,
    ) -> Result<T, SessionError> {
        self.blocking(move |sessions| work(&sessions.connection(), sessions.now())).await
    }

    /// Runs a change in a transaction that also stores the time, so that no token is newer than the stored time.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>, Settings, Now) -> Result<T, SessionError> + Send + 'static,
    ) -> Result<T, SessionError> {
        self.blocking(move |sessions| {
            let mut connection = sessions.connection();
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&tx, sessions.0.settings, sessions.now())?;
            let mark = sessions.time().mark();
            keep(&tx, mark)?;
            tx.commit()?;
            sessions.0.kept.store(mark.at.micros(), Ordering::Relaxed);
            Ok(value)
        })
        .await
    }

    /// Stores the time, if that was last done a while ago.
    pub async fn keep_time(&self) -> Result<(), SessionError> {
        if self.time().now().micros() - self.0.kept.load(Ordering::Relaxed) < KEEP_EVERY {
            return Ok(());
        }
        self.change(|_, _, _| Ok(())).await
    }

    /// Truncates the write-ahead log; see [`scrub`].
    pub(super) async fn scrub(&self) -> Result<(), SessionError> {
        self.blocking(|sessions| scrub(&sessions.connection())).await
    }
}

fn kept(connection: &Connection) -> Result<Option<ClockMark>, SessionError> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(ClockMark { at: Timestamp::from_micros(row.get(0)?), ahead: row.get(1)? })
    };
    Ok(connection.query_row("select at, ahead from steady_time", [], read).optional()?)
}

fn keep(connection: &Connection, mark: ClockMark) -> Result<(), SessionError> {
    let sql = "insert into steady_time (one, at, ahead) values (1, ?1, ?2)
               on conflict (one) do update set at = excluded.at, ahead = excluded.ahead";
    connection.prepare_cached(sql)?.execute(params![mark.at.micros(), mark.ahead])?;
    Ok(())
}

/// Deletes sessions that expired more than a day ago, with their token families.
pub(super) fn forget(connection: &Connection, now: Timestamp) -> Result<(), SessionError> {
    let before = now.plus_seconds(-86_400).micros();
    connection.prepare_cached("delete from sessions where expires_at < ?1")?.execute([before])?;
    Ok(())
}

/// Truncates the write-ahead log, so that overwritten data does not remain there.
fn scrub(connection: &Connection) -> Result<(), SessionError> {
    Ok(connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?)
}
