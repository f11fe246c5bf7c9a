//! The signed token in an e-mail that stops e-mails of its kind to its reader, without signing in (RFC 8058).
//!
//! It names a person and a kind, and is good for nothing else. It does not expire, because people find old e-mails, and
//! is the same in every e-mail of that kind.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::fields::Choice;
use domain::preferences::Kind;
use domain::{TenantId, UserId};
use journal::KeyRing;

use crate::site::MailSite;

/// The purpose bound into the token. The tokens of the other e-mails have purposes of their own.
const PURPOSE: &str = "stop-emails";

/// The links that stop e-mails of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopLinks {
    /// A page with a button. Opening it changes nothing.
    pub page: String,
    /// The address that mail programs post to.
    pub one_click: String,
    pub kind: Kind,
}

impl StopLinks {
    /// The links for e-mails of `kind` to `user`.
    pub fn of(keys: &KeyRing, site: &MailSite, tenant: &TenantId, user: UserId, kind: Kind) -> Self {
        let token = token(keys, tenant, user, kind);
        let to = |path: &str| site.page(&format!("{path}?token={token}"));
        Self { page: to("/unsubscribe"), one_click: to("/api/notifications/unsubscribe"), kind }
    }

    /// What the e-mails of this kind are about.
    pub fn about(&self) -> &'static str {
        match self.kind {
            Kind::Welcome => "greetings",
            Kind::PropertyAlert => "homes you look for",
            Kind::Lead => "enquiries",
            Kind::Visit => "visits",
            Kind::General => "other news",
        }
    }
}

fn token(keys: &KeyRing, tenant: &TenantId, user: UserId, kind: Kind) -> String {
    let word = kind.word();
    format!("{user}.{word}.{}", keys.mail_token(PURPOSE, tenant, user, word))
}

/// The person and the kind that a token of this tenant names.
pub fn read(keys: &KeyRing, tenant: &TenantId, given: &str) -> Option<(UserId, Kind)> {
    let mut parts = given.split('.');
    let user: UserId = parts.next()?.parse().ok()?;
    let kind = Kind::from_word(parts.next()?)?;
    let right = token(keys, tenant, user, kind);
    verify_slices_are_equal(right.as_bytes(), given.as_bytes()).ok().map(|()| (user, kind))
}
