//! Random secrets, and the hashes in which they are stored.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use rand::Rng;

/// SHA-256 of a secret.
pub type Fingerprint = [u8; 32];

/// 256 random bits, as text.
pub fn random() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    BASE64URL.encode(bytes)
}

/// The stored form of a secret.
pub fn fingerprint(secret: &str) -> Fingerprint {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    out
}
