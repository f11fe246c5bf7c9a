//! The card beside the page of a home: its price, when it was listed, and the ways onward.

use super::costs::loan_words;
use crate::api::Property;
use crate::key::Key;
use crate::next_path::NextPath;
use crate::numbers::Count;
use crate::rupees;
use crate::visit::Visit;
use crate::when::Moment;

/// The price in figures.
pub(super) struct PriceCard {
    pub(super) per_sqft: Option<String>,
    pub(super) emi: Option<Emi>,
}

pub(super) struct Emi {
    pub(super) words: String,
    pub(super) terms: String,
    /// The calculator with this price.
    pub(super) calculator: String,
}

impl PriceCard {
    pub(super) fn of(visit: &Visit, home: &Property) -> Self {
        let per_sqft = home
            .rupees_per_sqft()
            .map(|price| visit.text("listing-per-sqft-stated").arg("sum", rupees::whole(price)).to_string());
        let emi = home.instalment().zip(home.rupees()).map(|(instalment, price)| Emi {
            words: visit.text("listing-emi-a-month").arg("sum", rupees::whole(instalment)).to_string(),
            terms: loan_words(visit),
            calculator: format!("/tools/emi?price={price:.0}"),
        });
        Self { per_sqft, emi }
    }
}

/// Where the buttons lead.
pub(super) struct Deeds {
    pub(super) enquire: String,
    pub(super) visit: String,
    pub(super) share: String,
    pub(super) report: String,
    pub(super) compare: String,
    /// The address of saving; it leads somebody signed out through the sign-in.
    pub(super) save: String,
    pub(super) unsave: String,
    pub(super) contact: String,
    /// The sign-in that comes back to the contact.
    pub(super) sign_in: String,
    /// The address that takes back what the person just did.
    pub(super) undo: Option<String>,
}

impl Deeds {
    pub(super) fn of(home: &Property, id: &Key, undo: Option<&str>) -> Self {
        let to = |deed: &str| format!("/homes/{id}/{deed}");
        let back = NextPath::parse(&format!("{}#contact", home.path()));
        Self {
            enquire: to("enquire"),
            visit: to("visit"),
            share: to("share"),
            report: to("report"),
            compare: format!("/compare?id={id}"),
            save: to("save"),
            unsave: to("unsave"),
            contact: format!("{}#contact", to("contact")),
            sign_in: back.as_ref().map_or_else(|| "/sign-in".to_owned(), NextPath::by_way_of_sign_in),
            undo: undo.map(to),
        }
    }
}

/// When it was listed and changed, and how much it was seen.
pub(super) struct Times {
    pub(super) listed: Option<Moment>,
    /// Absent unless it was changed on a later day.
    pub(super) changed: Option<Moment>,
    pub(super) seen: Option<String>,
    pub(super) kept: Option<String>,
}

impl Times {
    pub(super) fn of(visit: &Visit, home: &Property) -> Self {
        let listed = Moment::parse_some(home.created_at.as_ref());
        let changed = Moment::parse_some(home.updated_at.as_ref());
        let is_later = |moment: &Moment| listed.is_some_and(|listed| listed.day() < moment.day());
        let seen = |count: Count| visit.text("listing-seen").arg("count", count.0).to_string();
        let kept = |count: Count| visit.text("listing-kept").arg("count", count.0).to_string();
        Self {
            listed,
            changed: changed.filter(is_later),
            seen: home.views_count.map(seen),
            kept: home.favorites_count.filter(|count| count.0 > 0).map(kept),
        }
    }
}
