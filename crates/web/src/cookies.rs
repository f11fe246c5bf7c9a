//! Reads and writes the cookies of the pages.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};

/// The access token. The cookie expires a little before the token does.
pub(crate) const ACCESS: &str = "hyd_access";
/// The refresh token.
pub(crate) const REFRESH: &str = "hyd_refresh";
/// The CSRF token that every form repeats.
pub(crate) const CSRF: &str = "hyd_csrf";
/// The code of a flash message for the next page.
pub(crate) const FLASH: &str = "hyd_flash";

/// The API's own cookie for browsers that have signed in. It is passed on without being read.
pub(crate) const DEVICE: &str = "hyd_device";

/// The prefix of every cookie name under HTTPS. Browsers accept such a cookie only from this host, not from other
/// hosts of the domain.
const OF_THIS_HOST: &str = "__Host-";

const DAY: u64 = 24 * 60 * 60;
pub(crate) const REFRESH_LIFE: u64 = 30 * DAY;
pub(crate) const CSRF_LIFE: u64 = 30 * DAY;

/// A cookie. Every cookie is `HttpOnly`, valid for the whole site and for this host only.
pub(crate) struct Cookie<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
    /// Its lifetime in seconds; 0 removes the cookie.
    pub(crate) max_age: u64,
    /// Whether it is `SameSite=Strict`: not sent even when a link from another site is followed.
    pub(crate) strict: bool,
}

impl Cookie<'_> {
    pub(crate) fn removal(name: &str) -> Cookie<'_> {
        Cookie { name, value: "", max_age: 0, strict: name == CSRF }
    }

    /// Sets the cookie, unless its value could end the cookie early. Tokens never can.
    pub(crate) fn set(&self, headers: &mut HeaderMap, secure: bool) {
        let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b';' | b'\\');
        if !self.value.bytes().all(plain) {
            tracing::warn!(cookie.name = self.name, "a cookie value was not fit to be sent");
            return;
        }
        let same_site = if self.strict { "Strict" } else { "Lax" };
        let (host, secure) = if secure { (OF_THIS_HOST, "; Secure") } else { ("", "") };
        let Self { name, value, max_age, .. } = self;
        let line = format!(
            "{host}{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite={same_site}{secure}"
        );
        if let Ok(line) = HeaderValue::try_from(line) {
            headers.append(SET_COOKIE, line);
        }
    }
}

/// The first cookie of that name in the request, named as by [`Cookie::set`]. An empty one counts as absent.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str, secure: bool) -> Option<&'a str> {
    let host = if secure { OF_THIS_HOST } else { "" };
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(key, value)| key.strip_prefix(host) == Some(name) && !value.is_empty())
        .map(|(_, value)| value)
}

/// Whether this response already sets or removes the cookie.
pub(crate) fn is_set(headers: &HeaderMap, name: &str) -> bool {
    let lines = headers.get_all(SET_COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    lines
        .filter_map(|line| line.split_once('='))
        .any(|(key, _)| key.strip_prefix(OF_THIS_HOST).unwrap_or(key) == name)
}

#[cfg(test)]
mod tests {
    use super::{Cookie, read};
    use axum::http::HeaderMap;
    use axum::http::header::{COOKIE, SET_COOKIE};

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "a=1; hyd_access=ey.J; hyd_flash=".parse().unwrap());
        assert_eq!(read(&headers, "hyd_access", false), Some("ey.J"));
        assert_eq!(read(&headers, "hyd_flash", false), None);
        // Under HTTPS, a cookie that another host of the domain may have set is ignored.
        assert_eq!(read(&headers, "hyd_access", true), None);
        headers.insert(COOKIE, "hyd_access=evil; __Host-hyd_access=ey.J".parse().unwrap());
        assert_eq!(read(&headers, "hyd_access", true), Some("ey.J"));
    }

    #[test]
    fn a_value_cannot_add_attributes() {
        let mut headers = HeaderMap::new();
        Cookie { name: "a", value: "b; Domain=evil", max_age: 1, strict: false }.set(&mut headers, true);
        assert!(!headers.contains_key(SET_COOKIE));
    }

    #[test]
    fn every_protection_is_there() {
        let mut headers = HeaderMap::new();
        Cookie { name: "a", value: "b", max_age: 9, strict: true }.set(&mut headers, true);
        assert_eq!(headers[SET_COOKIE], "__Host-a=b; Path=/; Max-Age=9; HttpOnly; SameSite=Strict; Secure");
    }
}
