//! People as keyed digests, which only this installation can compute. People who left have none.

use std::collections::HashMap;
use std::fmt::Write as _;

use ::projection::{ProjectionError, ViewTx};
use domain::{TenantId, UserId};
use journal::KeyRing;

/// Stands for nobody: for events of the system, and for topics that nobody wrote.
pub const NOBODY: i64 = 0;

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

/// The digests of the people of a batch; `None` for those who left.
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
        let erased = tx.is_erased(tenant, &user.to_string()).await?;
        let digest = (!erased).then(|| digest(keys, tenant, user));
        self.0.insert(person, digest);
        Ok(digest)
    }
}
