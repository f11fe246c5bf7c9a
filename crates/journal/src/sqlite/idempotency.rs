//! The rows that say which requests with a key were done.

use domain::Position;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Appended, Idempotency, Refused, Replayed};

/// How a request that was done before is refused: with its answer, or because its key was used for another one.
pub fn replayed(tx: &Connection, asked: &Idempotency, last: Position) -> rusqlite::Result<Option<Refused>> {
    tx.prepare_cached(
        "select fingerprint, answer, version, position from idempotency where scope = ?1 and key = ?2",
    )?
    .query_row(params![asked.scope, asked.key], |row| {
        if row.get::<_, [u8; 32]>(0)? != asked.fingerprint {
            return Ok(Refused::KeyReused);
        }
        let appended = Appended { version: row.get(2)?, position: last.at(row.get(3)?) };
        Ok(Refused::Replayed(Replayed { answer: row.get(1)?, appended }))
    })
    .optional()
}

/// Puts a request on record that appended up to `at`.
pub fn remember(tx: &Connection, asked: &Idempotency, at: Appended, now: i64) -> rusqlite::Result<usize> {
    tx.prepare_cached(
        "insert into idempotency (scope, key, fingerprint, answer, version, position, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        asked.scope,
        asked.key,
        asked.fingerprint,
        asked.answer,
        at.version,
        at.position.seq,
        now
    ])
}
