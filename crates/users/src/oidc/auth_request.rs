//! What a browser carries between leaving for a provider and coming back: a cookie that only it has, so that nobody is
//! signed in by an answer that somebody else asked for.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use domain::{TenantId, Timestamp};
use journal::KeyRing;
use serde::{Deserialize, Serialize};

use crate::sessions::{fingerprint, random};

/// Seconds a person has at the provider.
pub const LIFE: i64 = 600;

const LONGEST_PATH: usize = 1_000;

/// One try to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flight {
    /// The provider it went to.
    pub provider: String,
    /// The tenant it began at.
    pub tenant: TenantId,
    /// Comes back in the address.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// Of PKCE: shown when the code is redeemed.
    pub verifier: String,
    /// Where the person goes afterwards.
    pub next: String,
    /// Over from then on.
    pub until: Timestamp,
}

impl Flight {
    /// A fresh one.
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

    /// The code challenge of the verifier, by S256.
    pub fn challenge(&self) -> String {
        BASE64URL.encode(fingerprint(&self.verifier))
    }

    /// As a cookie carries it, signed.
    pub fn encrypted(&self, keys: &KeyRing) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        let signature = keys.fingerprint(&self.tenant, &[b"oidc flight", text.as_bytes()]);
        format!("{}.{}", BASE64URL.encode(&text), BASE64URL.encode(signature))
    }

    /// The flight of a cookie, if it is one of ours, of this tenant, and not over.
    pub fn open(keys: &KeyRing, cookie: &str, tenant: &TenantId, now: Timestamp) -> Option<Self> {
        let (text, signature) = cookie.split_once('.')?;
        let (text, signature) = (BASE64URL.decode(text).ok()?, BASE64URL.decode(signature).ok()?);
        let right = keys.fingerprint(tenant, &[b"oidc flight", &text]);
        verify_slices_are_equal(&right, &signature).ok()?;
        let flight: Self = serde_json::from_slice(&text).ok()?;
        (flight.tenant == *tenant && now < flight.until).then_some(flight)
    }

    /// Whether the answer is to this flight.
    pub fn is_of(&self, provider: &str, state: &str) -> bool {
        self.provider == provider && verify_slices_are_equal(self.state.as_bytes(), state.as_bytes()).is_ok()
    }
}

/// Whether `path` leads to a page of this site and to no other: one leading `/`, and nothing that browsers strip or
/// read otherwise.
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
        let flight = Flight::begin("sample", &tenant, "/".into(), Timestamp::from_micros(0));
        let other = Flight::begin("sample", &tenant, "/".into(), Timestamp::from_micros(0));
        assert!(flight.is_of("sample", &flight.state));
        assert!(!flight.is_of("sample", &other.state) && !flight.is_of("other", &flight.state));
        assert_ne!((flight.nonce, flight.verifier), (other.nonce, other.verifier));
    }

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
        let tenant = TenantId::stored("hyderabad");
        let mut flight = Flight::begin("sample", &tenant, "/".into(), Timestamp::from_micros(0));
        flight.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into();
        assert_eq!(flight.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
