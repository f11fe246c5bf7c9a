//! The chips above results, and the links that lay them out.

use crate::api::{Understood, UnderstoodFilter};
use crate::home_search::{HomeSearch, View};
use crate::messages::Language;

/// A condition of the search.
pub(super) struct Chip {
    pub(super) label: String,
    /// The address of the search without it.
    pub(super) without: String,
}

/// A way to lay results out.
pub(super) struct ViewLink {
    pub(super) view: View,
    pub(super) href: String,
    pub(super) is_chosen: bool,
}

/// Everything that filters: what the address says, what words became, and the words.
pub(super) fn chips(language: Language, wanted: &HomeSearch, understood: &Understood) -> Vec<Chip> {
    let conditions = wanted.conditions(language).into_iter();
    let mut chips: Vec<Chip> = conditions
        .map(|condition| Chip { label: condition.label, without: condition.without.address() })
        .collect();
    let of_words = |filter: &UnderstoodFilter| Chip {
        label: filter.label.clone(),
        without: wanted.with_words(filter.without.trim().to_owned()).address(),
    };
    chips.extend(understood.filters.iter().map(of_words));
    if understood.filters.is_empty() && !wanted.words.is_empty() {
        let label = language.text("search-quoted").arg("words", &wanted.words).to_string();
        chips.push(Chip { label, without: wanted.without_words().address() });
    }
    chips
}

/// The address of the same search with all words as text.
pub(super) fn as_text(wanted: &HomeSearch, understood: &Understood) -> Option<String> {
    let words = format!("\"{}\"", wanted.words.replace('"', " ").trim());
    (!understood.filters.is_empty()).then(|| wanted.with_words(words).address())
}

/// The filters that the form of the filters shows itself.
const IN_FORM: [&str; 20] = [
    "amenities",
    "availableBy",
    "bathrooms",
    "bedrooms",
    "deal",
    "facing",
    "forWhom",
    "furnished",
    "gated",
    "kind",
    "locality",
    "maxArea",
    "maxDeposit",
    "maxPrice",
    "minArea",
    "minPrice",
    "pets",
    "photos",
    "possession",
    "verified",
];

/// What a form must send along to change only the parameter of this name.
pub(super) fn kept_but(wanted: &HomeSearch, name: &str) -> Vec<(&'static str, String)> {
    wanted.all_parameters().into_iter().filter(|(other, _)| *other != name).collect()
}

/// What the form of the filters must send along, because it does not show it.
pub(super) fn kept_by_filters(wanted: &HomeSearch, rooms: &[&str]) -> Vec<(&'static str, String)> {
    let is_shown =
        |name: &str, value: &str| IN_FORM.contains(&name) && (name != "bedrooms" || rooms.contains(&value));
    let all = wanted.all_parameters().into_iter();
    all.filter(|(name, value)| !is_shown(name, value)).collect()
}

pub(super) fn views(wanted: &HomeSearch) -> [ViewLink; 3] {
    View::ALL.map(|view| ViewLink {
        view,
        href: wanted.with_view(view).address(),
        is_chosen: wanted.view == view,
    })
}
