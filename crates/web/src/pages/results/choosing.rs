//! What the forms of a page of results offer, in words.

use crate::home_search::{HomeSearch, Sort};
use crate::labels::{self, Labels};
use crate::place_path::{DEALS, Deal, KINDS, Kind};
use crate::visit::Visit;

/// The numbers of bedrooms that the form offers.
pub(super) const ROOMS: [&str; 5] = ["1", "2", "3", "4", "5+"];

/// What the form of the filters offers.
pub(super) struct Choices {
    pub(super) kinds: Vec<KindChoice>,
    pub(super) deals: Vec<Choice>,
    pub(super) rooms: [&'static str; 5],
    pub(super) furnishing: Vec<(&'static str, String)>,
    pub(super) directions: Vec<(&'static str, String)>,
    pub(super) possession: Vec<(&'static str, String)>,
    pub(super) for_whom: Vec<(&'static str, String)>,
}

/// A kind of home that can be chosen.
pub(super) struct KindChoice {
    pub(super) kind: &'static Kind,
    pub(super) slug: &'static str,
    pub(super) words: String,
}

/// A deal or an order that can be chosen.
pub(super) struct Choice {
    pub(super) code: &'static str,
    pub(super) words: String,
}

impl Choices {
    pub(super) fn of(visit: &Visit) -> Self {
        let words = |key: &str| visit.text(key).to_string();
        let told = |labels: Labels| labels::told(visit.language, labels.iter().copied());
        let title = |key: &str| labels::capitalised(words(key));
        let kind = |kind: &'static Kind| KindChoice { kind, slug: kind.slug, words: title(kind.words) };
        let deal = |deal: &Deal| Choice { code: deal.code, words: title(deal.words) };
        Self {
            kinds: KINDS.iter().map(kind).collect(),
            deals: DEALS.iter().map(deal).collect(),
            rooms: ROOMS,
            furnishing: told(labels::FURNISHING),
            directions: told(labels::DIRECTIONS),
            possession: told(labels::POSSESSION),
            for_whom: told(labels::FOR_WHOM),
        }
    }
}

/// The orders that can be chosen.
pub(super) fn orders(visit: &Visit, wanted: &HomeSearch) -> Vec<Choice> {
    let order = |sort: &Sort| Choice { code: sort.code, words: visit.text(sort.words).to_string() };
    wanted.sorts().into_iter().map(order).collect()
}
