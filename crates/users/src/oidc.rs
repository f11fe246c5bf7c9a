//! Signing in through a provider: OpenID Connect, authorization code flow with PKCE.
//!
//! ```text
//! begin -> 302 to the provider, flight in a cookie -> 302 back with a code -> the code for an ID token -> verified
//! ```
//! Only the signed ID token is trusted, and only for the sign-in attempt it was issued for.

mod auth_request;
mod fetch;
mod id_token;
mod provider;

use journal::ErrorCause;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{TenantId, Timestamp};
use http_kit::CircuitBreakers;

use crate::sessions::{Fingerprint, fingerprint};
pub use auth_request::{Flight, LIFE, is_local};
pub use id_token::Proven;
pub use provider::Provider;

/// The settings of a provider.
#[derive(Clone)]
pub struct ProviderSettings {
    /// The name in URLs and events, such as `google`.
    pub name: String,
    /// The name shown to people.
    pub label: String,
    /// The issuer, exactly as the provider writes it in its tokens.
    pub issuer: String,
    /// Our client id at the provider.
    pub client_id: String,
    /// Our client secret; a public client has none.
    pub client_secret: Option<String>,
    /// The timeout of each call.
    pub timeout: Duration,
}

impl std::fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProviderSettings({}, {})", self.name, self.issuer)
    }
}

/// Why a sign-in through a provider failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OidcError {
    /// The provider does not respond, or not with a valid response.
    #[error("the provider does not answer: {0}")]
    Unavailable(#[source] ErrorCause),
    /// The provider rejected the code.
    #[error("the provider did not take the code")]
    CodeRefused,
    /// The ID token is invalid.
    #[error("the ID token does not hold: {0}")]
    Token(&'static str),
}

/// A provider's settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The issuer is neither `https://…` nor on this machine.
    #[error("the issuer {0} must begin with https://")]
    Issuer(String),
    /// The HTTP client cannot be created.
    #[error("the machine's certificates cannot be read")]
    Client,
}

/// All providers, the addresses they redirect back to, and the sign-in attempts that have ended.
#[derive(Debug, Default)]
pub struct Providers {
    all: BTreeMap<String, Provider>,
    /// The public address of each tenant, without a trailing slash.
    sites: BTreeMap<TenantId, String>,
    landed: Mutex<HashMap<Fingerprint, Timestamp>>,
}

impl Providers {
    /// The providers of the settings. `sites` holds the public addresses of all tenants.
    /// Each provider is called through a circuit breaker of its own.
    ///
    /// # Errors
    /// When the settings of one cannot be used.
    pub fn new(
        all: Vec<ProviderSettings>,
        sites: BTreeMap<TenantId, String>,
        breakers: &CircuitBreakers,
    ) -> Result<Arc<Self>, ProviderError> {
        let open =
            |settings: ProviderSettings| Ok((settings.name.clone(), Provider::new(settings, breakers)?));
        let all = all.into_iter().map(open).collect::<Result<_, _>>()?;
        Ok(Arc::new(Self { all, sites, landed: Mutex::default() }))
    }

    /// The provider of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Provider> {
        self.all.get(name)
    }

    /// The address that `provider` redirects the people of `tenant` back to.
    pub(crate) fn redirect(&self, tenant: &TenantId, provider: &str) -> Option<String> {
        Some(format!("{}/api/auth/oidc/{provider}/callback", self.sites.get(tenant)?))
    }

    /// Whether the pages are reached over HTTPS.
    pub(crate) fn is_secure(&self, tenant: &TenantId) -> bool {
        self.sites.get(tenant).is_some_and(|site| site.starts_with("https://"))
    }

    /// Ends a sign-in attempt. Returns false when it had already ended.
    pub(crate) fn lands(&self, auth_request: &Flight, now: Timestamp) -> bool {
        let mut landed = self.landed.lock().unwrap_or_else(PoisonError::into_inner);
        landed.retain(|_, until| *until > now);
        landed.insert(fingerprint(&auth_request.state), auth_request.until).is_none()
    }
}
