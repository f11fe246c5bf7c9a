//! Protects forms against CSRF: checks where a POST comes from, and the token that it must repeat.

use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRng as _;
use rand::rngs::SysRng;
use std::hint::black_box;
use thiserror::Error;

/// The length of a token: 16 random bytes and a 32-byte MAC, in base64url.
const LENGTH: usize = 64;
const NONCE: usize = 16;

/// A CSRF token, sent in the cookie and in the hidden `_csrf` field of every form. It consists of random bytes and a
/// MAC that binds them to a session. A token that another host of the domain puts into the cookie therefore does not
/// fit the session here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

/// Makes and verifies tokens, with a secret key.
#[derive(Clone)]
pub(crate) struct Maker(hmac::Key);

impl std::fmt::Debug for Maker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Maker")
    }
}

impl Maker {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    fn mac(&self, nonce: &[u8], session: &str) -> hmac::Tag {
        hmac::sign(&self.0, &[nonce, session.as_bytes()].concat())
    }

    /// Makes a token for `session`; an empty `session` stands for a visitor who is not signed in. Fails only if the
    /// operating system provides no randomness.
    pub(crate) fn token(&self, session: &str) -> Result<Token, rand::rngs::SysError> {
        let mut nonce = [0; NONCE];
        SysRng.try_fill_bytes(&mut nonce)?;
        let mac = self.mac(&nonce, session);
        Ok(Token(URL_SAFE_NO_PAD.encode([&nonce[..], mac.as_ref()].concat())))
    }

    /// Whether `token` was made by this server for `session`.
    pub(crate) fn made(&self, token: &Token, session: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(&token.0) else { return false };
        let Some((nonce, mac)) = bytes.split_at_checked(NONCE) else { return false };
        hmac::verify(&self.0, &[nonce, session.as_bytes()].concat(), mac).is_ok()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum Forged {
    #[error("the request was sent by another site")]
    OtherSite,
    #[error("the form did not carry its token")]
    NoToken,
    #[error("the browser did not send the token cookie")]
    NoCookie,
}

impl Token {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        (text.len() == LENGTH && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The token as a form carries it: another text in every response. A compressed page that repeats what its caller
    /// sent would otherwise tell the token by its length, guess by guess (BREACH). Fails only if the operating system
    /// provides no randomness.
    pub(crate) fn masked(&self) -> Result<String, rand::rngs::SysError> {
        let mut mask = [0; LENGTH];
        SysRng.try_fill_bytes(&mut mask)?;
        let hidden = self.0.bytes().zip(mask).map(|(byte, mask)| byte ^ mask);
        Ok(URL_SAFE_NO_PAD.encode([&mask[..], &hidden.collect::<Vec<u8>>()].concat()))
    }

    /// The token in a form's field. A program that reads the cookie may send that as it is.
    fn of_field(field: &str) -> Option<Self> {
        if field.len() == LENGTH {
            return Self::parse(field);
        }
        let bytes = URL_SAFE_NO_PAD.decode(field).ok().filter(|bytes| bytes.len() == 2 * LENGTH)?;
        let (mask, hidden) = bytes.split_at(LENGTH);
        let text = hidden.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
        Self::parse(&String::from_utf8(text).ok()?)
    }
}

/// Checks a POST. `cookie` is the token in the browser's cookie, `field` the one in the form.
pub(crate) fn check(headers: &HeaderMap, cookie: Option<&Token>, field: Option<&str>) -> Result<(), Forged> {
    if !from_here(headers) {
        return Err(Forged::OtherSite);
    }
    let cookie = cookie.ok_or(Forged::NoCookie)?;
    let field = field.and_then(Token::of_field).ok_or(Forged::NoToken)?;
    if same(cookie.0.as_bytes(), field.0.as_bytes()) { Ok(()) } else { Err(Forged::NoToken) }
}

/// Whether the browser's headers name this site as the sender. A browser that sends no such headers passes; the token
/// then decides.
fn from_here(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(|value| value.to_str().unwrap_or_default());
    if !matches!(site, None | Some("same-origin" | "none")) {
        return false;
    }
    let Some(origin) = headers.get(ORIGIN).map(|value| value.to_str().unwrap_or_default()) else {
        return true;
    };
    // A referrer policy set by a proxy can turn the origin of this site's own pages into `null`.
    if origin == "null" {
        return site == Some("same-origin");
    }
    is_host(origin, headers)
}

/// Whether `url` points to the host that this request was sent to.
pub(crate) fn is_host(url: &str, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|value| value.to_str().ok()) else { return false };
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let bare = |text: &str| text.strip_suffix(default_port).unwrap_or(text).to_ascii_lowercase();
    bare(authority) == bare(host)
}

/// Compares in constant time for texts of equal length.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && black_box(a.iter().zip(b).fold(0, |seen, (x, y)| black_box(seen | (x ^ y)))) == 0
}

#[cfg(test)]
mod tests {
    use super::{Forged, Maker, Token, check};
    use axum::http::HeaderMap;

