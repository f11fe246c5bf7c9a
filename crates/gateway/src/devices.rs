//! Recognises browsers that signed in to an account before. Each keeps a cookie that only this server can link to an
//! account. Strangers who guess passwords of the account do not use up the rate limit of these browsers.
//!
//! Nothing is stored on the server. The cookie holds a random text and an authentication code over that text and the
//! account, made with our key.

use std::hint::black_box;

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::uri::Scheme;
use axum::http::{HeaderMap, HeaderValue};
use domain::{TenantId, UserId};
use http_kit::AppContext;

const NAME: &str = "hyd_device";
/// Cookie name prefix used under HTTPS: no other host of the domain can set a cookie with it.
const OF_THIS_HOST: &str = "__Host-";
/// Cookies of the name that are looked at.
const COOKIES: usize = 8;
const YEAR: u64 = 365 * 24 * 3600;
/// The purpose bound into the code. Mail tokens use the same key but never this purpose.
const PURPOSE: &str = "device";

/// The random name of a browser in the rate limits. It is only accepted together with a valid code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Device(String);

impl Device {
    /// The browser that sent `headers`, if it signed in to this account before.
    pub fn known(context: &AppContext, headers: &HeaderMap, tenant: &TenantId, user: UserId) -> Option<Self> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let ours = pairs.filter(|(name, _)| name.strip_prefix(OF_THIS_HOST).unwrap_or(name) == NAME);
        // Another host of the domain may have set a cookie of this name: it must not hide ours.
        ours.take(COOKIES).find_map(|(_, cookie)| {
            let (random, code) = cookie.split_once('.').filter(|(random, _)| random.len() <= 64)?;
            let right = context.aggregates.keys().mail_token(PURPOSE, tenant, user, random);
            same(right.as_bytes(), code.as_bytes()).then(|| Self(random.to_owned()))
        })
    }

    /// A browser that signs in for the first time.
    pub fn fresh() -> Self {
        Self(format!("{:016x}{:016x}", rand::random::<u64>(), rand::random::<u64>()))
    }

    /// Adds the cookie to the response headers.
    pub fn keep(
        &self,
        context: &AppContext,
        headers: &mut HeaderMap,
        (tenant, user): (&TenantId, UserId),
        scheme: Option<&Scheme>,
    ) {
        let code = context.aggregates.keys().mail_token(PURPOSE, tenant, user, &self.0);
        let https = scheme == Some(&Scheme::HTTPS);
        let (host, secure) = if https { (OF_THIS_HOST, "; Secure") } else { ("", "") };
        let random = &self.0;
        let line = format!(
            "{host}{NAME}={random}.{code}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Strict{secure}"
        );
        if let Ok(line) = HeaderValue::try_from(line) {
            headers.append(SET_COOKIE, line);
        }
    }
}

/// Compares in constant time: for texts of equal length, the time does not depend on where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && black_box(a.iter().zip(b).fold(0, |seen, (x, y)| black_box(seen | (x ^ y)))) == 0
}
