//! Determines the host of a request in one place, for tenants, origins and links.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::header::HOST;
use axum::http::{HeaderMap, HeaderValue, Request};

/// A normalised host with an optional port: lower case, without a trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Host {
    name: String,
    port: Option<u16>,
}

/// The request names an invalid host, or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the header Host must be one host name or address, with a port or without")]
pub struct BadHost;

impl Host {
    /// Parses `name`, `name:port`, `[v6]` or `[v6]:port`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, port) = if let Some(rest) = text.strip_prefix('[') {
            let (address, port) = rest.split_once(']')?;
            let address: Ipv6Addr = address.parse().ok()?;
            (format!("[{address}]"), port)
        } else {
            let at = text.find(':').unwrap_or(text.len());
            (name(&text[..at])?, &text[at..])
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            Some("") => None,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Some(digits.parse().ok()?),
            _ => return None,
        };
        Some(Self { name, port })
    }

    /// The host of `scheme://host:port/…`, without the scheme's default port.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        Some(Self::parse(authority)?.without(if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 }))
    }

    /// The host of a request that was normalised at the edge.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        Self::parse(headers.get(HOST)?.to_str().ok()?)
    }

    /// The name or address, without the port.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a page from `origin` was served by this host.
    #[must_use]
    pub fn is_origin(&self, origin: &str) -> bool {
        let port = if origin.starts_with("https://") { 443 } else { 80 };
        Self::of_url(origin).is_some_and(|asked| asked == self.clone().without(port))
    }

    fn without(self, port: u16) -> Self {
        Self { port: self.port.filter(|own| *own != port), ..self }
    }
}

