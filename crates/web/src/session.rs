//! The middleware around every page: it rejects forged forms, renews an expired sign-in once, and turns every failure
//! into a page.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::Arc;

use crate::Site;
use crate::api::{ApiError, Call, Tokens};
use crate::cookies::{self, ACCESS, CSRF, CSRF_LIFE, Cookie, FLASH, REFRESH, REFRESH_LIFE};
use crate::csrf::{self, Forged, Token};
use crate::failure::{self, Failure};
use crate::form::Form;
use crate::next_path::NextPath;
use crate::sent_files;
use crate::visit::{Visit, see_other};
use crate::welcome::Welcome;

/// The largest form accepted. The longest real one is a listing with its description.
const LARGEST_FORM: usize = 64 * 1024;
/// The page that takes sheets of homes.
pub(crate) const IMPORT: &str = "/dashboard/import";
/// The stream of what the person does, for open pages. It shows no message and no panel.
pub(crate) const STREAM: &str = "/dashboard/stream";
/// The largest form with a sheet of homes, for people who are signed in.
const LARGEST_SHEET: usize = 4 * 1024 * 1024;

enum Renewal {
    NotTried,
    Renewed(Tokens),
    Refused,
}

pub(crate) async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let reads = parts.method == Method::GET || parts.method == Method::HEAD;
    let mut visit = Visit::arriving(site, &parts);
    let sent = cookies::read(&parts.headers, CSRF, visit.secure()).and_then(Token::parse);
    let sheet = (visit.signed_in() || visit.refresh.is_some()) && parts.uri.path() == IMPORT;
    let largest = if sheet { LARGEST_SHEET } else { LARGEST_FORM };
    let accepted = accept(parts, (body, largest), reads, sent.as_ref()).await;
    // A POST renews the sign-in only if this site's own page sent the form, as far as the browser tells.
    let renewal = if accepted.is_ok() { renew(&mut visit).await } else { Renewal::NotTried };
    let (fresh, accepted) = match bind(&mut visit, sent) {
        Ok(false) => (false, accepted),
        // A form of another session is refused in this one.
        Ok(true) => {
            (true, accepted.and_then(|it| if reads { Ok(it) } else { Err(Failure::Forged(Forged::NoToken)) }))
        }
        Err(error) => {
            tracing::error!(%error, "no randomness for a form token");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let response = match accepted {
        Ok(mut request) => {
            if request.method() == Method::GET && request.uri().path() != STREAM {
                visit.welcome = Box::pin(Welcome::load(&visit)).await.map(Arc::new);
            }
            request.extensions_mut().insert(visit.clone());
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    };
    let mut response = match response.extensions().get::<Failure>().cloned() {
        Some(Failure::SignedOut) => signed_out(&visit, reads, &renewal),
        Some(failure) => failure::page(&visit, &failure),
        None => response,
    };
    settle_cookies(&visit, &renewal, fresh, &mut response);
    settle_headers(&visit, reads, response.headers_mut());
    response
}

/// Gives the visit the CSRF token that was sent, or a new one if that belongs to another session. Returns whether it
/// is new.
fn bind(visit: &mut Visit, sent: Option<Token>) -> Result<bool, rand::rngs::SysError> {
    let session = visit.session();
    let fits = |token: &Token| session.as_ref().is_none_or(|session| visit.maker().made(token, session));
    let (token, fresh) = match sent.filter(fits) {
        Some(token) => (token, false),
        None => (visit.maker().token(session.as_deref().unwrap_or_default())?, true),
    };
    visit.csrf_field = token.masked()?;
    visit.csrf = Some(token);
    Ok(fresh)
}

/// Accepts a reading request, and a writing one with a valid token, whose fields are passed on as [`Form`].
async fn accept(
    parts: Parts,
    (body, largest): (Body, usize),
    reads: bool,
    token: Option<&Token>,
) -> Result<Request, Failure> {
    if reads {
        return Ok(Request::from_parts(parts, body));
    }
    if sent_files::is_form(&parts.headers) {
        // The files themselves are passed on, piece by piece.
        let (found, body) = sent_files::token(&parts.headers, body).await;
        csrf::check(&parts.headers, token, found.as_deref()).map_err(Failure::Forged)?;
        let mut request = Request::from_parts(parts, body);
        request.extensions_mut().insert(Form::default());
        return Ok(request);
    }
    let encoded = to_bytes(body, largest).await.map_err(|_| Failure::TooLarge)?;
    let form = Form::parse(&encoded);
    csrf::check(&parts.headers, token, form.get("_csrf")).map_err(Failure::Forged)?;
    let mut request = Request::from_parts(parts, Body::empty());
    request.extensions_mut().insert(form);
    Ok(request)
}

/// Renews the sign-in. The access cookie expires a little before its token; the refresh token is then exchanged for a
/// new pair.
async fn renew(visit: &mut Visit) -> Renewal {
    let (None, Some(refresh)) = (&visit.access, &visit.refresh) else { return Renewal::NotTried };
    let call = Call::post("/api/auth/refresh", json!({ "refreshToken": refresh }));
    match visit.ask::<Tokens>(call).await {
        Ok(tokens) => {
            visit.access = Some(tokens.access_token.clone());
            visit.refresh = Some(tokens.refresh_token.clone());
            Renewal::Renewed(tokens)
        }
        Err(ApiError::Refused(refusal))
            if refusal.status.is_client_error() && refusal.status != StatusCode::TOO_MANY_REQUESTS =>
        {
            visit.refresh = None;
            Renewal::Refused
        }
        Err(error) => {
            tracing::warn!(%error, "a sign-in could not be renewed");
            Renewal::NotTried
        }
    }
}

/// The redirect for somebody signed out. A refused access token is dropped and the page loaded again, which renews
/// the sign-in or shows the page signed out. Without an access token it leads to the sign-in page. Each step drops a
/// cookie, so the redirects end.
fn signed_out(visit: &Visit, reads: bool, renewal: &Renewal) -> Response {
    let here = if reads { visit.here() } else { visit.came_from().cloned() };
    let next = here.or_else(|| NextPath::parse("/dashboard"));
    let to = match next {
        Some(next) if reads && visit.signed_in() => next.to_string(),
        Some(next) => next.by_way_of_sign_in(),
        None => "/sign-in".to_owned(),
    };
    let mut response = see_other(&to);
    if visit.signed_in() {
        Cookie::removal(ACCESS).set(response.headers_mut(), visit.secure());
        if visit.refresh.is_none() || matches!(renewal, Renewal::Renewed(_)) {
            Cookie::removal(REFRESH).set(response.headers_mut(), visit.secure());
        }
    }
    response
}

/// Sets the remaining cookies. Cookies that the handler itself set or removed are left alone.
fn settle_cookies(visit: &Visit, renewal: &Renewal, fresh: bool, response: &mut Response) {
    let headers = response.headers_mut();
    // A message is shown by a page, and by nothing else.
    let shown = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let decided = cookies::is_set(headers, ACCESS);
    match renewal {
        Renewal::Renewed(tokens) if !decided => keep(headers, tokens, visit.secure()),
        Renewal::Refused if !decided => forget(headers, visit.secure()),
        _ => {}
    }
    if let Some(token) = visit.csrf.as_ref().filter(|_| fresh) {
        let cookie = Cookie { name: CSRF, value: token.as_str(), max_age: CSRF_LIFE, strict: true };
        cookie.set(headers, visit.secure());
    }
    if shown && visit.flash.is_some() && !cookies::is_set(headers, FLASH) {
        Cookie::removal(FLASH).set(headers, visit.secure());
    }
}

fn settle_headers(visit: &Visit, reads: bool, headers: &mut HeaderMap) {
    // On a shared machine, the Back button must not show a page of somebody who was signed in.
    let caching = if visit.signed_in() || !reads { "no-store" } else { "private, no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(VARY, HeaderValue::from_static("Cookie"));
    // Addresses with a reset token are not sent to other sites; the `Origin` of this site's own forms stays complete.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}

/// Signs this browser in.
pub(crate) fn keep(headers: &mut HeaderMap, tokens: &Tokens, secure: bool) {
    let margin = (tokens.expires_in / 10).min(30);
    let access = Cookie {
        name: ACCESS,
        value: &tokens.access_token,
        max_age: tokens.expires_in - margin,
        strict: false,
    };
    let refresh =
        Cookie { name: REFRESH, value: &tokens.refresh_token, max_age: REFRESH_LIFE, strict: false };
    access.set(headers, secure);
    refresh.set(headers, secure);
}

/// Signs this browser out.
pub(crate) fn forget(headers: &mut HeaderMap, secure: bool) {
    Cookie::removal(ACCESS).set(headers, secure);
    Cookie::removal(REFRESH).set(headers, secure);
}
