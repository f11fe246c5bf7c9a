//! Counts visitors who are not signed in. The only trace of one is a salted digest, which changes daily and is held in
//! memory only.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};

use crate::app_context::AppContext;
use crate::caller::Caller;
use crate::network::Network;

/// Substrings of robots' user agents.
const ROBOTS: [&str; 8] =
    ["bot", "crawl", "spider", "slurp", "preview", "monitor", "headlesschrome", "facebookexternal"];

/// The visitors that this process counted recently.
#[derive(Debug)]
pub struct VisitorCounter {
    salt: [u8; 32],
    half_hour: moka::sync::Cache<[u8; 32], ()>,
    today: moka::sync::Cache<[u8; 32], ()>,
}

/// A visit that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// It is the visitor's first visit to the thing today.
    pub first_today: bool,
}

impl VisitorCounter {
    /// Nobody yet.
    #[must_use]
    pub fn new(context: &AppContext) -> Self {
        let cache = |seconds| {
            moka::sync::Cache::builder()
                .max_capacity(200_000)
                .time_to_live(Duration::from_secs(seconds))
                .build()
        };
        Self {
            salt: context.aggregates.keys().derived("visitors"),
            half_hour: cache(1800),
            today: cache(86_400),
        }
    }

    /// An anonymous caller's visit to `thing`; `None` if it does not count: they were there within the last half hour.
    /// Whoever comes from one network is one visitor.
    pub fn visit(
        &self,
        context: &AppContext,
        caller: &Caller,
        thing: impl std::fmt::Display,
    ) -> Option<Visit> {
        let day = context.aggregates.clock().now().india_day();
        let network = caller.address.as_deref().and_then(Network::of_text);
        let network = network.map_or_else(String::new, |network| network.to_string());
        let text = format!("{}|{day}|{}|{network}|{thing}", caller.tenant, self.salt_text());
        let mut viewer = [0; 32];
        viewer.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        if !self.half_hour.entry(viewer).or_insert(()).is_fresh() {
            return None;
        }
        Some(Visit { first_today: self.today.entry(viewer).or_insert(()).is_fresh() })
    }

    fn salt_text(&self) -> String {
        self.salt.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

impl Caller {
    /// Whether the caller is a robot, by what it calls itself.
    #[must_use]
    pub fn is_robot(&self) -> bool {
        is_robot(self.user_agent.as_deref())
    }
}

fn is_robot(agent: Option<&str>) -> bool {
    let Some(agent) = agent else { return true };
    let agent = agent.to_lowercase();
    ROBOTS.iter().any(|name| agent.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn robots_do_not_count() {
        assert!(is_robot(None));
        assert!(is_robot(Some("Mozilla/5.0 (compatible; Googlebot/2.1)")));
        assert!(!is_robot(Some("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")));
    }
}
