//! People as keyed digests, which only this installation can compute. People who left have none, and neither have
//! programs.

use std::collections::HashMap;
use std::fmt::Write as _;

use ::projection::{ProjectionError, ViewTx};
use domain::{Envelope, TenantId, UserId};
use journal::KeyRing;

/// Stands for nobody: for events of the system, and for topics that nobody wrote.
pub const NOBODY: i64 = 0;

const PROGRAM: &str = "API_KEY_CREATED";
const REMEMBER_PROGRAM: &str = "insert into programs (tenant, id) values ($1, $2) on conflict do nothing";
const KNOWN_PROGRAM: &str = "select 1 from programs where id = $2 and tenant = $1";

/// Whether `event` is about an API key that there was not before. Its stream has the id that the key acts under.
#[must_use]
pub fn is_new_program(event: &Envelope) -> bool {
    &*event.event_type == PROGRAM
}

/// Records that the API key of `event` is no person.
pub async fn remember_program(tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
    let program = [event.stream.tenant.as_str().into(), (&*event.stream.id).into()];
    tx.execute(REMEMBER_PROGRAM, &program).await?;
    Ok(())
}

async fn is_program(tx: &mut ViewTx<'_>, tenant: &TenantId, id: &str) -> Result<bool, ProjectionError> {
    Ok(!tx.query(KNOWN_PROGRAM, &[tenant.as_str().into(), id.into()]).await?.is_empty())
}

/// The digest of a person. Among a million people, two share one with a probability of one in ten million.
#[must_use]
pub fn digest(keys: &KeyRing, tenant: &TenantId, user: UserId) -> i64 {
    let digest = keys.fingerprint(tenant, &[b"analytics", b"person", user.uuid().as_bytes()]);
    match digest.first_chunk().map_or(NOBODY, |first| i64::from_be_bytes(*first)) {
        NOBODY => 1,
        digest => digest,
    }
}

/// The digest of a text that somebody wrote, in hexadecimal.
#[must_use]
pub fn text_digest(keys: &KeyRing, tenant: &TenantId, text: &str) -> String {
    let digest = keys.fingerprint(tenant, &[b"analytics", b"text", text.as_bytes()]);
    digest.iter().take(16).fold(String::with_capacity(32), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The digests of the people of a batch; `None` for those who left, and for programs.
#[derive(Debug, Default)]
pub struct People(HashMap<(TenantId, UserId), Option<i64>>);

impl People {
    pub async fn digest(
        &mut self,
        tx: &mut ViewTx<'_>,
        keys: &KeyRing,
        tenant: &TenantId,
        user: UserId,
    ) -> Result<Option<i64>, ProjectionError> {
        let person = (tenant.clone(), user);
        if let Some(known) = self.0.get(&person) {
            return Ok(*known);
        }
        let id = user.to_string();
        let is_nobody = tx.is_erased(tenant, &id).await? || is_program(tx, tenant, &id).await?;
        let digest = (!is_nobody).then(|| digest(keys, tenant, user));
        self.0.insert(person, digest);
        Ok(digest)
    }
}
