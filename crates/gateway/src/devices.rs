//! Browsers that signed in to an account before. Each keeps a cookie, which says to nobody but us whose it is; strangers who
//! guess at the account do not hold them up.
//!
//! Nothing is kept here: the cookie is a random text and a code of it for the account, made with a key of ours.

use std::hint::black_box;

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::uri::Scheme;
use axum::http::{HeaderMap, HeaderValue};
use domain::{TenantId, UserId};
use http_kit::AppContext;

const NAME: &str = "hyd_device";
/// In front of it under https: no other host of the domain can set such a cookie.
const OF_THIS_HOST: &str = "__Host-";
const YEAR: u64 = 365 * 24 * 3600;
/// Of mail tokens, which are made with the same key, none has this purpose.
const PURPOSE: &str = "device";

/// A browser's name in the limits: random, and told only with its code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Device(String);

impl Device {
    /// The browser that sent `headers`, if it signed in to this account before.
    pub fn known(context: &AppContext, headers: &HeaderMap, tenant: &TenantId, user: UserId) -> Option<Self> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, cookie) = pairs.find(|(name, _)| name.strip_prefix(OF_THIS_HOST).unwrap_or(name) == NAME)?;
        let (random, code) = cookie.split_once('.').filter(|(random, _)| random.len() <= 64)?;
        let right = context.aggregates.keys().mail_token(PURPOSE, tenant, user, random);
        same(right.as_bytes(), code.as_bytes()).then(|| Self(random.to_owned()))
    }

    /// A browser that signs in for the first time.
    pub fn fresh() -> Self {
        Self(format!("{:016x}{:016x}", rand::random::<u64>(), rand::random::<u64>()))
    }

    /// Has the browser keep it.
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

/// Takes the same time wherever two texts of one length differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && black_box(a.iter().zip(b).fold(0, |seen, (x, y)| black_box(seen | (x ^ y)))) == 0
}
