//! A home as its owner finds it in their list: how it stands, its figures, and what can be done with one button.

use crate::api::{Call, Page, Property, ReceivedLead};
use crate::failure::Failure;
use crate::labels::{self, Labels, STATUSES};
use crate::messages::key;
use crate::numbers::Count;
use crate::visit::Visit;

const FOR_SALE: Labels = &[("SOLD", key("ask-mark-as-sold")), ("INACTIVE", key("ask-hide"))];
const TO_RENT: Labels = &[("RENTED", key("ask-mark-as-rented")), ("INACTIVE", key("ask-hide"))];
const HIDDEN: Labels = &[("ACTIVE", key("ask-show-again"))];
const EXPIRED: Labels = &[("ACTIVE", key("personal-listings-renew"))];
const GIVEN_AWAY: Labels = &[("ACTIVE", key("ask-back-on-the-market"))];

pub(super) struct OwnHome {
    pub(super) home: Property,
    pub(super) status: String,
    /// Statuses that the owner may set, with the text of each button.
    pub(super) next: Vec<(&'static str, String)>,
    /// How many asked about it; `None` when that could not be loaded.
    pub(super) enquiries: Option<Count>,
}

impl OwnHome {
    pub(super) async fn load(visit: &Visit, home: Property) -> Result<Self, Failure> {
        let call = Call::get("/api/leads");
        let call = call.query(&[("box", "received"), ("propertyId", home.id.as_str()), ("size", "1")]);
        let enquiries: Option<Page<ReceivedLead>> = visit.ask_for_part(call).await?;
        let status = home.status.as_deref().unwrap_or_default();
        Ok(Self {
            status: labels::of(visit.language, STATUSES, status),
            next: labels::told(visit.language, offered(&home)),
            enquiries: enquiries.map(|page| page.total_elements),
            home,
        })
    }

    pub(super) fn is_asked_about(&self) -> bool {
        self.enquiries.is_some_and(|count| count.0 > 0)
    }

    pub(super) fn is_on_show(&self) -> bool {
        self.home.status.as_deref() == Some("ACTIVE")
    }
}

/// The usual next statuses. The list does not say what a moderator forbids, so the API may still refuse; drafts and
/// what was rejected are dealt with on their own pages.
fn offered(home: &Property) -> Vec<(&'static str, &'static str)> {
    let usual = match home.status.as_deref() {
        Some("ACTIVE") if home.listing_type.as_deref() == Some("SALE") => FOR_SALE,
        Some("ACTIVE") => TO_RENT,
        Some("INACTIVE") => HIDDEN,
        Some("EXPIRED") => EXPIRED,
        Some("SOLD" | "RENTED") => GIVEN_AWAY,
        _ => &[],
    };
    usual.to_vec()
}

#[cfg(test)]
mod tests {
    use super::offered;
    use crate::api::Property;

    #[test]
    fn what_usually_follows_is_offered() {
        let next = |status: &str, listing_type: &str| {
            let home = Property {
                status: Some(status.to_owned()),
                listing_type: Some(listing_type.to_owned()),
                ..Property::default()
            };
            offered(&home).into_iter().map(|(to, _)| to).collect::<Vec<_>>()
        };
        assert_eq!(next("ACTIVE", "SALE"), ["SOLD", "INACTIVE"]);
        assert_eq!(next("ACTIVE", "PG"), ["RENTED", "INACTIVE"]);
        for status in ["INACTIVE", "EXPIRED", "SOLD", "RENTED"] {
            assert_eq!(next(status, "SALE"), ["ACTIVE"], "{status}");
        }
        assert!(next("DRAFT", "SALE").is_empty() && next("REJECTED", "SALE").is_empty());
    }
}
