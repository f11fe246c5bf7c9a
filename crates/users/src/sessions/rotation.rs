//! Refresh tokens. Each can be exchanged once. The tokens of a session form one family.
//!
//! ```text
//! a -> b -> d      The response with b was lost, so a is exchanged again within the grace period and gives c.
//!  '-> c           b and c are siblings: when one is exchanged, the other is spent, with a grace period of its own.
//!                  Only one line continues.
//! ```

use domain::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::file::Now;
use super::secret::{Fingerprint, fingerprint, random};
use super::{Client, SessionError};
use crate::Settings;

/// The result of an exchange.
#[derive(Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The next refresh token.
    Next(String),
    /// The token is unknown, or its session is over.
    Over,
    /// The token was spent before, and not a moment ago by the same client: somebody else has it. Nothing was
    /// changed.
    Reused,
}

struct Found {
    session: String,
    spent_at: Option<Timestamp>,
    client: Client,
}

/// Exchanges the token with this fingerprint for another of its family.
pub fn rotate(
    tx: &Transaction<'_>,
    settings: Settings,
    token: Fingerprint,
    client: &Client,
    now: Now,
) -> Result<Rotation, SessionError> {
    let sql =
        "select s.id, r.spent_at, s.user_agent, s.ip_address from refresh_tokens r join sessions s on s.id = r.session_id
               where r.hash = ?1 and s.ended_at is null and s.expires_at > ?2";
    let found = tx.prepare_cached(sql)?.query_row(params![token, now.monotonic_clock.micros()], |row| {
        let spent_at = row.get::<_, Option<i64>>(1)?.map(Timestamp::from_micros);
        let known = Client { user_agent: row.get(2)?, address: row.get(3)? };
        Ok(Found { session: row.get(0)?, spent_at, client: known })
    });
    let Some(Found { session, spent_at, client: known }) = found.optional()? else {
        return Ok(Rotation::Over);
    };
    match spent_at {
        None => {
            // Its siblings are spent, too: they were all issued for one token, and only one line continues.
            tx.prepare_cached(
                "update refresh_tokens set spent_at = ?2 where session_id = ?1 and spent_at is null",
            )?
            .execute(params![session, now.monotonic_clock.micros()])?;
            used(tx, settings, &session, client, now)?;
        }
        Some(at)
            if now.monotonic_clock <= at.plus_seconds(settings.reuse_grace_seconds)
                && known.is_same(client) => {}
        Some(_) => return Ok(Rotation::Reused),
    }
    issue(tx, &session, now.monotonic_clock).map(Rotation::Next)
}

/// Records the use of a session, and deletes tokens of its family that were spent longer ago than a session lasts.
fn used(
    tx: &Transaction<'_>,
    settings: Settings,
    session: &str,
    client: &Client,
    now: Now,
) -> Result<(), SessionError> {
    let sql = "update sessions set last_used_at = ?2, expires_at = ?3, user_agent = ?4, ip_address = ?5
               where id = ?1";
    let expiry = settings.expiry(now.monotonic_clock).micros();
    tx.prepare_cached(sql)?.execute(params![
        session,
        now.clock.micros(),
        expiry,
        client.user_agent,
        client.address
    ])?;
    let life = expiry - now.monotonic_clock.micros();
    tx.prepare_cached("delete from refresh_tokens where session_id = ?1 and spent_at < ?2")?
        .execute(params![session, now.monotonic_clock.micros() - life])?;
    Ok(())
}

/// Issues another token of a session's family.
pub fn issue(tx: &Transaction<'_>, session: &str, now: Timestamp) -> Result<String, SessionError> {
    let token = random();
    tx.prepare_cached("insert into refresh_tokens values (?1, ?2, ?3, null)")?.execute(params![
        fingerprint(&token),
        session,
        now.micros()
    ])?;
    Ok(token)
}
