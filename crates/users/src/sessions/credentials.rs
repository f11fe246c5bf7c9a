//! Sessions from before a change of credentials, and a cursor over the changes already processed.

use domain::{Log, Position, SessionId, TenantId, UserId, Version};
use rusqlite::{OptionalExtension, params};

use super::{SessionError, Sessions, ids};

/// The version as an SQL integer. A larger version becomes the maximum, which is beyond any row.
pub fn sql(credentials: Version) -> i64 {
    i64::try_from(credentials).unwrap_or(i64::MAX)
}

impl Sessions {
    /// The sessions of a person that began under earlier credentials and are not ended.
    pub async fn older(
        &self,
        tenant: &TenantId,
        user: UserId,
        credentials: Version,
    ) -> Result<Vec<SessionId>, SessionError> {
        let tenant = tenant.clone();
        self.look(move |connection, _| {
            let older = "select id from sessions where tenant = ?1 and user_id = ?2 and ended_at is null
                         and coalesce(credentials, 0) < ?3";
            ids(connection, older, params![tenant.as_str(), user.to_string(), sql(credentials)])
        })
        .await
    }

    /// Ends these sessions.
    pub async fn end_all(&self, sessions: Vec<SessionId>) -> Result<(), SessionError> {
        self.change(move |tx, _, now| {
            let mut end =
                tx.prepare_cached("update sessions set ended_at = ?2 where id = ?1 and ended_at is null")?;
            for session in sessions {
                end.execute(params![session.to_string(), now.monotonic_clock.micros()])?;
            }
            Ok(())
        })
        .await
    }

    /// Erases the addresses and user agents of a person's sessions.
    pub async fn forget_clients(&self, tenant: &TenantId, user: UserId) -> Result<(), SessionError> {
        let tenant = tenant.clone();
        self.change(move |tx, _, _| {
            let forget = "update sessions set user_agent = null, ip_address = null
                          where tenant = ?1 and user_id = ?2";
            tx.prepare_cached(forget)?.execute(params![tenant.as_str(), user.to_string()])?;
            Ok(())
        })
        .await?;
        self.scrub().await
    }

    /// The position in the history of `epoch` up to which changes of credentials have ended the older sessions.
    pub fn read_to(&self, epoch: u32) -> Result<Position, SessionError> {
        let sql = "select seq from credentials_read where epoch = ?1";
        let seq = self.connection().query_row(sql, [epoch], |row| row.get(0)).optional()?;
        Ok(Position::start(Log::Facts, epoch).at(seq.unwrap_or(0)))
    }

    /// Stores the position; see [`Self::read_to`].
    pub async fn have_read(&self, to: Position) -> Result<(), SessionError> {
        self.change(move |tx, _, _| {
            let sql = "insert into credentials_read (one, epoch, seq) values (1, ?1, ?2)
                       on conflict (one) do update set epoch = excluded.epoch, seq = excluded.seq";
            tx.prepare_cached(sql)?.execute(params![to.epoch, to.seq])?;
            Ok(())
        })
        .await
    }
}
