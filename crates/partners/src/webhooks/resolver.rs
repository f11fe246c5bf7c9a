//! Looks up the host of a webhook, and lets the connection go to checked addresses only.
//!
//! The client connects to what is returned here and looks nothing up by itself. So a name that answers differently the
//! second time (DNS rebinding) gains nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::target::is_public;

/// The addresses of a host name, as they are being looked up.
pub type Lookup = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
/// Looks up a host name; [`system_lookup`] except in tests.
pub type LookUp = fn(String) -> Lookup;

/// Asks the machine's resolver.
#[must_use]
pub fn system_lookup(host: String) -> Lookup {
    Box::pin(async move {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    })
}

/// A host leads to an address that no webhook may lead to.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the host leads to an address that is not public")]
pub struct NotPublic;

/// See the module's documentation.
#[derive(Clone, Copy, Debug)]
pub struct CheckedResolver {
    pub look_up: LookUp,
    /// Whether addresses of this machine are allowed.
    pub allow_internal: bool,
}

impl CheckedResolver {
    /// All addresses of a host, if it has no other than allowed ones. One wrong address spoils them all: an attacker
    /// would mix them.
    fn checked(self, found: &[IpAddr]) -> Result<Vec<SocketAddr>, NotPublic> {
        let allowed =
            |ip: &IpAddr| is_public(*ip) || (self.allow_internal && ip.to_canonical().is_loopback());
        if found.iter().all(allowed) {
            // Port 0 stands for the port of the URL.
            Ok(found.iter().map(|ip| SocketAddr::new(*ip, 0)).collect())
        } else {
            Err(NotPublic)
        }
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = *self;
        Box::pin(async move {
            let found = (resolver.look_up)(name.as_str().to_owned()).await?;
            Ok(Box::new(resolver.checked(&found)?.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_that_is_not_public_spoils_all_of_a_host() {
        let ips = |texts: &[&str]| texts.iter().map(|ip| ip.parse().unwrap()).collect::<Vec<IpAddr>>();
        let resolver = CheckedResolver { look_up: system_lookup, allow_internal: false };
        let public = ips(&["8.8.8.8", "2606:4700::1111"]);
        assert_eq!(resolver.checked(&public).unwrap().len(), 2);
        assert!(resolver.checked(&ips(&["8.8.8.8", "10.0.0.1"])).is_err());
        assert!(resolver.checked(&ips(&["127.0.0.1"])).is_err());
        let internal = CheckedResolver { allow_internal: true, ..resolver };
        assert!(internal.checked(&ips(&["127.0.0.1"])).is_ok());
        assert!(internal.checked(&ips(&["10.0.0.1"])).is_err());
    }
}
