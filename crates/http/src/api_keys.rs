//! The API keys that are in use, in memory: a request with a key reads no database, and a revoked key is refused at
//! once.
//!
//! A key is `hydk_`, its id, its secret and a checksum, in hex. Programs that look for leaked secrets know it by its
//! beginning and its checksum. Its SHA-256 is enough to keep: a secret of 256 random bits cannot be guessed, so a slow
//! hash would only slow every request down.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use domain::api_key::{ApiKeyDetails, ApiKeyGrant};
use domain::{ApiKeyId, TenantId, Timestamp};
use uuid::Uuid;

/// What every key begins with.
pub const API_KEY_PREFIX: &str = "hydk_";
const ID: usize = 32;
const SECRET: usize = 64;
const CHECKSUM: usize = 8;

/// The text of a key, as its holder sends it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeyText {
    id: ApiKeyId,
    secret: String,
}

impl std::fmt::Debug for ApiKeyText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKeyText({})", self.id)
    }
}

impl ApiKeyText {
    /// The key with that id and secret.
    #[must_use]
    pub fn new(id: ApiKeyId, secret: &[u8; 32]) -> Self {
        Self { id, secret: hex(secret) }
    }

    /// Reads a key. `None` if it has another form, or was mistyped.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(API_KEY_PREFIX)?;
        if rest.len() != ID + SECRET + CHECKSUM
            || !rest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        {
            return None;
        }
        let (id, rest) = rest.split_at_checked(ID)?;
        let (secret, _) = rest.split_at_checked(SECRET)?;
        let id = ApiKeyId::from(Uuid::try_parse(id).ok()?);
        let key = Self { id, secret: secret.to_owned() };
        (key.text() == text).then_some(key)
    }

    /// The whole key.
    #[must_use]
    pub fn text(&self) -> String {
        let front = format!("{API_KEY_PREFIX}{}{}", self.id.uuid().simple(), self.secret);
        format!("{front}{:08x}", crc32fast::hash(front.as_bytes()))
    }

    /// What is kept of its secret.
    #[must_use]
    pub fn secret_sha256(&self) -> String {
        hex(digest(&SHA256, self.secret.as_bytes()).as_ref())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |hex, byte| format!("{hex}{byte:02x}"))
}

/// A key that may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveApiKey {
    /// The key's tenant.
    pub tenant: TenantId,
    /// The key's id, which stands for a user's wherever an actor is recorded.
    pub id: ApiKeyId,
    /// What it may do.
    pub grant: ApiKeyGrant,
    secret_sha256: String,
}

impl ActiveApiKey {
    /// The key with these details.
    #[must_use]
    pub fn of(tenant: &TenantId, details: ApiKeyDetails) -> Self {
        let ApiKeyDetails { id, grant, secret_sha256, .. } = details;
        Self { tenant: tenant.clone(), id, grant, secret_sha256 }
    }
}

/// Why a key is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// There is no such key, or it was revoked.
    #[error("the API key is not valid")]
    Invalid,
    /// Its time is over.
    #[error("the API key has expired")]
    Expired,
    /// The keys were not read yet, just after the start.
    #[error("the API keys are not read yet")]
    NotRead,
}

#[derive(Debug, Default)]
struct ApiKeyTable {
    is_read: bool,
    active: HashMap<ApiKeyId, Arc<ActiveApiKey>>,
    /// Revoked keys, so that a list read before the revocation does not bring them back.
    revoked: HashSet<ApiKeyId>,
}

/// The keys of all tenants. The partners service fills it.
#[derive(Debug, Default)]
pub struct ApiKeys(RwLock<ApiKeyTable>);

impl ApiKeys {
    fn table(&self) -> RwLockReadGuard<'_, ApiKeyTable> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn table_mut(&self) -> RwLockWriteGuard<'_, ApiKeyTable> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds all `keys` there are. From now on an unknown key is invalid.
    pub fn read(&self, keys: impl IntoIterator<Item = ActiveApiKey>) {
        keys.into_iter().for_each(|key| self.add(key));
        self.table_mut().is_read = true;
    }

