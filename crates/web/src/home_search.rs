//! What somebody looks for, as the address of a page of results says it. Everything here is a function of the address.

mod asking;
mod chips;
mod choosing;
mod heading;
mod order;
mod parameter;
mod reading;
mod within;

pub(crate) use chips::Condition;
pub(crate) use order::{BEST, SORTS, Sort, View};
pub(crate) use parameter::{PARAMETERS, Parameter};
pub(crate) use reading::Reading;
pub(crate) use within::Bounds;

use crate::localities::Point;
use crate::place_path::{ALL, PlacePath};

/// Parameters of an address beside the filters.
const OTHERS: [&str; 7] = ["q", "locality", "kind", "for", "sort", "view", "page"];
/// The filters that a form shows on demand.
const MORE: [&str; 9] =
    ["bathrooms", "facing", "possession", "forWhom", "availableBy", "maxDeposit", "gated", "pets", "photos"];

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct HomeSearch {
    pub(crate) place: PlacePath,
    pub(crate) words: String,
    /// The filters with their values, in the order of [`PARAMETERS`] and of the address.
    filters: Vec<(&'static Parameter, String)>,
    /// The chosen order; `None` for the usual one.
    sort: Option<&'static Sort>,
    pub(crate) view: View,
}

impl HomeSearch {
    /// Everything at a place.
    pub(crate) fn at(place: PlacePath) -> Self {
        Self { place, ..Self::default() }
    }

    /// Every parameter that an address may have.
    pub(crate) fn known() -> Vec<&'static str> {
        PARAMETERS.iter().map(|parameter| parameter.name).chain(OTHERS).collect()
    }

    /// The values of a filter.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.filters.iter().filter(move |(its, _)| its.name == name).map(|(_, value)| value.as_str())
    }

    /// The value of a filter that holds one.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// The corners of the drawn area; none without one.
    pub(crate) fn corners(&self) -> Vec<Point> {
        self.value("within").and_then(within::corners).unwrap_or_default()
    }

    /// The value of a filter in rupees, as a field shows it.
    pub(crate) fn rupees(&self, name: &str) -> String {
        let rupees = self.value(name).and_then(|value| value.parse().ok());
        rupees.map_or_else(String::new, crate::rupees::typed)
    }

    /// All values of a filter, as a field shows them.
    pub(crate) fn listed(&self, name: &str) -> String {
        self.values(name).collect::<Vec<_>>().join(", ")
    }

    /// Whether a filter is set that a form shows only on demand.
    pub(crate) fn has_more(&self) -> bool {
        MORE.iter().any(|name| self.value(name).is_some())
    }

    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.values(name).any(|its| its == value)
    }

    /// Whether nothing is asked for, so that all homes are shown.
    pub(crate) fn is_bare(&self) -> bool {
        self.place.is_empty() && self.words.is_empty() && self.filters.is_empty()
    }

    pub(crate) fn usual_sort(&self) -> &'static Sort {
        if self.words.is_empty() { &SORTS[0] } else { &BEST }
    }

    pub(crate) fn sort(&self) -> &'static Sort {
        self.sort.unwrap_or_else(|| self.usual_sort())
    }

    /// The orders that can be chosen, the usual one first.
    pub(crate) fn sorts(&self) -> Vec<&'static Sort> {
        let best = (!self.words.is_empty()).then_some(&BEST);
        best.into_iter().chain(&SORTS).collect()
    }

    /// The path of its page.
    pub(crate) fn path(&self) -> String {
        if self.place.is_empty() && self.filters.is_empty() { ALL.to_owned() } else { self.place.path() }
    }

    /// The parameters of its address, beside the path.
    pub(crate) fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters: Vec<(&'static str, String)> = Vec::new();
        if !self.words.is_empty() {
            parameters.push(("q", self.words.clone()));
        }
        parameters.extend(self.filters.iter().map(|(parameter, value)| (parameter.name, value.clone())));
        parameters.extend(self.sort.map(|sort| ("sort", sort.code.to_owned())));
        if self.view != View::List {
            parameters.push(("view", self.view.code().to_owned()));
        }
        parameters
    }

    /// The same with the parts of the path as parameters, for a form or another page.
    pub(crate) fn all_parameters(&self) -> Vec<(&'static str, String)> {
        let locality = self.place.locality.as_ref().map(|locality| ("locality", locality.slug.clone()));
        let kind = self.place.what.map(|what| ("kind", what.slug()));
        locality.into_iter().chain(kind).chain(self.parameters()).collect()
    }

    /// The address of its first page.
    pub(crate) fn address(&self) -> String {
        with_query(&self.path(), &self.parameters())
    }
}

/// A path with a query, if there is one.
pub(crate) fn with_query<V: AsRef<str>>(path: &str, parameters: &[(&'static str, V)]) -> String {
    if parameters.is_empty() {
        return path.to_owned();
    }
    let pairs = parameters.iter().map(|(name, value)| (*name, value.as_ref()));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

#[cfg(test)]
mod tests;
