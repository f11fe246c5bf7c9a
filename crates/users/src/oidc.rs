//! Signing in through a provider: OpenID Connect, authorization code with PKCE.
//!
//! ```text
//! begin -> 302 to the provider, flight in a cookie -> 302 back with a code -> the code for an ID token -> verified
//! ```
//! Nothing a provider or a browser says is believed but what its signed ID token says, for this very flight.

mod auth_request;
mod fetch;
mod id_token;
mod provider;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{TenantId, Timestamp};

use crate::sessions::{Fingerprint, fingerprint};
pub use auth_request::{Flight, LIFE, is_local};
pub use id_token::Proven;
pub use provider::Provider;

/// A provider, as the settings say it.
#[derive(Clone)]
pub struct ProviderSettings {
    /// In addresses and events, such as `google`.
    pub name: String,
    /// For people.
    pub label: String,
    /// Exactly as the provider writes it in its tokens.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// Our secret there; a public client has none.
    pub client_secret: Option<String>,
    /// For each call.
    pub timeout: Duration,
}

impl std::fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProviderSettings({}, {})", self.name, self.issuer)
    }
}

/// Why somebody did not get in by a provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The provider does not answer, or not as one.
    #[error("the provider does not answer: {0}")]
    Unavailable(String),
    /// The provider did not take the code.
    #[error("the provider did not take the code")]
    CodeRefused,
    /// What the provider gave does not hold.
    #[error("the ID token does not hold: {0}")]
    Token(&'static str),
}

/// A provider cannot be spoken to as the settings say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// Not `https://…`, and not this machine.
    #[error("the issuer {0} must begin with https://")]
    Issuer(String),
    /// The HTTP client cannot be made.
    #[error("the machine's certificates cannot be read")]
    Client,
}

/// All providers, where they send people back to, and which flights are over.
#[derive(Debug, Default)]
pub struct Providers {
    all: BTreeMap<String, Provider>,
    /// The public address of each tenant, without a slash at the end.
    sites: BTreeMap<TenantId, String>,
    landed: Mutex<HashMap<Fingerprint, Timestamp>>,
}

impl Providers {
    /// Those of the settings; `sites` are the public addresses of all tenants.
    ///
    /// # Errors
    /// When one of them cannot be spoken to.
    pub fn new(
        all: Vec<ProviderSettings>,
        sites: BTreeMap<TenantId, String>,
    ) -> Result<Arc<Self>, ProviderError> {
        let open = |settings: ProviderSettings| Ok((settings.name.clone(), Provider::new(settings)?));
        let all = all.into_iter().map(open).collect::<Result<_, _>>()?;
        Ok(Arc::new(Self { all, sites, landed: Mutex::default() }))
    }

    /// The provider of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Provider> {
        self.all.get(name)
    }

    /// Where `provider` sends the people of `tenant` back to.
    pub(crate) fn redirect(&self, tenant: &TenantId, provider: &str) -> Option<String> {
        Some(format!("{}/api/auth/oidc/{provider}/callback", self.sites.get(tenant)?))
    }

    /// Whether the pages are reached by HTTPS.
    pub(crate) fn is_secure(&self, tenant: &TenantId) -> bool {
        self.sites.get(tenant).is_some_and(|site| site.starts_with("https://"))
    }

    /// Ends a flight; false when it had ended before.
    pub(crate) fn lands(&self, flight: &Flight, now: Timestamp) -> bool {
        let mut landed = self.landed.lock().unwrap_or_else(PoisonError::into_inner);
        landed.retain(|_, until| *until > now);
        landed.insert(fingerprint(&flight.state), flight.until).is_none()
    }
}