    /// Adds a key, unless it was revoked.
    pub fn add(&self, key: ActiveApiKey) {
        let mut table = self.table_mut();
        if !table.revoked.contains(&key.id) {
            table.active.insert(key.id, Arc::new(key));
        }
    }

    /// The keys in use.
    #[must_use]
    pub fn active(&self) -> Vec<(TenantId, ApiKeyId)> {
        self.table().active.values().map(|key| (key.tenant.clone(), key.id)).collect()
    }

    /// Refuses the key from now on.
    pub fn revoke(&self, id: ApiKeyId) {
        let mut table = self.table_mut();
        table.active.remove(&id);
        table.revoked.insert(id);
    }

    /// The key that `text` is, at `now`.
    ///
    /// # Errors
    /// When it may not be used.
    pub fn verify(&self, text: &str, now: Timestamp) -> Result<Arc<ActiveApiKey>, ApiKeyError> {
        let given = ApiKeyText::parse(text).ok_or(ApiKeyError::Invalid)?;
        let table = self.table();
        let unknown = if table.is_read { ApiKeyError::Invalid } else { ApiKeyError::NotRead };
        let key = table.active.get(&given.id).ok_or(unknown)?;
        let hash = given.secret_sha256();
        verify_slices_are_equal(hash.as_bytes(), key.secret_sha256.as_bytes())
            .map_err(|_| ApiKeyError::Invalid)?;
        if key.grant.expires_at.is_some_and(|end| end <= now) {
            return Err(ApiKeyError::Expired);
        }
        Ok(Arc::clone(key))
    }
}

#[cfg(test)]
mod tests {
    use domain::UserId;
    use domain::api_key::ApiKeyScope;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn text(last: u8) -> ApiKeyText {
        ApiKeyText::new(Uuid::from_u128(u128::from(last)).into(), &[last; 32])
    }

    fn active(text: &ApiKeyText) -> ActiveApiKey {
        let grant = ApiKeyGrant {
            name: "Shop".into(),
            scopes: [ApiKeyScope::ListingsRead].into(),
            expires_at: Some(NOW.plus_seconds(60)),
            requests_per_minute: 60,
        };
        let (id, created_by, secret_sha256) = (text.id, UserId::default(), text.secret_sha256());
        let details = ApiKeyDetails { id, created_by, grant, secret_sha256, created_at: NOW };
        ActiveApiKey::of(&TenantId::stored("t"), details)
    }

    #[test]
    fn a_key_is_read_as_it_is_written_and_not_otherwise() {
        let key = text(7);
        let written = key.text();
        assert_eq!(written.len(), 109);
        assert_eq!(ApiKeyText::parse(&written), Some(key));
        let mistyped = written.replacen('7', "8", 1);
        for wrong in
            ["", "hydk_", &mistyped, &written.to_uppercase(), &written[..108], &format!("{written}0")]
        {
            assert_eq!(ApiKeyText::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_key_holds_until_it_expires_or_is_revoked() {
        let (keys, key) = (ApiKeys::default(), text(1));
        let verify = |seconds| keys.verify(&key.text(), NOW.plus_seconds(seconds)).map(|key| key.id);
        assert_eq!(verify(0), Err(ApiKeyError::NotRead));
        keys.read([active(&key)]);
        assert_eq!((verify(59), verify(60)), (Ok(key.id), Err(ApiKeyError::Expired)));
        let forged = ApiKeyText::new(key.id, &[9; 32]).text();
        assert_eq!(keys.verify(&forged, NOW).map(|key| key.id), Err(ApiKeyError::Invalid));
        keys.revoke(key.id);
        assert_eq!(verify(0), Err(ApiKeyError::Invalid));
        keys.read([active(&key)]);
        assert_eq!(verify(0), Err(ApiKeyError::Invalid), "what was read before brings nothing back");
    }
}
