//! Access tokens: Ed25519 signatures, valid for ten minutes, bound to a session that can be ended at once.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use domain::user::Role;
use domain::{Clock, SessionId, TenantId, UserId, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::monotonic_clock::MonotonicClock;

/// The issuer of our tokens.
const ISSUER: &str = "hyderabadinfra";
/// The audience of people's tokens.
pub const PUBLIC: &str = "hyderabadinfra";
/// The audience of tokens between services.
pub const INTERNAL: &str = "internal";

/// Seconds that a token may lie in the future. One from further ahead was issued in a time that was lost together
/// with its sessions.
const AHEAD: i64 = 60;

/// The claims of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Audience: people or services.
    pub aud: String,
    /// The person, or the service's own id for service tokens.
    pub sub: UserId,
    /// The session of the token.
    pub sid: SessionId,
    /// The tenant.
    pub tid: TenantId,
    /// The role at the time of issue.
    pub role: Role,
    /// Issued at, in seconds.
    pub iat: i64,
    /// Expires at, in seconds, for verifiers that only have the machine's clock.
    pub exp: i64,
    /// Issued at, in seconds of [`MonotonicClock`]. Absent in tokens of earlier versions, when the two clocks did not
    /// differ.
    #[serde(default)]
    pub issued: Option<i64>,
    /// The version of the credentials when the session began; see `domain::user::Person::credentials`.
    #[serde(default)]
    pub credentials: Version,
}

/// Why a token is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not issued by us, or altered.
    #[error("the access token is not valid")]
    Invalid,
    /// Expired.
    #[error("the access token has expired; refresh it")]
    Expired,
    /// Its session was ended.
    #[error("the session was ended; sign in again")]
    Revoked,
}

/// Signs and verifies tokens. Verified tokens are cached by their SHA-256 for at most a minute and never beyond their
/// lifetime. Ending a session takes effect at once. Lifetimes are measured by [`MonotonicClock`], so setting the
/// clock back does not revive a token.
pub struct Tokens {
    pair: Ed25519KeyPair,
    encoding: jsonwebtoken::EncodingKey,
    decoding: jsonwebtoken::DecodingKey,
    header: jsonwebtoken::Header,
    monotonic_clock: Arc<MonotonicClock>,
    seconds: i64,
    verified: moka::sync::Cache<[u8; 32], Claims>,
    /// Ended sessions, kept for as long as a token can live, by a clock that nobody sets.
    ended: moka::sync::Cache<SessionId, ()>,
    /// The minimum credentials version of people whose credentials changed, kept as long.
    least: moka::sync::Cache<UserId, Version>,
    /// Notified when any session ends.
    endings: watch::Sender<()>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

impl Tokens {
    /// Generates a signing key, as PKCS#8 DER.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn generate_key() -> Result<Vec<u8>, TokenError> {
        let document = Ed25519KeyPair::generate().and_then(|pair| pair.to_pkcs8());
        document.map(|d| d.as_ref().to_vec()).map_err(|_| TokenError::Invalid)
    }