    fn sent(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("host", "homes.example:8080".parse().unwrap());
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        headers
    }

    fn random() -> Token {
        Maker::new(&[7; 32]).token("").unwrap()
    }

    fn outcome(pairs: &[(&'static str, &'static str)]) -> Result<(), Forged> {
        let token = random();
        check(&sent(pairs), Some(&token), Some(token.as_str()))
    }

    #[test]
    fn our_own_form_passes() {
        for pairs in [
            &[][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "http://homes.example:8080")],
            &[("sec-fetch-site", "none")],
            &[("origin", "http://HOMES.example:8080")],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
        ] {
            assert_eq!(outcome(pairs), Ok(()), "{pairs:?}");
        }
    }

    #[test]
    fn a_form_of_another_site_does_not() {
        for pairs in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "http://evil.example")],
            &[("origin", "http://homes.example:8080.evil.example")],
            &[("origin", "http://homes.example:9090")],
            &[("origin", "null")],
            &[("sec-fetch-site", "same-origin"), ("origin", "http://evil.example")],
        ] {
            assert_eq!(outcome(pairs), Err(Forged::OtherSite), "{pairs:?}");
        }
    }

    #[test]
    fn the_token_has_to_be_the_cookie_s() {
        let (ours, other) = (random(), random());
        let headers = sent(&[]);
        assert_eq!(check(&headers, Some(&ours), Some(other.as_str())), Err(Forged::NoToken));
        assert_eq!(check(&headers, Some(&ours), Some("")), Err(Forged::NoToken));
        let masked = [ours.masked().unwrap(), ours.masked().unwrap()];
        assert_ne!(masked[0], masked[1], "every page has another");
        for field in &masked {
            assert_eq!(check(&headers, Some(&ours), Some(field)), Ok(()));
            assert_eq!(check(&headers, Some(&other), Some(field)), Err(Forged::NoToken));
            assert!(!field.contains(ours.as_str()));
        }
        for wrong in [&masked[0][1..], &"A".repeat(masked[0].len())] {
            assert_eq!(check(&headers, Some(&ours), Some(wrong)), Err(Forged::NoToken));
        }
        assert_eq!(check(&headers, Some(&ours), None), Err(Forged::NoToken));
        assert_eq!(check(&headers, None, Some(ours.as_str())), Err(Forged::NoCookie));
    }

    #[test]
    fn a_token_is_of_one_session_and_of_this_server() {
        let maker = Maker::new(&[7; 32]);
        let token = maker.token("session 1").unwrap();
        assert!(maker.made(&token, "session 1"));
        assert!(!maker.made(&token, "session 2") && !maker.made(&token, ""));
        assert!(!Maker::new(&[8; 32]).made(&token, "session 1"));
        assert!(!maker.made(&Token::parse(&"A".repeat(64)).unwrap(), ""));
    }

    #[test]
    fn a_token_is_sixty_four_plain_letters() {
        let token = random();
        assert_eq!(Token::parse(token.as_str()), Some(token));
        assert_eq!(Token::parse(""), None);
        assert_eq!(Token::parse(&"\"".repeat(64)), None);
    }
}
