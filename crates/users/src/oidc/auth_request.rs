//! A sign-in attempt at a provider, kept in a cookie while the browser is away. Only that browser has the cookie, so
//! nobody can be signed in with an answer that somebody else requested.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use domain::{TenantId, Timestamp};
use journal::KeyRing;
use serde::{Deserialize, Serialize};

use crate::sessions::{fingerprint, random};

/// Lifetime of a sign-in attempt in seconds.
pub const LIFE: i64 = 600;

const LONGEST_PATH: usize = 1_000;

/// One sign-in attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flight {
    /// The provider it was sent to.
    pub provider: String,
    /// The tenant where it began.
    pub tenant: TenantId,
    /// Returned by the provider in the redirect.
    pub state: String,
    /// Returned by the provider in the ID token.
    pub nonce: String,
    /// The PKCE verifier, sent when the code is redeemed.
    pub verifier: String,
    /// Where the person goes afterwards.
    pub next: String,
    /// When it expires.
    pub until: Timestamp,
}

impl Flight {
    /// Begins a new attempt.
    pub fn begin(provider: &str, tenant: &TenantId, next: String, now: Timestamp) -> Self {
        Self {
            provider: provider.to_owned(),
            tenant: tenant.clone(),
            state: random(),
            nonce: random(),
            verifier: random(),
            next,
            until: now.plus_seconds(LIFE),
        }
    }

    /// The PKCE code challenge for the verifier, by S256.
    pub fn challenge(&self) -> String {
        BASE64URL.encode(fingerprint(&self.verifier))
    }

    /// The signed form for the cookie.
    pub fn encrypted(&self, keys: &KeyRing) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        let signature = keys.fingerprint(&self.tenant, &[b"oidc flight", text.as_bytes()]);
        format!("{}.{}", BASE64URL.encode(&text), BASE64URL.encode(signature))
    }

    /// Reads the attempt from a cookie, if the signature is ours, the tenant matches, and it has not expired.
    pub fn open(keys: &KeyRing, cookie: &str, tenant: &TenantId, now: Timestamp) -> Option<Self> {
        let (text, signature) = cookie.split_once('.')?;
        let (text, signature) = (BASE64URL.decode(text).ok()?, BASE64URL.decode(signature).ok()?);
        let right = keys.fingerprint(tenant, &[b"oidc flight", &text]);
        verify_slices_are_equal(&right, &signature).ok()?;
        let auth_request: Self = serde_json::from_slice(&text).ok()?;
        (auth_request.tenant == *tenant && now < auth_request.until).then_some(auth_request)
    }

    /// Whether the answer belongs to this attempt.
    pub fn is_of(&self, provider: &str, state: &str) -> bool {
        self.provider == provider && verify_slices_are_equal(self.state.as_bytes(), state.as_bytes()).is_ok()
    }
}

/// Whether `path` leads to a page of this site and nowhere else: one leading `/`, and no characters that browsers
/// strip or interpret differently.
pub fn is_local(path: &str) -> bool {
    let local = path.starts_with('/') && !path.starts_with("//");
    local && path.len() <= LONGEST_PATH && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_local() {
        for good in ["/", "/dashboard", "/homes?page=2&sort=newest#top"] {
            assert!(is_local(good), "{good}");
        }
        for bad in [
            "",
            "homes",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/ä",
        ] {
            assert!(!is_local(bad), "{bad}");
        }
    }

    #[test]
    fn an_answer_belongs_to_its_own_flight_only() {
        let tenant = TenantId::stored("hyderabad");
        let auth_request = Flight::begin("sample", &tenant, "/".into(), Timestamp::from_micros(0));
        let other = Flight::begin("sample", &tenant, "/".into(), Timestamp::from_micros(0));
        assert!(auth_request.is_of("sample", &auth_request.state));
        assert!(
            !auth_request.is_of("sample", &other.state) && !auth_request.is_of("other", &auth_request.state)
        );
        assert_ne!((auth_request.nonce, auth_request.verifier), (other.nonce, other.verifier));
    }

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
        let tenant = TenantId::stored("hyderabad");
        let mut auth_request = Flight::begin("sample", &tenant, "/".into(), Timestamp::from_micros(0));
        auth_request.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into();
        assert_eq!(auth_request.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
