//! The complete addresses of this site, for everything that leaves it: search engines, feeds, shared links.

/// The public addresses under which the portal and its tenants are reached, without a trailing slash.
#[derive(Debug, Clone, Default)]
pub(crate) struct SiteAddresses(Vec<String>);

impl SiteAddresses {
    /// The portal's own address comes first.
    pub(crate) fn new(addresses: &[String]) -> Self {
        Self(addresses.iter().map(|address| address.trim_end_matches('/').to_owned()).collect())
    }

    /// The address of the site that a request for `host` is about. A host of no site is a mere way to reach the portal,
    /// such as an address within the network: nothing is listed under it.
    pub(crate) fn of(&self, host: &str) -> &str {
        let is_asked = |address: &&String| host_of(address).eq_ignore_ascii_case(host);
        self.0.iter().find(is_asked).or_else(|| self.0.first()).map_or("", String::as_str)
    }
}

fn host_of(address: &str) -> &str {
    let place = address.split_once("://").map_or(address, |(_, place)| place);
    place.split('/').next().unwrap_or(place)
}

#[cfg(test)]
mod tests {
    use super::SiteAddresses;

    #[test]
    fn a_host_of_no_site_is_listed_nowhere() {
        let addresses = SiteAddresses::new(&[
            "https://homes.example/".to_owned(),
            "https://agra.example:8443".to_owned(),
        ]);
        assert_eq!(addresses.of("homes.example"), "https://homes.example");
        assert_eq!(addresses.of("AGRA.example:8443"), "https://agra.example:8443");
        assert_eq!(addresses.of("10.0.0.7:8080"), "https://homes.example");
        assert_eq!(SiteAddresses::default().of("homes.example"), "");
    }
}
