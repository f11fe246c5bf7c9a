//! Where a webhook may lead: to the public Internet, never to a machine of ours.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// Names that no public server has.
const INTERNAL_NAMES: [&str; 5] = ["localhost", "local", "internal", "intranet", "home.arpa"];

/// The address of a receiver, as far as its text tells.
#[derive(Clone, Debug)]
pub struct WebhookTarget(Url);

impl WebhookTarget {
    /// Reads an address. With `allow_internal`, it may be this machine.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, allow_internal: bool) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "must be an address such as https://partner.example/hook")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not contain a user or a password");
        }
        if url.fragment().is_some() {
            return Err("must not contain a #fragment");
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).trim_end_matches('.');
        let address = host.parse::<IpAddr>().ok();
        let is_here = address.map_or(host == "localhost", |ip| ip.to_canonical().is_loopback());
        if allow_internal && is_here && ["http", "https"].contains(&url.scheme()) {
            return Ok(Self(url));
        }
        if url.scheme() != "https" {
            return Err("must begin with https://");
        }
        // Below 1024 are the doors of other protocols, which answer strangely and might obey.
        if url.port().is_some_and(|port| port < 1024) {
            return Err("must use port 443, or one from 1024 on");
        }
        let is_public = match address {
            Some(ip) => is_public(ip),
            None => host.contains('.') && !is_internal_name(host),
        };
        if is_public { Ok(Self(url)) } else { Err("must lead to a public server") }
    }

    /// The address.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

fn is_internal_name(host: &str) -> bool {
    INTERNAL_NAMES
        .iter()
        .any(|name| host.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

/// Whether an address belongs to the public Internet, so that nothing of ours can be behind it.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// The special-purpose addresses of IANA's registry are not public, nor is the metadata service that one cloud puts
/// at an otherwise public address.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !is_special && ip != Ipv4Addr::new(168, 63, 129, 16)
}

/// Only global unicast (`2000::/3`) is public. Of what carries an `IPv4` address, NAT64 is public with its address; 6to4
/// and Teredo are not, because nobody uses them any more.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // 2001::/23 are protocols, Teredo among them; 2001:db8::/32 and 3fff::/20 are for documents.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_public_or_refused() {
        for public in [
            "8.8.8.8",
            "100.63.255.255",
            "172.32.0.1",
            "2606:4700::1111",
            "64:ff9b::808:808",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for internal in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.192",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::7f00:1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::808:808",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(internal.parse().unwrap()), "{internal}");
        }
    }

    #[test]
    fn a_target_is_a_public_server_over_https() {
        for right in [
            "https://partner.example/hook",
            "https://partner.example:8443/hook?tenant=1",
            "https://8.8.8.8/",
            "https://xn--bcher-kva.example/",
        ] {
            assert!(WebhookTarget::parse(right, false).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "partner.example",
            "ftp://partner.example/",
            "http://partner.example/",
            "https://user:secret@partner.example/",
            "https://partner.example/#part",
            "https://partner.example:22/",
            "https://localhost/",
            "https://localhost./",
            "https://printer/",
            "https://db.internal/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data/",
        ] {
            assert!(WebhookTarget::parse(wrong, false).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_this_machine_is_internal_and_allowed() {
        for right in ["http://127.0.0.1:9000/", "http://[::1]:80/", "https://localhost/", "https://8.8.8.8/"]
        {
            assert!(WebhookTarget::parse(right, true).is_ok(), "{right}");
        }
        for wrong in
            ["http://10.0.0.1/", "http://8.8.8.8/", "https://192.168.0.1/", "http://partner.example/"]
        {
            assert!(WebhookTarget::parse(wrong, true).is_err(), "{wrong}");
        }
    }
}
