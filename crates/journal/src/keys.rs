//! Key management: one master key from the configuration, one key per person wrapped with it, and keys derived for
//! other purposes. Keys are stored apart from the journal, so that a backup of the journal alone reveals no personal
//! data.

mod copy;
mod mark;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use domain::{TenantId, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{ErrorCause, UniqueKey};
pub use mark::LogMark;

/// A key is not available.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file cannot be read or written.
    #[error("the key store is unavailable: {0}")]
    Unavailable(#[source] ErrorCause),
    /// The stored keys were wrapped with another master key.
    #[error("the master key does not fit the stored keys; give the one they were made with")]
    WrongMaster,
    /// A value is encrypted with a person's key, but the store has neither the key nor a record of its destruction.
    /// The store is therefore not the current one. This is never treated as an erasure.
    #[error(
        "the key store has no key of {subject} of {tenant}: it is older than the journal, put the newest copy of \
         keys/subjects.db back"
    )]
    Missing {
        /// The person's tenant.
        tenant: TenantId,
        /// The person whose key is missing.
        subject: UserId,
    },
    /// The person was erased, so nothing more can be written about them.
    #[error("the person was erased")]
    Erased,
}

impl From<rusqlite::Error> for KeyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(ErrorCause::new(error))
    }
}

/// The keys of one installation.
pub struct KeyRing {
    master: LessSafeKey,
    derive: hmac::Key,
    store: Mutex<Connection>,
    /// The number of erasures so far. A cache of decrypted data compares it to detect an erasure in the meantime.
    erasures: AtomicU64,
    cache: moka::sync::Cache<(TenantId, UserId), Arc<LessSafeKey>>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing")
    }
}

const NONCE: usize = 12;

/// Encrypts under `key`. The result is nonce, ciphertext and tag.
pub(crate) fn encrypt(key: &LessSafeKey, aad: &[u8], clear: &[u8]) -> Result<Vec<u8>, KeyError> {
    let failed = |_| KeyError::Unavailable("encryption failed".into());
    let mut nonce = [0; NONCE];
    rand::fill(&mut nonce).map_err(failed)?;
    let mut out = Vec::with_capacity(NONCE + clear.len() + 16);
    out.extend_from_slice(&nonce);
    let mut body = clear.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut body)
        .map_err(failed)?;
    out.append(&mut body);
    Ok(out)
}

/// Decrypts the output of [`encrypt`]; `None` if key, data and `aad` do not belong together.
pub(crate) fn decrypt(key: &LessSafeKey, aad: &[u8], encrypted: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = encrypted.split_at_checked(NONCE)?;
    let mut body = body.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let length = key.open_in_place(nonce, Aad::from(aad), &mut body).ok()?.len();
    body.truncate(length);
    Some(body)
}

fn aead_key(bytes: &[u8]) -> Result<LessSafeKey, KeyError> {
    let key = UnboundKey::new(&AES_256_GCM, bytes);
    key.map(LessSafeKey::new).map_err(|_| KeyError::Unavailable("a key must have 32 bytes".into()))
}

impl KeyRing {
    /// Opens the key store at `path` under the master key, creating it if it does not exist.
    ///
    /// # Errors
    /// If the file cannot be opened, or was created under another master key.
    pub fn open(path: &Path, master: &[u8; 32]) -> Result<Self, KeyError> {
        let store = Connection::open(path)?;
        store.execute_batch(
            // `secure_delete` overwrites erased keys instead of only unlinking them.
            "pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on;
             create table if not exists subject_keys (
                 tenant text not null, subject blob not null, wrapped blob,
                 primary key (subject, tenant)
             ) strict, without rowid;
             create table if not exists master_check (wrapped blob not null) strict;",
        )?;
        store.execute_batch(mark::TABLES)?;
        let derive = hmac::Key::new(hmac::HMAC_SHA256, master);
        let wrapping = hmac::sign(&derive, b"wrap subject keys");
        let ring = Self {
            master: aead_key(wrapping.as_ref())?,
            derive,
            store: Mutex::new(store),
            erasures: AtomicU64::new(0),
            cache: moka::sync::Cache::new(100_000),
        };
        ring.check_master()?;
        Ok(ring)
    }

