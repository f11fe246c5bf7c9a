//! Counts who views listings. Reading a listing never waits for the count. The only trace of an anonymous visitor is
//! a salted digest, which changes daily and is held in memory only.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use domain::PropertyId;
use domain::property::Listing;
use http_kit::{AppContext, Caller, Failure, Network};

use crate::document::snapshot;

/// The visitors that this process counted recently.
#[derive(Debug)]
pub struct Visits {
    salt: [u8; 32],
    half_hour: moka::sync::Cache<[u8; 32], ()>,
    today: moka::sync::Cache<[u8; 32], ()>,
}

/// Substrings of robots' user agents.
const ROBOTS: [&str; 8] =
    ["bot", "crawl", "spider", "slurp", "preview", "monitor", "headlesschrome", "facebookexternal"];

impl Visits {
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

    /// Records that `caller` viewed `listing`. The event is queued, not awaited, unless the settings ask for that.
    ///
    /// # Errors
    /// When the server is shutting down.
    pub async fn note(
        &self,
        context: &AppContext,
        caller: &Caller,
        listing: &Listing,
    ) -> Result<(), Failure> {
        let robot = is_robot(caller.user_agent.as_deref());
        match caller.user() {
            Some(user) => {
                let counted = !robot && user != listing.owner;
                context.activity.viewed(caller.actor(), user, listing.id, snapshot(listing), counted).await?;
                if context.await_activity {
                    context.activity.flush().await;
                }
            }
            None if robot || caller.signed_in.is_some() => {}
            None => self.visitor(context, caller, listing.id).await?,
        }
        Ok(())
    }

    async fn visitor(
        &self,
        context: &AppContext,
        caller: &Caller,
        property: PropertyId,
    ) -> Result<(), Failure> {
        let day = context.aggregates.clock().now().india_day();
        let network = caller.address.as_deref().and_then(Network::of_text);
        let network = network.map_or_else(String::new, |network| network.to_string());
        let text = format!("{}|{day}|{}|{network}|{property}", caller.tenant, self.salt_text());
        let mut viewer = [0; 32];
        viewer.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        if !self.half_hour.entry(viewer).or_insert(()).is_fresh() {
            return Ok(());
        }
        let visitor = self.today.entry(viewer).or_insert(()).is_fresh();
        Ok(context.activity.counted(&caller.tenant, property, visitor).await?)
    }

    fn salt_text(&self) -> String {
        self.salt.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
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
