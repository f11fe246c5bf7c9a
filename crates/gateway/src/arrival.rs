//! Finds out where a request comes from. Normally the address of the connection decides. If the peer is one of our
//! trusted proxies, its forwarding headers decide. Forwarding headers from anyone else are ignored.
//!
//! ```text
//! X-Forwarded-For: made up, 203.0.113.7, 10.0.0.9      connection from 10.0.0.2; ours are 10.0.0.0/8
//!                           `-- the caller: the rightmost hop that is not ours
//! ```

mod forwarded;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::header::FORWARDED;
use axum::http::request::Parts;
use axum::http::uri::Scheme;
use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// Forwarding headers. They are removed before any later code can read them.
const SAID: [HeaderName; 6] = [
    FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// An accepted connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The address of the peer.
    pub peer: SocketAddr,
    /// TLS is used and terminated by this process.
    pub encrypted: bool,
}

/// The trusted proxies in front of this server. Clones share the list.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Arc<[IpNet]>);

impl FromIterator<IpNet> for Proxies {
    fn from_iter<I: IntoIterator<Item = IpNet>>(networks: I) -> Self {
        Self(networks.into_iter().collect())
    }
}

impl Proxies {
    /// Whether forwarding headers from this address are trusted.
    #[must_use]
    pub fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Returns who sent a request that came over `connection`, and the scheme with which it reached the first server.
    fn believe(&self, connection: Connection, headers: &HeaderMap) -> (SocketAddr, Scheme) {
        let Connection { peer, encrypted } = connection;
        let direct = if encrypted { Scheme::HTTPS } else { Scheme::HTTP };
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        if !self.trust(peer.ip()) {
            return (peer, direct);
        }
        let [by_list, by_name] = [forwarded::by_list(headers), forwarded::by_name(headers)];
        let [listed, named] = [&by_list.hops, &by_name.hops].map(|hops| self.rightmost(peer.ip(), hops));
        let caller = if by_name.hops.is_empty() {
            listed
        } else if by_list.hops.is_empty() || listed == named {
            named
        } else {
            // The two headers disagree. A proxy sets one of them and may pass the other on as the client sent it.
            peer.ip()
        };
        let port = if caller == peer.ip() { peer.port() } else { 0 };
        (SocketAddr::new(caller, port), by_list.scheme.or(by_name.scheme).unwrap_or(direct))
    }

    /// Walks the hops from us back towards the client. Returns the first address that is not one of our proxies, or
    /// the farthest known proxy if there is none.
    fn rightmost(&self, peer: IpAddr, hops: &[Option<IpAddr>]) -> IpAddr {
        let mut known = peer;
        for hop in hops.iter().rev() {
            let Some(hop) = hop else { return known };
            known = *hop;
            if !self.trust(known) {
                return known;
            }
        }
        known
    }
}

/// Sets `ConnectInfo<SocketAddr>` of a request that came over `connection` to the caller's address, and [`Scheme`] to the
/// scheme the caller used. Requests made by this process itself have neither.
pub fn arrive(proxies: &Proxies, connection: Connection, parts: &mut Parts) {
    let (caller, scheme) = proxies.believe(connection, &parts.headers);
    parts.extensions.insert(ConnectInfo(caller));
    parts.extensions.insert(scheme);
    for name in SAID {
        parts.headers.remove(name);
    }
}

