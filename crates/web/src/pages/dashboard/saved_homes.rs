//! `/dashboard/saved`: the homes that the person saved, then and now.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde_json::Number;

use crate::Site;
use crate::api::{ApiError, Call, Page, Property, SavedHome};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::key::Key;
use crate::messages::key;
use crate::numbers::Count;
use crate::pager::Pager;
use crate::pages::show;
use crate::visit::Visit;
use crate::when::Moment;

const PATH: &str = "/dashboard/saved";
const SIZE: u64 = 12;

/// A saved home in words.
pub(super) struct Kept {
    pub(super) id: Key,
    /// `None` while it is not visible.
    pub(super) home: Option<Property>,
    pub(super) saved: Option<Moment>,
    /// The price when it was saved.
    pub(super) price_then: String,
    pub(super) change: Change,
}

/// What became of it since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    None,
    Cheaper,
    Dearer,
    Sold,
    Rented,
    Withdrawn,
}

#[derive(Template)]
#[template(path = "dashboard/saved_homes.html")]
struct SavedHomesPage {
    frame: Frame,
    homes: Vec<Kept>,
    total: Count,
    pager: Pager,
    here: String,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(page))
}

pub(super) async fn load(visit: &Visit, page: u64, size: u64) -> Result<Page<SavedHome>, ApiError> {
    let size = size.to_string();
    let call =
        |page: &str| Call::get("/api/properties/favorites/changes").query(&[("page", page), ("size", &size)]);
    visit.ask_for_page(page, call).await
}

async fn page(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&["page"]);
    let number = visit.page_number();
    let list = load(&visit, number, SIZE).await?;
    let title = visit.text("personal-saved-title").to_string();
    show(&SavedHomesPage {
        frame: visit.frame(title),
        homes: list.content.into_iter().filter_map(Kept::of).collect(),
        total: list.total_elements,
        pager: Pager::new(PATH, number, list.total_pages, vec![]),
        here: visit.here().map_or_else(|| PATH.to_owned(), |here| here.to_string()),
    })
}

impl Kept {
    pub(super) fn of(saved: SavedHome) -> Option<Self> {
        let now = saved.property.as_ref().and_then(|home| home.price.as_ref());
        Some(Self {
            id: Key::parse(&saved.property_id)?,
            change: Change::of(&saved.availability, saved.saved_price.as_ref(), now),
            saved: Moment::parse_some(saved.saved_at.as_ref()),
            price_then: saved.saved_price_text,
            home: saved.property,
        })
    }

    /// The key of the words about what became of it; `None` when nothing did.
    pub(super) fn words(&self) -> Option<&'static str> {
        Some(match self.change {
            Change::None => return None,
            Change::Cheaper => key("personal-saved-cheaper"),
            Change::Dearer => key("personal-saved-dearer"),
            Change::Sold => key("personal-saved-sold"),
            Change::Rented => key("personal-saved-rented"),
            Change::Withdrawn => key("personal-saved-withdrawn"),
        })
    }

    /// The class of the badge with these words.
    pub(super) fn badge(&self) -> &'static str {
        match self.change {
            Change::Cheaper => "badge good",
            Change::Sold | Change::Rented | Change::Withdrawn => "badge warn",
            Change::None | Change::Dearer => "badge",
        }
    }

    /// What it is called; `None` while it is not visible.
    pub(super) fn title(&self) -> Option<&str> {
        self.home.as_ref().map(Property::heading)
    }
}

impl Change {
    fn of(availability: &str, then: Option<&Number>, now: Option<&Number>) -> Self {
        match availability {
            "SOLD" => Self::Sold,
            "RENTED" => Self::Rented,
            "WITHDRAWN" => Self::Withdrawn,
            _ => match then.and_then(Number::as_f64).zip(now.and_then(Number::as_f64)) {
                Some((then, now)) if now < then => Self::Cheaper,
                Some((then, now)) if now > then => Self::Dearer,
                _ => Self::None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Number, json};

    use super::{Change, Kept};

    #[test]
    fn what_became_of_a_home_is_told_by_where_it_stands_and_then_by_its_price() {
        let [low, high] = [4_000_000_u64, 5_000_000].map(Number::from);
        let change = |availability, now| Change::of(availability, Some(&high), now);
        assert_eq!(change("ON_THE_MARKET", Some(&low)), Change::Cheaper);
        assert_eq!(change("ON_THE_MARKET", Some(&high)), Change::None);
        assert_eq!(Change::of("ON_THE_MARKET", Some(&low), Some(&high)), Change::Dearer);
        assert_eq!(
            (change("SOLD", Some(&low)), change("WITHDRAWN", None)),
            (Change::Sold, Change::Withdrawn)
        );
        assert_eq!(change("ON_THE_MARKET", None), Change::None, "a price on request is no change");
    }

    #[test]
    fn a_home_that_is_gone_is_still_in_the_list() {
        let saved = json!({"propertyId": "h1", "availability": "WITHDRAWN", "savedPriceText": "₹50 Lakh"});
        let kept = Kept::of(serde_json::from_value(saved).unwrap()).unwrap();
        assert!(kept.title().is_none() && kept.change == Change::Withdrawn);
    }
}
