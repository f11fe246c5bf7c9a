//! HTTP calls to a provider, without redirects, through its circuit breaker and its time-out, and with a limit on the size
//! of the response.

use http_kit::CircuitBreaker;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;

use super::{OidcError, ProviderError, ProviderSettings};

/// Discovery documents and key sets of large providers are below 20 KiB.
const MOST: usize = 256 * 1024;

/// Creates the HTTP client for one provider.
pub fn client(settings: &ProviderSettings) -> Result<Client, ProviderError> {
    if !is_safe(&settings.issuer) {
        return Err(ProviderError::Issuer(settings.issuer.clone()));
    }
    let client = Client::builder().redirect(Policy::none()).retry(reqwest::retry::never()).build();
    client.map_err(|_| ProviderError::Client)
}

/// Whether `url` is `https`, or `http` on this machine.
pub fn is_safe(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        url.scheme() == "https" || (url.scheme() == "http" && here)
    })
}

fn unavailable(error: &reqwest::Error) -> OidcError {
    // The URL is left out, because it may contain a code.
    let what = if error.is_connect() { "it was not reached" } else { "the connection failed" };
    OidcError::Unavailable(what.into())
}

/// Sends a request and returns the status and the JSON body, if it can be parsed.
pub async fn json<T: DeserializeOwned>(
    breaker: &CircuitBreaker,
    request: RequestBuilder,
) -> Result<(StatusCode, Option<T>), OidcError> {
    let permit = breaker.admit().map_err(|_| OidcError::Unavailable("it did not a moment ago".into()))?;
    let answer = permit.in_time(received(request)).await;
    let answer = answer.unwrap_or_else(|_| Err(OidcError::Unavailable("it takes too long".into())));
    match &answer {
        Ok((status, _)) if !status.is_server_error() && *status != StatusCode::TOO_MANY_REQUESTS => {
            permit.succeeded();
        }
        Ok(_) | Err(_) => permit.failed(None),
    }
    answer
}

async fn received<T: DeserializeOwned>(
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
