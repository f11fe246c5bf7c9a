//! The parameters of the API, to and from what is wanted.

use serde_json::Value;

use super::{HomeSearch, PARAMETERS};
use crate::localities::Locality;
use crate::place_path::{HOMES, What};

impl HomeSearch {
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
