//! Copies of the sessions, for backups.

use std::path::Path;
use std::time::Duration;

use domain::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::{SessionError, Sessions};

impl Sessions {
    /// Copies every session into the new file `into`. Blocks the thread, but no other user of the sessions waits for
    /// it.
    pub fn copy(&self, into: &Path) -> Result<(), SessionError> {
        let path = self.connection().path().map(str::to_owned);
        let path = path.ok_or_else(|| SessionError("they are in no file".into()))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(path, flags)?;
        reader.busy_timeout(Duration::from_secs(5))?;
        reader.execute("vacuum into ?1", [into.to_string_lossy()])?;
        Ok(())
    }
}

/// Ends every session in a file that no process has open. Used after a restore, because the restored file does not
/// know who signed out since. Returns how many were active.
///
/// # Errors
/// When the file cannot be read or written.
pub fn end_every_session(file: &Path, now: Timestamp) -> Result<usize, SessionError> {
    let sessions = Connection::open(file)?;
    let end = "update sessions set ended_at = ?1 where ended_at is null";
    let lived = "select count(*) from sessions where ended_at is null and expires_at > ?1";
    let lived = sessions.query_row(lived, [now.micros()], |row| row.get(0))?;
    sessions.execute(end, [now.micros()])?;
    Ok(lived)
}
