//! What the owner of a home sees on its page: how it stands, who asked, and what they can do with it.

use super::contact_looks;
use crate::api::{Call, ContactLook, Enquiry, Page, Property};
use crate::failure::Failure;
use crate::key::Key;
use crate::labels;
use crate::messages::key;
use crate::visit::Visit;

/// The number of enquiries shown.
const NEWEST: &str = "5";

/// The owner's part of the page.
pub(super) struct OwnPanel {
    pub(super) status: String,
    /// Statuses that the owner can set next, with the text of each button.
    pub(super) next_statuses: Vec<(&'static str, String)>,
    /// Whether a moderator took it off the market, so that its owner cannot put it back.
    pub(super) held: bool,
    /// Who was shown the contact; `None` when that could not be loaded.
    pub(super) looks: Option<Page<ContactLook>>,
    /// The newest enquiries; `None` when they could not be loaded.
    pub(super) enquiries: Option<Page<Enquiry>>,
}

impl OwnPanel {
    pub(super) async fn load(visit: &Visit, id: &Key, home: &Property) -> Result<Self, Failure> {
        let about = id.to_string();
        let asked = [("box", "received"), ("propertyId", &*about), ("size", NEWEST)];
        let enquiries = Call::get("/api/leads").query(&asked);
        Ok(Self {
            status: home
                .status
                .as_deref()
                .map_or_else(String::new, |it| labels::of(visit.language, labels::STATUSES, it)),
            next_statuses: labels::told(visit.language, next_statuses(home)),
            held: is_held(home),
            looks: contact_looks::newest(visit, id).await?,
            enquiries: visit.ask_for_part(enquiries).await?,
        })
    }
}

/// The statuses that the API lets the owner set, with the keys of the texts of their buttons. Removal has its own button;
/// a status without a text gets none.
fn next_statuses(home: &Property) -> Vec<(&'static str, &'static str)> {
    let next = home.next_statuses.iter().flatten();
    next.filter_map(|to| words(home.status.as_deref()?, to)).collect()
}

fn words(from: &str, to: &str) -> Option<(&'static str, &'static str)> {
    Some(match (from, to) {
        ("DRAFT", "ACTIVE") => ("ACTIVE", key("ask-publish")),
        ("DRAFT", "PENDING_REVIEW") => ("PENDING_REVIEW", key("ask-send-for-review")),
        ("REJECTED", "DRAFT") => ("DRAFT", key("ask-back-to-draft")),
        ("ACTIVE", "SOLD") => ("SOLD", key("ask-mark-as-sold")),
        ("ACTIVE", "RENTED") => ("RENTED", key("ask-mark-as-rented")),
        ("ACTIVE", "INACTIVE") => ("INACTIVE", key("ask-hide")),
        ("INACTIVE" | "EXPIRED", "ACTIVE") => ("ACTIVE", key("ask-show-again")),
        ("SOLD" | "RENTED", "ACTIVE") => ("ACTIVE", key("ask-back-on-the-market")),
        _ => return None,
    })
}

/// Whether a moderator holds the home. Otherwise an owner can always change either of these statuses.
fn is_held(home: &Property) -> bool {
    matches!(home.status.as_deref(), Some("REJECTED" | "INACTIVE"))
        && home.next_statuses.as_ref().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::{is_held, next_statuses};
    use crate::api::Property;

    #[test]
    fn an_owner_is_offered_what_the_api_takes() {
        let home = |status: &str, next: &[&str]| Property {
            status: Some(status.to_owned()),
            next_statuses: Some(next.iter().map(|&to| to.to_owned()).collect()),
            ..Property::default()
        };
        assert_eq!(
            next_statuses(&home("DRAFT", &["PENDING_REVIEW"])),
            [("PENDING_REVIEW", "ask-send-for-review")]
        );
        assert_eq!(next_statuses(&home("INACTIVE", &["ACTIVE"])), [("ACTIVE", "ask-show-again")]);
        assert!(next_statuses(&home("INACTIVE", &[])).is_empty());
        assert!(is_held(&home("INACTIVE", &[])) && is_held(&home("REJECTED", &[])));
        assert!(!is_held(&home("PENDING_REVIEW", &[])) && !is_held(&home("REJECTED", &["DRAFT"])));
    }
}
