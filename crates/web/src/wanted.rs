//! What somebody looks for, as the address of a page of results says it. Everything here is a function of the address.

mod chips;
mod choosing;
mod heading;
mod parameter;
mod within;

use serde_json::Value;

pub(crate) use chips::Condition;
pub(crate) use parameter::{PARAMETERS, Parameter};
pub(crate) use within::Bounds;

use crate::form::Form;
use crate::localities::{Locality, Point};
use crate::place_path::{ALL, HOMES, PlacePath, What};

/// The longest words that the API takes.
const LONGEST: usize = 200;
/// Parameters of an address beside the filters.
const OTHERS: [&str; 7] = ["q", "locality", "kind", "for", "sort", "view", "page"];
/// What the first page asks for by `for`, as a path says it.
const TABS: [(&str, &str); 5] = [
    ("buy", "homes-for-sale"),
    ("rent", "homes-for-rent"),
    ("plots", "plots-for-sale"),
    ("commercial", "commercial"),
    ("pg", "pg"),
];
/// The filters that a form shows on demand.
const MORE: [&str; 8] =
    ["bathrooms", "possession", "forWhom", "availableBy", "maxDeposit", "gated", "pets", "verified"];
/// The most values of one filter.
const MOST_VALUES: usize = 20;

/// An order of results.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) code: &'static str,
    pub(crate) words: &'static str,
    pub(crate) by: &'static str,
    pub(crate) dir: &'static str,
}

/// The order of a search for words, unless the person chooses another.
pub(crate) static BEST: Sort = Sort { code: "best", words: "Best match first", by: "relevance", dir: "desc" };

pub(crate) static SORTS: [Sort; 5] = [
    Sort { code: "newest", words: "Newest first", by: "createdAt", dir: "desc" },
    Sort { code: "price-low", words: "Lowest price first", by: "price", dir: "asc" },
    Sort { code: "price-high", words: "Highest price first", by: "price", dir: "desc" },
    Sort { code: "area-large", words: "Largest area first", by: "areaSqft", dir: "desc" },
    Sort { code: "area-small", words: "Smallest area first", by: "areaSqft", dir: "asc" },
];

/// How results are laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum View {
    #[default]
    List,
    Map,
    Split,
}

impl View {
    pub(crate) const ALL: [Self; 3] = [Self::List, Self::Map, Self::Split];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Map => "map",
            Self::Split => "split",
        }
    }

    /// How many homes a page shows.
    pub(crate) fn size(self) -> &'static str {
        match self {
            Self::List => "12",
            Self::Map => "60",
            Self::Split => "24",
        }
    }

    pub(crate) fn has_map(self) -> bool {
        self != Self::List
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) place: PlacePath,
    pub(crate) words: String,
    /// The filters with their values, in the order of [`PARAMETERS`] and of the address.
    filters: Vec<(&'static Parameter, String)>,
    /// The chosen order; `None` for the usual one.
    sort: Option<&'static Sort>,
    pub(crate) view: View,
}

/// An address as it was read.
pub(crate) struct Reading {
    pub(crate) wanted: Wanted,
    /// The parameters whose value means nothing: name and value.
    pub(crate) unread: Vec<(String, String)>,
}

impl Wanted {
    /// Everything at a place.
    pub(crate) fn at(place: PlacePath) -> Self {
        Self { place, ..Self::default() }
    }