/// The address that a request is rate limited by; see [`arrive`].
pub fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies() -> Proxies {
        ["10.0.0.0/8", "2001:db8:ffff::/48"].iter().map(|net| net.parse::<IpNet>().unwrap()).collect()
    }

    fn told(peer: &str, said: &[(&'static str, &str)]) -> (String, String) {
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            headers.append(*name, value.parse().unwrap());
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 4000);
        let (caller, scheme) = proxies().believe(Connection { peer, encrypted: false }, &headers);
        (caller.ip().to_string(), scheme.to_string())
    }

    /// The peer, the headers it sends, and the expected caller.
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

    #[test]
    fn the_rightmost_hop_that_is_not_ours_is_the_caller() {
        const LIST: &str = "x-forwarded-for";
        const NAME: &str = "forwarded";
        let table: &[Case] = &[
            ("10.0.0.2", &[], "10.0.0.2"),
            ("10.0.0.2", &[(LIST, "203.0.113.7")], "203.0.113.7"),
            ("::ffff:10.0.0.2", &[(LIST, "203.0.113.7")], "203.0.113.7"),
            ("10.0.0.2", &[(LIST, "::ffff:203.0.113.7")], "203.0.113.7"),
            ("10.0.0.2", &[(LIST, "1.1.1.1, 203.0.113.7, 10.0.0.9")], "203.0.113.7"),
            ("10.0.0.2", &[(LIST, "1.1.1.1"), (LIST, "203.0.113.7")], "203.0.113.7"),
            ("10.0.0.2", &[(LIST, "203.0.113.7:5000")], "203.0.113.7"),
            ("10.0.0.2", &[(LIST, "[2001:db8::7]:5000")], "2001:db8::7"),
            ("10.0.0.2", &[(LIST, "2001:db8::7")], "2001:db8::7"),
            ("10.0.0.2", &[(LIST, "10.0.0.3, 10.0.0.4")], "10.0.0.3"),
            // A hop that cannot be parsed ends the walk.
            ("10.0.0.2", &[(LIST, "203.0.113.7, unknown, 10.0.0.9")], "10.0.0.9"),
            ("10.0.0.2", &[(LIST, "203.0.113.7,")], "10.0.0.2"),
            ("10.0.0.2", &[(NAME, "for=203.0.113.7;proto=https")], "203.0.113.7"),
            ("10.0.0.2", &[(NAME, "For=\"[2001:db8::7]:4711\", for=10.0.0.9")], "2001:db8::7"),
            ("10.0.0.2", &[(NAME, "for=1.1.1.1, for=_hidden")], "10.0.0.2"),
            ("10.0.0.2", &[(NAME, "by=10.0.0.2")], "10.0.0.2"),
            ("10.0.0.2", &[(NAME, "for=203.0.113.7"), (LIST, "203.0.113.7")], "203.0.113.7"),
            // The client sent the header that the proxy does not set.
            ("10.0.0.2", &[(NAME, "for=1.1.1.1"), (LIST, "203.0.113.7")], "10.0.0.2"),
            // Headers from anyone else are not trusted.
            ("203.0.113.9", &[(LIST, "1.1.1.1")], "203.0.113.9"),
            ("203.0.113.9", &[(NAME, "for=1.1.1.1")], "203.0.113.9"),
            ("::ffff:203.0.113.9", &[(LIST, "10.0.0.1")], "203.0.113.9"),
        ];
        for (peer, said, caller) in table {
            assert_eq!(told(peer, said).0, *caller, "{peer} {said:?}");
        }
    }

    #[test]
    fn only_a_proxy_of_ours_tells_that_it_came_over_tls() {
        let scheme = |peer, said: &[(&'static str, &str)]| told(peer, said).1;
        assert_eq!(scheme("10.0.0.2", &[("x-forwarded-proto", "https")]), "https");
        assert_eq!(scheme("10.0.0.2", &[("x-forwarded-proto", "http, HTTPS")]), "https");
        assert_eq!(scheme("10.0.0.2", &[("x-forwarded-proto", "https, http")]), "http");
        assert_eq!(scheme("10.0.0.2", &[("forwarded", "for=1.1.1.1;proto=https")]), "https");
        assert_eq!(scheme("10.0.0.2", &[("x-forwarded-proto", "gopher")]), "http");
        assert_eq!(scheme("203.0.113.9", &[("x-forwarded-proto", "https")]), "http");
        assert_eq!(scheme("203.0.113.9", &[("forwarded", "proto=https")]), "http");
    }
}
