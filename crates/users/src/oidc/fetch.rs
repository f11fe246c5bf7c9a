//! Calls to a provider: never redirected, never waited for long, never read further than an honest answer goes.

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;

use super::{OidcError, ProviderError, ProviderSettings};

/// Discovery documents and key sets of large providers are below 20 KiB.
const MOST: usize = 256 * 1024;

/// A client for one provider.
pub fn client(settings: &ProviderSettings) -> Result<Client, ProviderError> {
    if !is_safe(&settings.issuer) {
        return Err(ProviderError::Issuer(settings.issuer.clone()));
    }
    let client = Client::builder()
        .timeout(settings.timeout)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .build();
    client.map_err(|_| ProviderError::Client)
}

/// `https`, or this machine.
pub fn is_safe(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        url.scheme() == "https" || (url.scheme() == "http" && here)
    })
}

fn unavailable(error: &reqwest::Error) -> OidcError {
    // Without the address, which may hold a code.
    let what = if error.is_timeout() { "it takes too long" } else { "the connection failed" };
    OidcError::Unavailable(what.into())
}

/// The JSON of an answer, with its status.
pub async fn json<T: DeserializeOwned>(
    request: RequestBuilder,
) -> Result<(StatusCode, Option<T>), OidcError> {
    let mut response = request.send().await.map_err(|error| unavailable(&error))?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unavailable(&error))? {
        if body.len() + chunk.len() > MOST {
            return Err(OidcError::Unavailable("its answer is too large".into()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, serde_json::from_slice(&body).ok()))
}
