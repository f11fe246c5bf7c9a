//! The reason for a recommendation, in words.

use domain::PropertyId;
use domain::fields::Choice;
use domain::property::kinds::{ListingType, PropertyType};

use super::features::{BEDROOMS, KIND, MarketHome, OFFER, PLACE, PRICE, TRAITS};
use super::interactions::Profile;
use super::weights::{Features, OTHERS, POPULAR};
use crate::home::Home;

/// The share of a person's taste from which a trait counts as typical for them.
const TYPICAL: f64 = 0.25;

/// The main reason for a recommendation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// It resembles homes that the person viewed or searched for.
    Taste {
        /// Which traits they share, in the order of [`super::Traits`].
        shared: [bool; TRAITS],
        /// Whether homes were viewed, and not only searched for.
        from_homes: bool,
    },
    /// People who looked at this other home also looked at it.
    Others(PropertyId),
    /// Many people looked at it.
    Popular,
    /// It is new on the market.
    Fresh,
}

impl Because {
    /// The feature that contributes most.
    #[must_use]
    pub fn of(
        profile: &Profile,
        item: &MarketHome,
        features: &Features,
        weights: &Features,
        nearest: Option<PropertyId>,
    ) -> Self {
        let part = |index: usize| features[index] * weights[index];
        let best = (0..TRAITS).max_by(|a, b| part(*a).total_cmp(&part(*b))).unwrap_or(PLACE);
        if let Some(nearest) = nearest.filter(|_| part(OTHERS) > part(best)) {
            return Self::Others(nearest);
        }
        if part(best) <= 0.0 {
            return if features[POPULAR] > 0.0 { Self::Popular } else { Self::Fresh };
        }
        let mut shared = [false; TRAITS];
        for (index, shares) in shared.iter_mut().enumerate() {
            *shares = index == best || profile.taste(index, item.traits[index]) >= TYPICAL;
        }
        Self::Taste { shared, from_homes: profile.from_homes }
    }

    /// The reason as text for people. `title` is the title of the home in [`Self::Others`].
    #[must_use]
    pub fn words(&self, home: &Home, title: Option<&str>) -> String {
        match self {
            Self::Taste { shared, from_homes } => {
                let looked = if *from_homes { "looked at" } else { "searched for" };
                format!("because you {looked} {}", of_its_kind(home, *shared))
            }
            Self::Others(_) => {
                let title = title.unwrap_or("a home you looked at");
                format!("because people who looked at {title} looked at it, too")
            }
            Self::Popular => "because many people look at it".into(),
            Self::Fresh => "because it is new on the market".into(),
        }
    }
}

/// For example `3-BHK flats in Kondapur`.
fn of_its_kind(home: &Home, shared: [bool; TRAITS]) -> String {
    let facts = &home.content.specifications;
    let bedrooms = facts.bedrooms.filter(|rooms| rooms.halves() > 0 && shared[BEDROOMS]);
    let bedrooms = bedrooms.map_or_else(String::new, |rooms| format!("{rooms}-BHK "));
    let kind = if shared[KIND] { plural(facts.property_type) } else { "homes".to_owned() };
    let only_offer = shared[OFFER] && !shared[KIND] && !shared[BEDROOMS] && !shared[PLACE];
    let offer = if only_offer { for_what(facts.listing_type) } else { "" };
    let place = if shared[PLACE] {
        format!(" in {}", home.content.location.area.text())
    } else if shared[PRICE] {
        format!(" at about {}", home.content.price.in_words())
    } else {
        String::new()
    };
    format!("{bedrooms}{kind}{offer}{place}")
}

fn for_what(offer: ListingType) -> &'static str {
    match offer {
        ListingType::Sale => " for sale",
        ListingType::Rent => " for rent",
        ListingType::Lease => " for lease",
        ListingType::Pg => " for paying guests",
        ListingType::Flatmate => " for flatmates",
    }
}

fn plural(kind: PropertyType) -> String {
    match kind {
        PropertyType::Apartment => "flats".into(),
        PropertyType::Coworking | PropertyType::Industrial | PropertyType::Commercial => {
            format!("{} spaces", kind.word().to_lowercase())
        }
        other => format!("{}s", other.word().to_lowercase().replace('_', " ")),
    }
}
