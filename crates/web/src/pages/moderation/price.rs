//! Compares the price of a listing with the median of its kind in its area, as the market service computes it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::api::{AreaDetails, Call, OfferedKind, Property};
use crate::failure::Failure;
use crate::key::Key;
use crate::localities;
use crate::rupees::whole;
use crate::visit::Visit;

/// A price that is further from the median, in percent, is pointed out.
const FAR: f64 = 30.0;

/// The areas that a page has asked about. Listings of the same area share an answer.
#[derive(Default)]
pub(super) struct Areas(BTreeMap<String, Option<AreaDetails>>);

impl Areas {
    /// The figures of the area in which a home is; `None` where there are none.
    pub(super) async fn of(
        &mut self,
        visit: &Visit,
        home: &Property,
    ) -> Result<Option<&AreaDetails>, Failure> {
        let slug = home.location.as_deref().and_then(localities::slug);
        let Some(slug) = slug.and_then(|slug| Key::parse(&slug)) else { return Ok(None) };
        let details = match self.0.entry(slug.to_string()) {
            Entry::Occupied(asked) => asked.into_mut(),
            Entry::Vacant(new) => {
                new.insert(visit.ask_for_part(Call::get(format!("/api/market/areas/{slug}"))).await?)
            }
        };
        Ok(details.as_ref())
    }
}

/// What a square foot of the home costs, and how that compares.
pub(super) struct PriceCheck {
    pub(super) own: Option<String>,
    pub(super) among: Option<AmongOthers>,
}

/// The home among those of its kind in its area.
pub(super) struct AmongOthers {
    pub(super) median: String,
    /// How far it is from the median, in words.
    pub(super) words: String,
    pub(super) is_far: bool,
    /// The page of the area, and its name.
    pub(super) area: Option<(String, String)>,
}

impl PriceCheck {
    pub(super) fn of(visit: &Visit, home: &Property, details: Option<&AreaDetails>) -> Self {
        let own = home.asked_per_sqft();
        let kind = details.and_then(|details| Some((details, of_its_kind(home, details)?)));
        let among =
            own.zip(kind).and_then(|(own, (details, kind))| AmongOthers::of(visit, own, details, kind));
        let told = |sum| visit.text("moderation-per-sqft").arg("sum", whole(sum)).to_string();
        Self { own: own.map(told), among }
    }
}

impl AmongOthers {
    fn of(visit: &Visit, own: f64, details: &AreaDetails, kind: &OfferedKind) -> Option<Self> {
        let median = kind.median_price_per_sqft.filter(|&median| median > 0.0)?;
        let percent = (own - median) / median * 100.0;
        let words = if percent < 0.0 {
            visit.text("moderation-price-below")
        } else {
            visit.text("moderation-price-above")
        };
        let (slug, name) = (&details.area.slug, &details.area.name);
        let page = Key::parse(slug).map(|slug| format!("/areas/{slug}"));
        Some(Self {
            median: visit.text("moderation-per-sqft").arg("sum", whole(median)).to_string(),
            words: words
                .arg("percent", format!("{:.0}", percent.abs()))
                .arg("homes", kind.homes)
                .arg("area", name)
                .to_string(),
            is_far: percent.abs() >= FAR,
            area: page.map(|page| (page, name.clone())),
        })
    }
}

fn of_its_kind<'a>(home: &Property, details: &'a AreaDetails) -> Option<&'a OfferedKind> {
    let (kind, offer) = (home.property_type.as_deref()?, home.listing_type.as_deref()?);
    details.kinds.iter().find(|other| other.property_type == kind && other.listing_type == offer)
}