    /// Every parameter that an address may have.
    pub(crate) fn known() -> Vec<&'static str> {
        PARAMETERS.iter().map(|parameter| parameter.name).chain(OTHERS).collect()
    }

    pub(crate) fn read(place: PlacePath, query: &Form) -> Reading {
        let mut wanted = Self { place, ..Self::default() };
        let mut unread = Vec::new();
        for (name, value) in query.pairs() {
            let value = value.trim();
            if !value.is_empty() && !wanted.take(name, value) {
                unread.push((name.to_owned(), value.to_owned()));
            }
        }
        wanted.settle();
        let is_usual = wanted.sort.is_some_and(|sort| *sort == *wanted.usual_sort());
        if is_usual {
            wanted.sort = None;
        }
        if wanted.sort.is_some_and(|sort| *sort == BEST) && wanted.words.is_empty() {
            wanted.sort = None;
            unread.push(("sort".to_owned(), BEST.code.to_owned()));
        }
        Reading { wanted, unread }
    }

    /// Takes one parameter of an address. Returns whether it means something; one that is not ours does not count.
    fn take(&mut self, name: &str, value: &str) -> bool {
        match name {
            "q" => self.words = value.chars().take(LONGEST).collect(),
            "locality" => match Locality::named(value) {
                Some(locality) => self.place.locality = Some(locality),
                None => return false,
            },
            "kind" => match What::parse(value) {
                Some(what) => self.place.what = Some(what),
                None => return value == "homes",
            },
            "for" => match TABS.iter().find(|(code, _)| *code == value) {
                Some((_, slug)) => self.place.what = What::parse(slug),
                None => return false,
            },
            "sort" => match SORTS.iter().chain([&BEST]).find(|sort| sort.code == value) {
                Some(sort) => self.sort = Some(sort),
                None => return false,
            },
            "view" => match View::ALL.into_iter().find(|view| view.code() == value) {
                Some(view) => self.view = view,
                None => return false,
            },
            "page" => {}
            _ => match PARAMETERS.iter().find(|parameter| parameter.name == name) {
                Some(parameter) => return self.take_filter(parameter, value),
                None => return true,
            },
        }
        true
    }

    fn take_filter(&mut self, parameter: &'static Parameter, text: &str) -> bool {
        let Some(values) = parameter.values(text) else { return false };
        for value in values {
            self.add(parameter, value);
        }
        true
    }

    /// Adds a value; a filter that holds one value only gets another one.
    fn add(&mut self, parameter: &'static Parameter, value: String) {
        if !parameter.many {
            self.filters.retain(|(its, _)| *its != parameter);
        }
        let is_full = self.values(parameter.name).count() >= MOST_VALUES;
        if !is_full && !self.has(parameter.name, &value) {
            self.filters.push((parameter, value));
            let place = |name: &str| PARAMETERS.iter().position(|parameter| parameter.name == name);
            self.filters.sort_by_key(|(parameter, _)| place(parameter.name));
        }
    }

    /// Takes a parameter of the API, from words that were understood or from a past search. Returns whether an address
    /// can say it.
    pub(crate) fn take_api(&mut self, name: &str, value: &Value) -> bool {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::Array(items) => {
                return items.iter().all(|item| !item.is_array() && self.take_api(name, item));
            }
            Value::Null | Value::Object(_) => return false,
        };
        match name {
            "query" | "q" => self.take("q", &text),
            "location" | "locality" => {
                if text.contains(',') {
                    return false;
                }
                let other = self.place.locality.take();
                let is_same = |other: &Locality| Locality::named(&text).is_some_and(|it| it == *other);
                other.as_ref().is_none_or(is_same) && self.take("locality", &text)
            }
            _ => match PARAMETERS.iter().find(|parameter| parameter.api == name) {
                Some(parameter) => self.take_filter(parameter, &text),
                None => false,
            },
        }
    }

    /// Takes away whatever asks the API for a parameter of this name.
    pub(crate) fn clear_api(&mut self, name: &str) {
        self.filters.retain(|(parameter, _)| parameter.api != name);
        let what = self.place.what;
        match name {
            "location" => self.place.locality = None,
            "propertyType" => {
                let is_kind = what.is_some_and(|what| !what.kind.types.is_empty());
                if is_kind {
                    self.place.what = what.and_then(|what| What::new(&HOMES, what.deal));
                }
            }
            "listingType" => {
                let is_deal = |what: &What| what.kind.also.is_some_and(|(name, _)| name == "listingType");
                let rest = what.filter(|what| !is_deal(what));
                self.place.what = rest.and_then(|what| What::new(what.kind, None));
            }
            _ => {}
        }
    }

    /// The past search of these parameters; `None` when an address cannot say it, or when it searched for nothing.
    pub(crate) fn of_past(filters: &serde_json::Map<String, Value>) -> Option<Self> {
        let mut wanted = Self::default();
        let of_order = ["sort", "sortBy", "sortDir"];
        let mut searched = filters.iter().filter(|(name, _)| !of_order.contains(&name.as_str()));
        let can_be_said = searched.all(|(name, value)| wanted.take_api(name, value));
        wanted.settle();
        (can_be_said && !wanted.is_bare()).then_some(wanted)
    }

    /// Moves into the path what it can say, and puts bounds the right way round.
    pub(crate) fn settle(&mut self) {
        let of = |name: &str| -> Vec<&'static str> {
            let codes = |(code, _): &(&'static str, &'static str)| self.has(name, code).then_some(*code);
            let labels =
                if name == "type" { crate::labels::PROPERTY_TYPES } else { crate::labels::LISTING_TYPES };
            labels.iter().filter_map(codes).collect()
        };
        let (types, deals) = (of("type"), of("deal"));
        let mut said: Vec<&str> = Vec::new();
        match self.place.what {
            None => {
                let (both, alone) = (What::of(&types, &deals), What::of(&[], &deals));
                if both.is_some() {
                    said = vec!["type", "deal"];
                } else if alone.is_some_and(|what| what.kind.also.is_none()) {
                    said = vec!["deal"];
                }
                self.place.what = both.or(alone.filter(|_| said == ["deal"]));
            }
            Some(what) if what.deal.is_none() && !deals.is_empty() => {
                let deal = What::of(&[], &deals).and_then(|what| what.deal);
                if let Some(both) = deal.and_then(|deal| What::new(what.kind, Some(deal))) {
                    self.place.what = Some(both);
                    said = vec!["deal"];
                } else if what.kind.also.is_some_and(|(name, _)| name == "listingType") {
                    said = vec!["deal"];
                }
            }
            Some(what) if what.kind.slug == HOMES.slug && !types.is_empty() => {
                let deal: Vec<&str> = what.deal.iter().map(|deal| deal.code).collect();
                if let Some(both) = What::of(&types, &deal) {
                    self.place.what = Some(both);
                    said = vec!["type"];
                }
            }
            Some(_) => {}
        }
        self.filters.retain(|(parameter, _)| !said.contains(&parameter.name));
        for (least, most) in [("minPrice", "maxPrice"), ("minArea", "maxArea")] {
            self.put_in_order(least, most);
        }
    }

    fn put_in_order(&mut self, least: &str, most: &str) {
        let number = |name: &str| self.value(name).and_then(|value| value.parse::<u64>().ok());
        let (Some(low), Some(high)) = (number(least), number(most)) else { return };
        if low <= high {
            return;
        }
        for (parameter, value) in &mut self.filters {
            if parameter.name == least {
                *value = high.to_string();
            } else if parameter.name == most {
                *value = low.to_string();
            }
        }
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

    /// The parameters of the API that ask for this, without order and paging.
    pub(crate) fn api(&self) -> Vec<(&'static str, String)> {
        let mut asked: Vec<(&'static str, String)> = Vec::new();
        if !self.words.is_empty() {
            asked.push(("query", self.words.clone()));
        }
        if let Some(locality) = &self.place.locality {
            asked.push(("location", locality.name.clone()));
        }
        if let Some(what) = self.place.what {
            asked.extend(what.kind.types.iter().map(|code| ("propertyType", (*code).to_owned())));
            asked.extend(what.kind.also.map(|(name, value)| (name, value.to_owned())));
            asked.extend(what.deal.map(|deal| ("listingType", deal.code.to_owned())));
        }
        let filters = self.filters.iter();
        asked.extend(filters.map(|(parameter, value)| (parameter.api, parameter.for_api(value))));
        joined(asked)
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

/// The parameters, each name once, its values separated by commas.
fn joined(asked: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    let mut all: Vec<(&'static str, String)> = Vec::new();
    for (name, value) in asked {
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => {
                values.push(',');
                values.push_str(&value);
            }
            None => all.push((name, value)),
        }
    }
    all
}

#[cfg(test)]
mod tests;