    fn store(&self) -> MutexGuard<'_, Connection> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_master(&self) -> Result<(), KeyError> {
        let store = self.store();
        let found: Option<Vec<u8>> =
            store.query_row("select wrapped from master_check", [], |row| row.get(0)).optional()?;
        if let Some(wrapped) = found {
            return decrypt(&self.master, b"check", &wrapped).map(|_| ()).ok_or(KeyError::WrongMaster);
        }
        let wrapped = encrypt(&self.master, b"check", b"check")?;
        store.execute("insert into master_check values (?1)", [wrapped])?;
        Ok(())
    }

    /// Derives 32 bytes for another use, always the same for the same `purpose`.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(hmac::sign(&self.derive, purpose.as_bytes()).as_ref());
        out
    }

    /// The single-use token of an e-mail. It is derived on demand and never stored: events hold the `nonce` and a
    /// hash. Purposes are `verify-email` and `password-reset`.
    #[must_use]
    pub fn mail_token(&self, purpose: &str, tenant: &TenantId, user: UserId, nonce: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.derived("mail tokens"));
        let tag = hmac::sign(&key, format!("{purpose}|{tenant}|{user}|{nonce}").as_bytes());
        BASE64URL.encode(tag)
    }

    /// The unique key of a normalised value. The value cannot be learnt from the journal.
    #[must_use]
    pub fn unique_key(&self, tenant: &TenantId, kind: &'static str, value: &str) -> UniqueKey {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.derived(&format!("claims of {tenant}")));
        let mut context = hmac::Context::with_key(&key);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(value.as_bytes());
        let mut digest = [0; 32];
        digest.copy_from_slice(context.sign().as_ref());
        UniqueKey { tenant: tenant.clone(), kind, digest }
    }

    /// A keyed digest of a request. Only this installation can compute it, so nobody who reads the journal can use it
    /// to guess request bodies and the passwords in them.
    #[must_use]
    pub fn fingerprint(&self, tenant: &TenantId, parts: &[&[u8]]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.derived(&format!("requests of {tenant}")));
        let mut context = hmac::Context::with_key(&key);
        for part in parts {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part);
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(context.sign().as_ref());
        digest
    }

    /// A person's key; if there is none yet, one is created and made durable. Blocks briefly for the look-up;
    /// creating a key waits for the disk.
    ///
    /// # Errors
    /// If the person was erased or the store is unavailable.
    pub fn subject_or_new(&self, tenant: &TenantId, subject: UserId) -> Result<Arc<LessSafeKey>, KeyError> {
        match self.look_up(tenant, subject)? {
            KeyLookup::Key(key) => Ok(key),
            KeyLookup::Erased => Err(KeyError::Erased),
            KeyLookup::None => self.make(tenant, subject),
        }
    }

    /// The key that a person's values were encrypted with; `None` if it was destroyed.
    ///
    /// # Errors
    /// If the store is unavailable or has lost the key. Neither is ever mistaken for an erasure.
    pub fn subject(&self, tenant: &TenantId, subject: UserId) -> Result<Option<Arc<LessSafeKey>>, KeyError> {
        Ok(match self.look_up(tenant, subject)? {
            KeyLookup::Key(key) => Some(key),
            KeyLookup::Erased => None,
            KeyLookup::None => return Err(KeyError::Missing { tenant: tenant.clone(), subject }),
        })
    }

    /// Whether a person was erased.
    ///
    /// # Errors
    /// If the store is unavailable.
    pub fn is_erased(&self, tenant: &TenantId, subject: UserId) -> Result<bool, KeyError> {
        Ok(matches!(self.look_up(tenant, subject)?, KeyLookup::Erased))
    }

    fn look_up(&self, tenant: &TenantId, subject: UserId) -> Result<KeyLookup, KeyError> {
        let at = (tenant.clone(), subject);
        if let Some(key) = self.cache.get(&at) {
            return Ok(KeyLookup::Key(key));
        }
        // Hold the lock until the key is cached, so that an erasure comes either before that or invalidates the cache
        // entry.
        let store = self.store();
        let row: Option<Option<Vec<u8>>> = store
            .prepare_cached("select wrapped from subject_keys where subject = ?1 and tenant = ?2")?
            .query_row(params![subject.uuid().as_bytes(), tenant.as_str()], |row| row.get(0))
            .optional()?;
        let wrapped = match row {
            None => return Ok(KeyLookup::None),
            Some(None) => return Ok(KeyLookup::Erased),
            Some(Some(wrapped)) => wrapped,
        };
        let bytes =
            decrypt(&self.master, &subject_aad(tenant, subject), &wrapped).ok_or(KeyError::WrongMaster)?;
        let key = Arc::new(aead_key(&bytes)?);
        self.cache.insert(at, Arc::clone(&key));
        Ok(KeyLookup::Key(key))
    }

    /// Destroys a person's key permanently. From now on everything encrypted with it reads as erased, wherever it is
    /// stored. Blocks. Idempotent.
    ///
    /// # Errors
    /// If the store is unavailable; the key may then still exist.
    pub fn erase(&self, tenant: &TenantId, subject: UserId) -> Result<(), KeyError> {
        let store = self.store();
        store.execute(
            "insert into subject_keys values (?1, ?2, null) on conflict (subject, tenant) do update set wrapped = null",
            params![tenant.as_str(), subject.uuid().as_bytes()],
        )?;
        self.cache.invalidate(&(tenant.clone(), subject));
        self.erasures.fetch_add(1, Ordering::SeqCst);
        // The write-ahead log also holds the wrapped key.
        let busy: i64 = store.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))?;
        if busy == 0 {
            Ok(())
        } else {
            Err(KeyError::Unavailable("somebody else reads the key store".into()))
        }
    }

    /// Returns once a small write that changes nothing is durable, which proves that the store accepts writes.
    /// Blocks.
    ///
    /// # Errors
    /// If the write fails.
    pub fn takes_writes(&self) -> Result<(), KeyError> {
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(crate::sqlite::rewrite_header(&store)?)
    }

    /// The number of erasures since the process started.
    #[must_use]
    pub fn erasures(&self) -> u64 {
        self.erasures.load(Ordering::SeqCst)
    }

    fn make(&self, tenant: &TenantId, subject: UserId) -> Result<Arc<LessSafeKey>, KeyError> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| KeyError::Unavailable("no randomness".into()))?;
        let wrapped = encrypt(&self.master, &subject_aad(tenant, subject), &bytes)?;
        // If two callers race, the first key stays and both read that one.
        self.store().execute(
            "insert into subject_keys values (?1, ?2, ?3) on conflict do nothing",
            params![tenant.as_str(), subject.uuid().as_bytes(), wrapped],
        )?;
        match self.look_up(tenant, subject)? {
            KeyLookup::Key(key) => Ok(key),
            KeyLookup::Erased | KeyLookup::None => Err(KeyError::Erased),
        }
    }
}

enum KeyLookup {
    Key(Arc<LessSafeKey>),
    Erased,
    None,
}

fn subject_aad(tenant: &TenantId, subject: UserId) -> Vec<u8> {
    format!("{tenant}|{subject}").into_bytes()
}