/// A DNS name or an IPv4 address.
fn name(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let labels = || text.split('.');
    let right = text.len() <= 253
        && labels().all(|label| (1..=63).contains(&label.len()) && label.bytes().all(plain));
    // A name whose last label is numeric must be a valid address.
    let numeric = labels().next_back().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    (right && (!numeric || text.parse::<Ipv4Addr>().is_ok())).then(|| text.to_ascii_lowercase())
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// Leaves the request with a single normalised `Host` header. If the request target includes a host, as an absolute
/// address and HTTP/2 do, it takes precedence (RFC 9112, 3.2.2).
///
/// # Errors
/// If the host is invalid or several are named. A request without a host, made by this process itself, is accepted.
pub fn settle<B>(request: &mut Request<B>) -> Result<(), BadHost> {
    let named = if let Some(authority) = request.uri().authority() {
        Some(authority.as_str().to_owned())
    } else {
        header(request.headers())?
    };
    let Some(named) = named else { return Ok(()) };
    let host = Host::parse(&named).ok_or(BadHost)?.to_string();
    // Most clients write it once, and so.
    let mut given = request.headers().get_all(HOST).iter();
    if given.next().is_some_and(|given| given == host.as_str()) && given.next().is_none() {
        return Ok(());
    }
    let value = HeaderValue::try_from(host).map_err(|_| BadHost)?;
    request.headers_mut().insert(HOST, value);
    Ok(())
}

/// The value of the only `Host` header.
fn header(headers: &HeaderMap) -> Result<Option<String>, BadHost> {
    let mut given = headers.get_all(HOST).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => one.to_str().map(|host| Some(host.to_owned())).map_err(|_| BadHost),
        (Some(_), Some(_)) => Err(BadHost),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_in_one_way() {
        let table = [
            ("b.test", Some("b.test")),
            ("B.Test", Some("b.test")),
            ("b.test.", Some("b.test")),
            ("B.TEST.:8080", Some("b.test:8080")),
            ("b.test:", Some("b.test")),
            ("localhost", Some("localhost")),
            ("a_b.test", Some("a_b.test")),
            ("127.0.0.1:80", Some("127.0.0.1:80")),
            ("[::1]", Some("[::1]")),
            ("[2001:DB8:0:0::1]:8080", Some("[2001:db8::1]:8080")),
            ("b.test:1:2", None),
            ("b.test:99999", None),
            ("b.test:+1", None),
            ("b.test:x", None),
            ("", None),
            (":80", None),
            (".", None),
            ("b..test", None),
            ("b.test..", None),
            ("::1", None),
            ("[::1", None),
            ("[::1]x", None),
            ("[b.test]", None),
            ("[::1%eth0]", None),
            ("user@b.test", None),
            ("b.test/path", None),
            ("b.test?x", None),
            ("b test", None),
            ("b.test,c.test", None),
            ("%62.test", None),
            ("b\u{fc}ro.test", None),
            ("1.2.3", None),
            ("999.0.0.1", None),
        ];
        for (text, expected) in table {
            assert_eq!(Host::parse(text).map(|host| host.to_string()).as_deref(), expected, "{text:?}");
        }
        assert!(Host::parse(&format!("{}.test", "a".repeat(64))).is_none(), "a label has at most 63");
        assert!(Host::parse(&vec!["a"; 130].join(".")).is_none(), "a name has at most 253");
    }

    #[test]
    fn an_origin_is_compared_with_the_port_that_it_means() {
        let host = |text| Host::parse(text).unwrap();
        assert!(host("b.test").is_origin("https://b.test"));
        assert!(host("b.test:443").is_origin("https://B.test"));
        assert!(host("b.test").is_origin("http://b.test:80"));
        assert!(host("b.test:8080").is_origin("http://b.test:8080/page"));
        for origin in
            ["http://b.test:8080", "https://b.test.evil.example", "null", "b.test", "https://b.test:80"]
        {
            assert!(!host("b.test").is_origin(origin), "{origin}");
        }
    }

    fn settled(uri: &str, hosts: &[&str]) -> Result<Option<String>, BadHost> {
        let mut request = Request::builder().uri(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let mut request = request.body(()).unwrap();
        settle(&mut request)?;
        assert!(request.headers().get_all(HOST).iter().count() <= 1, "{uri} {hosts:?}");
        Ok(request.headers().get(HOST).map(|host| host.to_str().unwrap().to_owned()))
    }

    #[test]
    fn the_address_of_a_request_counts_before_its_header() {
        let found = |host: &str| Ok(Some(host.to_owned()));
        assert_eq!(settled("/a", &["B.test."]), found("b.test"));
        assert_eq!(settled("http://B.test/a", &["c.test"]), found("b.test"));
        assert_eq!(settled("http://b.test/a", &["b.test", "c.test"]), found("b.test"));
        assert_eq!(settled("https://b.test:8443/a", &[]), found("b.test:8443"));
        assert_eq!(settled("/a", &[]), Ok(None));
        assert_eq!(settled("/a", &["b.test:1:2"]), Err(BadHost));
        assert_eq!(settled("/a", &["b.test", "c.test"]), Err(BadHost));
        assert_eq!(settled("/a", &["b.test", "b.test"]), Err(BadHost));
        assert_eq!(settled("http://user@b.test/a", &["b.test"]), Err(BadHost));
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;

    #[test]
    fn fuzz_host() {
        const PARTS: [&str; 12] =
            ["a", "B.test", ".", ":", "80", "[", "]", "::1", "127.0.0.1", "xn--", "%00", "//"];
        bolero::check!().with_type::<(String, Vec<u8>)>().for_each(|(text, parts)| {
            let likely: String = parts.iter().map(|part| PARTS[usize::from(*part) % PARTS.len()]).collect();
            for text in [text, &likely] {
                let _ = Host::of_url(&format!("https://{text}"));
                let Some(host) = Host::parse(text) else { continue };
                // The output parses to the same host and is safe in a header and in a link.
                let written = host.to_string();
                assert_eq!(Host::parse(&written).as_ref(), Some(&host), "{text:?}");
                assert!(HeaderValue::try_from(&written).is_ok(), "{text:?}");
                assert!(!host.name().contains(['/', '@', '\\', '"', '<', ' ']), "{text:?}");
            }
        });
    }
}
