//! Requests with an API key: what each scope lets a key do. A key may do nothing that is not listed here.

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use domain::api_key::ApiKeyScope;
use domain::user::Role;
use http_kit::{API_KEY_PREFIX, ApiKeyError, Caller, Failure, bearer};

use crate::Gateway;
use crate::arrival::address;
use crate::limits::Allowance;

/// The header for programs that cannot send `Authorization`.
const HEADER: &str = "x-api-key";

/// An operation that a scope allows.
struct Allowed {
    scope: ApiKeyScope,
    method: Method,
    route: &'static str,
}

const fn allowed(scope: ApiKeyScope, method: Method, route: &'static str) -> Allowed {
    Allowed { scope, method, route }
}

static OPERATIONS: [Allowed; 25] = [
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/properties"),
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/properties/featured"),
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/properties/recent"),
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/properties/search"),
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/properties/{id}"),
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/properties/{id}/similar"),
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/search/properties"),
    allowed(ApiKeyScope::ListingsRead, Method::POST, "/api/search/properties"),
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/market/areas"),
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/market/areas/{slug}"),
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/market/properties/{id}"),
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/market/value"),
    allowed(ApiKeyScope::ListingsRead, Method::GET, "/api/market/costs"),
    allowed(ApiKeyScope::ProductsRead, Method::GET, "/api/v1/products"),
    allowed(ApiKeyScope::ProductsRead, Method::GET, "/api/v1/products/search"),
    allowed(ApiKeyScope::ProductsRead, Method::GET, "/api/v1/products/categories"),
    allowed(ApiKeyScope::ProductsRead, Method::GET, "/api/v1/products/popular"),
    allowed(ApiKeyScope::ProductsRead, Method::GET, "/api/v1/products/autocomplete"),
    allowed(ApiKeyScope::ProductsRead, Method::GET, "/api/v1/products/{id}"),
    allowed(ApiKeyScope::ProductsRead, Method::GET, "/api/v1/products/{id}/related"),
    allowed(ApiKeyScope::ProductsWrite, Method::POST, "/api/v1/products"),
    allowed(ApiKeyScope::ProductsWrite, Method::PUT, "/api/v1/products/{id}"),
    allowed(ApiKeyScope::ProductsWrite, Method::PATCH, "/api/v1/products/{id}"),
    allowed(ApiKeyScope::ProductsWrite, Method::DELETE, "/api/v1/products/{id}"),
    allowed(ApiKeyScope::EventsRead, Method::GET, "/api/v1/admin/events"),
];

/// The method and route of each operation that some scope allows.
pub fn api_key_operations() -> impl Iterator<Item = (&'static str, &'static str)> {
    OPERATIONS.iter().map(|one| (one.method.as_str(), one.route))
}

/// The role that a key acts in, for the operations of a scope and no others.
const fn role(scope: ApiKeyScope) -> Role {
    match scope {
        ApiKeyScope::ListingsRead | ApiKeyScope::ProductsRead => Role::User,
        ApiKeyScope::ProductsWrite | ApiKeyScope::EventsRead => Role::Admin,
    }
}

/// The API key that a request carries, if it carries one. A token in `Authorization` goes before `X-Api-Key`.
pub fn presented(headers: &HeaderMap) -> Option<&str> {
    match bearer(headers) {
        Some(token) => token.starts_with(API_KEY_PREFIX).then_some(token),
        None => headers.get(HEADER)?.to_str().ok(),
    }
}

/// The caller that the key `text` is, if it may do this, and its rate limit allows it.
///
/// # Errors
/// 401 for a key that is not valid, which counts for its address; 403 beyond its scopes, 429 beyond its limit.
pub fn admit(
    gateway: &Gateway,
    route: &str,
    parts: &Parts,
    text: &str,
    allowance: &mut Allowance,
) -> Result<Caller, Failure> {
    let now = gateway.context.aggregates.clock().now();
    let key = gateway.context.api_keys.verify(text, now);
    if let (Err(_), Some(address)) = (&key, address(parts)) {
        gateway.limits.anonymous(address, allowance)?;
    }
    let key = key.map_err(|error| match error {
        ApiKeyError::Invalid | ApiKeyError::Expired => Failure::unauthenticated(&error.to_string()),
        ApiKeyError::NotRead => Failure::unavailable(&error),
    })?;
    gateway.limits.api_key(key.id, key.grant.requests_per_minute, allowance)?;
    let matches = |one: &&Allowed| one.method == parts.method && one.route == route;
    let scope =
        OPERATIONS.iter().filter(matches).map(|one| one.scope).find(|scope| key.grant.scopes.contains(scope));
    let scope = scope.ok_or_else(|| Failure::forbidden("no scope of the API key allows this"))?;
    Caller::of_api_key(&gateway.context, parts, &key, role(scope))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_key_is_found_in_either_header_and_a_token_goes_first() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            headers
        };
        for (given, found) in [
            (&[][..], None),
            (&[("authorization", "Bearer hydk_1")], Some("hydk_1")),
            (&[("authorization", "bearer eyJ")], None),
            (&[("x-api-key", "hydk_2")], Some("hydk_2")),
            (&[("x-api-key", "anything")], Some("anything")),
            (&[("authorization", "Bearer eyJ"), ("x-api-key", "hydk_2")], None),
        ] {
            assert_eq!(presented(&headers(given)), found, "{given:?}");
        }
    }
}
