//! Groups client addresses into networks, because one person can use many addresses.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network(IpNet);

impl Network {
    /// The network around an address: /24 for IPv4, /64 for IPv6. An IPv4-mapped IPv6 address (`::ffff:…`, as
    /// reported by a socket bound to `[::]`) is treated as IPv4.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self::around(address, 24, 64)
    }

    /// The network of an address given as text; `None` if it is not an address.
    #[must_use]
    pub fn of_text(address: &str) -> Option<Self> {
        address.parse().ok().map(Self::of)
    }

    /// The addresses of one subscriber: a single IPv4 address, or a /64 of IPv6.
    #[must_use]
    pub fn subscriber(address: IpAddr) -> Self {
        Self::around(address, 32, 64)
    }

    /// The addresses of one site: a /48 of IPv6. A site has 65,536 subscriber networks, so limits per subscriber
    /// alone are not enough. `None` for IPv4, which has no equivalent.
    #[must_use]
    pub fn site(address: IpAddr) -> Option<Self> {
        address.to_canonical().is_ipv6().then(|| Self::around(address, 32, 48))
    }

    fn around(address: IpAddr, bits_v4: u8, bits_v6: u8) -> Self {
        let address = address.to_canonical();
        let bits = if address.is_ipv4() { bits_v4 } else { bits_v6 };
        Self(IpNet::new(address, bits).unwrap_or(address.into()).trunc())
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_its_network_however_it_is_written() {
        let table = [
            ("203.0.113.7", "203.0.113.0/24", "203.0.113.7/32", None),
            ("::ffff:203.0.113.7", "203.0.113.0/24", "203.0.113.7/32", None),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1:2::/64", Some("2001:db8:1::/48")),
            ("::1", "::/64", "::/64", Some("::/48")),
        ];
        for (address, of, subscriber, site) in table {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(Network::of(address).to_string(), of);
            assert_eq!(Network::subscriber(address).to_string(), subscriber);
            assert_eq!(Network::site(address).map(|site| site.to_string()).as_deref(), site);
        }
    }
}
