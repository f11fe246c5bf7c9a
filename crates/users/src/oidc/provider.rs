//! One provider: its discovery document, its keys, and exchanging codes for ID tokens.

use std::str::FromStr as _;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::Timestamp;
use form_urlencoded::Serializer;
use http_kit::{CircuitBreaker, CircuitBreakers, MonotonicClock};
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::Jwk;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::auth_request::Flight;
use super::id_token::{self, Expected, Proven};
use super::{OidcError, ProviderError, ProviderSettings, fetch};

/// Seconds after which the discovery document and the keys are fetched again.
const FRESH: i64 = 3600;
/// Back-off in seconds before fetching again for an unknown key or after a failure.
const PAUSE: i64 = 10;

/// One provider; see the module documentation.
#[derive(Debug)]
pub struct Provider {
    settings: ProviderSettings,
    client: Client,
    breaker: CircuitBreaker,
    known: Mutex<CachedDiscovery>,
}

#[derive(Debug, Default)]
struct CachedDiscovery {
    about: Option<(Arc<About>, Timestamp)>,
    keys: Option<(Arc<Vec<Jwk>>, Timestamp)>,
    /// An answer that is of no use is no failed call to the circuit breaker, and must not be asked for at once again.
    failed_at: Option<Timestamp>,
}

/// The discovery document.
#[derive(Debug, Deserialize)]
struct About {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl About {
    /// The signing algorithms the provider states; RS256 when it states none.
    fn algorithms(&self) -> Vec<Algorithm> {
        let said = &self.id_token_signing_alg_values_supported;
        let all: Vec<_> = said.iter().filter_map(|name| Algorithm::from_str(name).ok()).collect();
        if said.is_empty() { vec![Algorithm::RS256] } else { all }
    }

    /// Whether the client secret goes into the body. It goes into the header unless the provider accepts only the
    /// body.
    fn secret_in_body(&self) -> bool {
        let methods = &self.token_endpoint_auth_methods_supported;
        let takes = |name: &str| methods.iter().any(|method| method == name);
        takes("client_secret_post") && !takes("client_secret_basic")
    }
}

#[derive(Deserialize)]
struct Redeemed {
    id_token: Option<String>,
}

impl Provider {
    pub(super) fn new(settings: ProviderSettings, breakers: &CircuitBreakers) -> Result<Self, ProviderError> {
        let client = fetch::client(&settings)?;
        let breaker = breakers.named(&format!("oidc-{}", settings.name), settings.timeout);
        Ok(Self { settings, client, breaker, known: Mutex::default() })
    }

    /// The address where a person signs in, for the attempt `auth_request`.
    pub(crate) async fn door(
        &self,
        auth_request: &Flight,
        redirect: &str,
        now: Timestamp,
    ) -> Result<String, OidcError> {
        let about = self.about(now).await?;
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", redirect)
            .append_pair("scope", "openid email profile")
            .append_pair("state", &auth_request.state)
            .append_pair("nonce", &auth_request.nonce)
            .append_pair("code_challenge", &auth_request.challenge())
            .append_pair("code_challenge_method", "S256")
            .finish();
        let mark = if about.authorization_endpoint.contains('?') { '&' } else { '?' };
        Ok(format!("{}{mark}{query}", about.authorization_endpoint))
    }

    /// Verifies who came back with `code` from `auth_request`. `issuer` is the issuer named in the redirect (RFC 9207).
    pub(crate) async fn prove(
        &self,
        auth_request: &Flight,
        code: &str,
        issuer: Option<&str>,
        redirect: &str,
        time: &MonotonicClock,
    ) -> Result<Proven, OidcError> {
        let now = time.now();
        let about = self.about(now).await?;
        let required = about.authorization_response_iss_parameter_supported;
        if issuer.is_some_and(|issuer| issuer != about.issuer) || (required && issuer.is_none()) {
            return Err(OidcError::Token("the provider that answered"));
        }
        let token = self.redeem(&about, auth_request, code, redirect).await?;
        let (algorithm, kid) = id_token::header(&token, &about.algorithms())?;
        let key = self.key(&about, algorithm, kid.as_deref(), now).await?;
        let issuer = &*about.issuer;
        let client_id = &*self.settings.client_id;
        // Compared with the provider's clock, so the wall clock is used here, not the monotonic one.
        let now = time.clock().now();
        id_token::verify(
            &token,
            &key,
            algorithm,
            &Expected { issuer, client_id, nonce: &auth_request.nonce, now },
        )
    }