    /// Creates tokens signed with the key `pkcs8` and valid for `seconds`.
    ///
    /// # Errors
    /// If it is not an Ed25519 key.
    pub fn new(pkcs8: &[u8], clock: Clock, seconds: u32) -> Result<Self, TokenError> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| TokenError::Invalid)?;
        let public = pair.public_key().as_ref().to_vec();
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA);
        header.kid = Some(BASE64URL.encode(&sha256(&public)[..12]));
        let life = Duration::from_secs(u64::from(seconds) + 60);
        Ok(Self {
            encoding: jsonwebtoken::EncodingKey::from_ed_der(pkcs8),
            decoding: jsonwebtoken::DecodingKey::from_ed_der(&public),
            pair,
            header,
            monotonic_clock: Arc::new(MonotonicClock::new(clock)),
            seconds: i64::from(seconds),
            verified: moka::sync::Cache::builder()
                .max_capacity(100_000)
                .time_to_live(Duration::from_mins(1))
                .build(),
            ended: moka::sync::Cache::builder().time_to_live(life).build(),
            least: moka::sync::Cache::builder().time_to_live(life).build(),
            endings: watch::Sender::default(),
        })
    }

    /// The clock by which token lifetimes are measured.
    #[must_use]
    pub fn monotonic_clock(&self) -> &Arc<MonotonicClock> {
        &self.monotonic_clock
    }

    /// The lifetime of a token in seconds.
    #[must_use]
    pub fn lifetime(&self) -> i64 {
        self.seconds
    }

    /// Issues a token for a person's session that began under `credentials`.
    ///
    /// # Errors
    /// If signing fails.
    pub fn issue(
        &self,
        tenant: &TenantId,
        user: UserId,
        session: SessionId,
        role: Role,
        credentials: Version,
    ) -> Result<String, TokenError> {
        self.sign(&Claims { credentials, ..self.claims(PUBLIC, tenant, user, session, role) })
    }

    /// Issues a token for another of our services.
    ///
    /// # Errors
    /// If signing fails.
    pub fn issue_internal(&self, tenant: &TenantId, service: UserId) -> Result<String, TokenError> {
        self.sign(&self.claims(INTERNAL, tenant, service, service.uuid().into(), Role::User))
    }

    fn claims(&self, aud: &str, tenant: &TenantId, sub: UserId, sid: SessionId, role: Role) -> Claims {
        let (iat, issued) =
            (self.monotonic_clock.clock().now().seconds(), Some(self.monotonic_clock.now().seconds()));
        let iss = ISSUER.to_owned();
        let aud = aud.to_owned();
        let tid = tenant.clone();
        let exp = iat + self.seconds;
        Claims { iss, aud, sub, sid, tid, role, iat, exp, issued, credentials: 0 }
    }

    fn sign(&self, claims: &Claims) -> Result<String, TokenError> {
        jsonwebtoken::encode(&self.header, claims, &self.encoding).map_err(|_| TokenError::Invalid)
    }

    /// The claims of a token, if it is valid now.
    ///
    /// # Errors
    /// If it is not valid.
    pub fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        let name = sha256(token.as_bytes());
        let claims = if let Some(claims) = self.verified.get(&name) {
            claims
        } else {
            let claims = self.check(token)?;
            self.verified.insert(name, claims.clone());
            claims
        };
        self.holds(&claims).map(|()| claims)
    }

    /// Checks that the claims of a verified token are still valid, for connections that outlive it.
    ///
    /// # Errors
    /// If they are not.
    pub fn holds(&self, claims: &Claims) -> Result<(), TokenError> {
        let now = self.monotonic_clock.now().seconds();
        let issued = claims.issued.unwrap_or(claims.iat);
        // A shorter configured lifetime also applies to tokens issued before, because nothing is kept for longer than
        // that.
        let life = (claims.exp - claims.iat).min(self.seconds);
        if now >= issued + life || now < issued - AHEAD {
            return Err(TokenError::Expired);
        }
        self.session_holds(claims)
    }

    /// Checks that the session of these claims was not ended, whatever the age of the token. Ended sessions are known
    /// for a minute longer than a token lives: ask at least that often.
    ///
    /// # Errors
    /// If it was ended.
    pub fn session_holds(&self, claims: &Claims) -> Result<(), TokenError> {
        let older = || self.least.get(&claims.sub).is_some_and(|least| claims.credentials < least);
        if self.ended.contains_key(&claims.sid) || older() { Err(TokenError::Revoked) } else { Ok(()) }
    }

    fn check(&self, token: &str) -> Result<Claims, TokenError> {
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
        rules.validate_exp = false; // checked above, against our own time, on every use
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[PUBLIC, INTERNAL]);
        let checked = jsonwebtoken::decode::<Claims>(token, &self.decoding, &rules);
        checked.map(|data| data.claims).map_err(|_| TokenError::Invalid)
    }

    /// Invalidates all tokens of this session.
    pub fn end(&self, session: SessionId) {
        self.ended.insert(session, ());
        self.endings.send_replace(());
    }

    /// Wakes whenever any session ends, so that a connection can check its own session without waiting for the next
    /// message.
    #[must_use]
    pub fn endings(&self) -> watch::Receiver<()> {
        self.endings.subscribe()
    }

    /// Invalidates all tokens of this person whose session began under credentials earlier than these.
    pub fn require(&self, user: UserId, credentials: Version) {
        let most = |known: Option<moka::Entry<UserId, Version>>| {
            known.map_or(credentials, |known| credentials.max(known.into_value()))
        };
        self.least.entry(user).and_upsert_with(most);
        self.endings.send_replace(());
    }

    /// The public key as a JSON Web Key Set.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let x = BASE64URL.encode(self.pair.public_key());
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.header.kid, "x": x}]})
    }
}

#[cfg(test)]
mod tests;
