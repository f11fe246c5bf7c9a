//! Parses `X-Forwarded-For`, `X-Forwarded-Proto` and `Forwarded` (RFC 7239). The caller decides whether to trust
//! them.

use std::net::{IpAddr, SocketAddr};

use axum::http::uri::Scheme;
use axum::http::{HeaderMap, HeaderName};

const FORWARDED: HeaderName = HeaderName::from_static("forwarded");
const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The hops of a request, the farthest first.
#[derive(Debug, Default)]
pub struct ForwardedHop {
    /// `None` is a hop that does not state its address.
    pub hops: Vec<Option<IpAddr>>,
    /// The scheme as stated by the nearest hop.
    pub scheme: Option<Scheme>,
}

/// Reads the two de facto standard headers, `X-Forwarded-For` and `X-Forwarded-Proto`.
pub fn by_list(headers: &HeaderMap) -> ForwardedHop {
    let hops = split(headers, &FOR).iter().map(|hop| address(hop)).collect();
    ForwardedHop { hops, scheme: split(headers, &PROTO).last().and_then(|word| scheme(word)) }
}

/// Reads the standard `Forwarded` header. A hop without `for` has no address.
pub fn by_name(headers: &HeaderMap) -> ForwardedHop {
    let mut way = ForwardedHop::default();
    for element in split(headers, &FORWARDED) {
        let (mut hop, mut scheme_of) = (None, None);
        for (name, value) in pieces(&element, ';').iter().filter_map(|pair| pair.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "for" => hop = address(value),
                "proto" => scheme_of = scheme(value),
                _ => {}
            }
        }
        way.hops.push(hop);
        way.scheme = scheme_of;
    }
    way
}

/// The members of a list header, which may be repeated. A value that is not text becomes one empty member.
fn split(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| pieces(line, ',')).collect()
}

/// Splits `text` at `separator`, except inside quotes.
fn pieces(text: &str, separator: char) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut quoted = false;
    for letter in text.chars() {
        quoted ^= letter == '"';
        match all.last_mut() {
            Some(last) if quoted || letter != separator => last.push(letter),
            _ => all.push(String::new()),
        }
    }
    all.iter().map(|piece| piece.trim().to_owned()).collect()
}

fn scheme(word: &str) -> Option<Scheme> {
    match word.to_ascii_lowercase().as_str() {
        "https" => Some(Scheme::HTTPS),
        "http" => Some(Scheme::HTTP),
        _ => None,
    }
}

/// Parses an address with or without a port; an IPv6 address may have brackets or not.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address =
        bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()));
    address.map(|address| address.to_canonical())
}