    async fn redeem(
        &self,
        about: &About,
        auth_request: &Flight,
        code: &str,
        redirect: &str,
    ) -> Result<String, OidcError> {
        let request = self.redemption(about, auth_request, code, redirect);
        let (status, redeemed) = fetch::json::<Redeemed>(&self.breaker, request).await?;
        match (status, redeemed.and_then(|redeemed| redeemed.id_token)) {
            (StatusCode::OK, Some(token)) => Ok(token),
            (StatusCode::BAD_REQUEST, _) => Err(OidcError::CodeRefused),
            (status, _) => Err(OidcError::Unavailable(format!("it gives no ID token ({status})").into())),
        }
    }

    fn redemption(&self, about: &About, auth_request: &Flight, code: &str, redirect: &str) -> RequestBuilder {
        let request = self.client.post(&about.token_endpoint).header(ACCEPT, "application/json");
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", redirect)
            .append_pair("code_verifier", &auth_request.verifier);
        let id = &self.settings.client_id;
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        match &self.settings.client_secret {
            None => request.body(form.append_pair("client_id", id).finish()),
            Some(secret) if about.secret_in_body() => {
                let form = form.append_pair("client_id", id).append_pair("client_secret", secret);
                request.body(form.finish())
            }
            Some(secret) => {
                let pair = BASE64.encode(format!("{}:{}", encoded(id), encoded(secret)));
                request.header(AUTHORIZATION, format!("Basic {pair}")).body(form.finish())
            }
        }
    }

    /// The discovery document. It is fetched at most once at a time; concurrent callers wait for the same result.
    async fn about(&self, now: Timestamp) -> Result<Arc<About>, OidcError> {
        let mut known = self.known.lock().await;
        if let Some((about, at)) = &known.about
            && now < at.plus_seconds(FRESH)
        {
            return Ok(Arc::clone(about));
        }
        if known.failed_at.is_some_and(|at| now < at.plus_seconds(PAUSE)) {
            return Err(OidcError::Unavailable("it did not a moment ago".into()));
        }
        let asked = self.ask().await;
        known.failed_at = asked.is_err().then_some(now);
        let about = Arc::new(asked?);
        known.about = Some((Arc::clone(&about), now));
        Ok(about)
    }

    async fn ask(&self) -> Result<About, OidcError> {
        let issuer = &self.settings.issuer;
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let (status, about) = fetch::json::<About>(&self.breaker, self.client.get(url)).await?;
        let about = about.filter(|_| status == StatusCode::OK);
        let about =
            about.ok_or_else(|| OidcError::Unavailable(format!("no configuration ({status})").into()))?;
        let places = [&about.authorization_endpoint, &about.token_endpoint, &about.jwks_uri];
        if about.issuer != *issuer {
            return Err(OidcError::Unavailable("its configuration is of another issuer".into()));
        }
        if !places.into_iter().all(|place| fetch::is_safe(place)) {
            return Err(OidcError::Unavailable("its configuration names unsafe addresses".into()));
        }
        Ok(about)
    }

    /// The key that signed a token. For an unknown key id the keys are fetched again, because the provider may have a
    /// new key.
    async fn key(
        &self,
        about: &About,
        algorithm: Algorithm,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Result<Jwk, OidcError> {
        let mut known = self.known.lock().await;
        let found = |keys: &[Jwk]| {
            let mut fitting = keys.iter().filter(|key| id_token::fits(key, algorithm, kid));
            // Without a key id in the token, the key must be the only one that fits.
            fitting.next().filter(|_| kid.is_some() || fitting.next().is_none()).cloned()
        };
        if let Some((keys, at)) = &known.keys {
            match found(keys) {
                Some(key) if now < at.plus_seconds(FRESH) => return Ok(key),
                None if now < at.plus_seconds(PAUSE) => return Err(OidcError::Token("its key")),
                _ => {}
            }
        }
        let keys = Arc::new(self.keys(about).await?);
        known.keys = Some((Arc::clone(&keys), now));
        found(&keys).ok_or(OidcError::Token("its key"))
    }

    /// Fetches the keys; unknown kinds of keys are skipped.
    async fn keys(&self, about: &About) -> Result<Vec<Jwk>, OidcError> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let (status, set) = fetch::json::<Set>(&self.breaker, self.client.get(&about.jwks_uri)).await?;
        let set = set.filter(|_| status == StatusCode::OK);
        let set = set.ok_or_else(|| OidcError::Unavailable(format!("no keys ({status})").into()))?;
        Ok(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
    }
}
