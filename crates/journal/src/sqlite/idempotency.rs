//! The table of completed requests that had an idempotency key.

use domain::Position;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Appended, Idempotency, Refused, Replayed};

/// The refusal for a request whose key was used before: its stored answer, or an error if the key was used for a
/// different request.
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

/// Stores that a request was completed with the outcome `at`.
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
