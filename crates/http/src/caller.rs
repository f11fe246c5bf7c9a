//! Identifies the caller. The identity comes from a verified token only.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::request::Parts;
use domain::user::Role;
use domain::{Actor, Metadata, Personal, SessionId, TenantId, UserId};

use crate::api_keys::ActiveApiKey;
use crate::app_context::AppContext;
use crate::failure::Failure;
use crate::host::Host;
use crate::network::Network;
use crate::tokens::{Claims, INTERNAL, TokenError};

/// The id that links everything a request causes.
#[derive(Clone, Debug)]
pub struct CorrelationId(pub Arc<str>);

/// A caller with a verified token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub user: UserId,
    /// Their session.
    pub session: SessionId,
    /// Their role.
    pub role: Role,
    /// True if this is another of our services, not a person.
    pub service: bool,
    /// True if this is a partner's program. Its API key stands for the person, and there is no session.
    pub api_key: bool,
}

/// The caller, within their tenant. As an extractor it rejects an invalid token; [`Visitor`] ignores the token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The tenant from the token, or else from the host name.
    pub tenant: TenantId,
    /// The person, if signed in.
    pub signed_in: Option<SignedIn>,
    /// The client's address.
    pub address: Option<String>,
    /// The client's user agent.
    pub user_agent: Option<String>,
    /// See [`CorrelationId`].
    pub correlation: Arc<str>,
}

impl Caller {
    /// Identifies the sender of `parts`.
    ///
    /// # Errors
    /// 401 if there is a token and it is invalid.
    pub fn identify(context: &AppContext, parts: &Parts) -> Result<Self, Failure> {
        let visitor = Self::visitor(context, parts);
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(visitor);
        }
        let claims =
            bearer(&parts.headers).map_or(Err(TokenError::Invalid), |token| context.tokens.verify(token));
        let claims = claims.map_err(|error| Failure::unauthenticated(&error.to_string()))?;
        claims.belong_to(site(context, parts))?;
        let service = claims.aud == INTERNAL;
        let (user, session, role) = (claims.sub, claims.sid, claims.role);
        let signed_in = SignedIn { user, session, role, service, api_key: false };
        Ok(Self { tenant: claims.tid, signed_in: Some(signed_in), ..visitor })
    }

    /// The partner's program that sends `parts` with the API key `key`, acting in `role`. Whether the key allows the
    /// operation is decided before.
    ///
    /// # Errors
    /// 401 at the host of another tenant.
    pub fn of_api_key(
        context: &AppContext,
        parts: &Parts,
        key: &ActiveApiKey,
        role: Role,
    ) -> Result<Self, Failure> {
        if site(context, parts).is_some_and(|tenant| *tenant != key.tenant) {
            return Err(Failure::unauthenticated("the API key belongs to another site"));
        }
        let (user, session) = (key.id.uuid().into(), SessionId::nil());
        let signed_in = SignedIn { user, session, role, service: false, api_key: true };
        let tenant = key.tenant.clone();
        Ok(Self { tenant, signed_in: Some(signed_in), ..Self::visitor(context, parts) })
    }

    fn visitor(context: &AppContext, parts: &Parts) -> Self {
        let tenant = site(context, parts).unwrap_or(context.tenants.default_id()).clone();
        let address = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip().to_canonical().to_string());
        let user_agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        let user_agent = user_agent.map(|agent| agent.chars().take(300).collect());
        let correlation =
            parts.extensions.get::<CorrelationId>().map_or_else(|| "-".into(), |id| id.0.clone());
        Self { tenant, signed_in: None, address, user_agent, correlation }
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// 401 if nobody is signed in, 403 for another service.
    pub fn person(&self) -> Result<SignedIn, Failure> {
        match self.signed_in {
            Some(person) if !person.service => Ok(person),
            Some(_) => Err(Failure::forbidden("services may not do this")),
            None => Err(Failure::unauthenticated("sign in first")),
        }
    }

    /// The person, if there is one.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.signed_in.filter(|s| !s.service).map(|s| s.user)
    }

    /// Whether a partner's program calls. What it reads is nobody's look or search: it is in no history and no count.
    #[must_use]
    pub fn is_program(&self) -> bool {
        self.signed_in.is_some_and(|signed_in| signed_in.api_key)
    }

    /// The client's network, as used for limits.
    #[must_use]
    pub fn network(&self) -> Option<Network> {
        self.address.as_deref().and_then(Network::of_text)
    }

    /// The actor for the journal. Address and user agent are kept for signed-in people only, as their personal data.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let user = self.user();
        let personal = |value: &Option<String>| Some(Personal::of(user?, value.clone()?));
        Actor {
            tenant: self.tenant.clone(),
            user,
            metadata: Metadata {
                ip_address: personal(&self.address),
                user_agent: personal(&self.user_agent),
                session_id: self.signed_in.filter(|s| !s.service && !s.api_key).map(|s| s.session),
                correlation_id: Some(self.correlation.to_string()),
                causation_id: None,
            },
        }
    }

    /// The same request, now made by `user` in `session`. Used at the moment of signing in.
    #[must_use]
    pub fn becomes(&self, user: UserId, session: SessionId, role: Role) -> Self {
        let signed_in = SignedIn { user, session, role, service: false, api_key: false };
        Self { signed_in: Some(signed_in), ..self.clone() }
    }
}

impl Claims {
    /// Rejects a token at the host name of a tenant other than its own.
    fn belong_to(&self, site: Option<&TenantId>) -> Result<(), Failure> {
        if site.is_some_and(|tenant| *tenant != self.tid) {
            return Err(Failure::unauthenticated("the access token belongs to another site"));
        }
        Ok(())
    }

    /// The claims of a person's token, however the request carries it.
    ///
    /// # Errors
    /// 401 if it is invalid or belongs to another tenant's host, 403 if it is a service's.
    pub fn of_person(context: &AppContext, parts: &Parts, token: &str) -> Result<Self, Failure> {
        let claims = context.tokens.verify(token);
        let claims = claims.map_err(|error| Failure::unauthenticated(&error.to_string()))?;
        claims.belong_to(site(context, parts))?;
        if claims.aud == INTERNAL {
            return Err(Failure::forbidden("services may not do this"));
        }
        Ok(claims)
    }
}

/// The tenant whose host name the request was sent to.
fn site<'a>(context: &'a AppContext, parts: &Parts) -> Option<&'a TenantId> {
    context.tenants.by_host(Host::of(&parts.headers)?.name())
}

/// The token of `Authorization: Bearer …`. The scheme is case-insensitive (RFC 9110, 11.1).
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

impl<S: Sync> FromRequestParts<S> for Caller
where
    AppContext: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        Self::identify(&AppContext::from_ref(state), parts)
    }
}

/// The caller without checking their token, for signing in while an old token is still being sent.
#[derive(Clone, Debug)]
pub struct Visitor(pub Caller);

impl<S: Sync> FromRequestParts<S> for Visitor
where
    AppContext: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, std::convert::Infallible> {
        Ok(Self(Caller::visitor(&AppContext::from_ref(state), parts)))
    }
}
