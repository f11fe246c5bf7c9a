//! What is wanted when one more thing is chosen, or one that was chosen is taken away again.

use super::{Parameter, View, Wanted};
use crate::localities::Locality;
use crate::place_path::{HOMES, What};

impl Wanted {
    pub(crate) fn with_view(&self, view: View) -> Self {
        Self { view, ..self.clone() }
    }

    /// With this value of a filter; without it if it was chosen already.
    pub(crate) fn toggled(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        if self.has(name, value) {
            other.filters.retain(|(parameter, its)| parameter.name != name || its != value);
        } else if let Some(parameter) = Parameter::named(name) {
            other.add(parameter, value.to_owned());
        }
        other.settle();
        other
    }

    /// With these bounds only: the names of the filters with their values, where there is one.
    pub(crate) fn bounded(&self, bounds: [(&str, Option<u64>); 2]) -> Self {
        let mut other = self.clone();
        for (name, value) in bounds {
            other.filters.retain(|(parameter, _)| parameter.name != name);
            if let (Some(parameter), Some(value)) = (Parameter::named(name), value) {
                other.add(parameter, value.to_string());
            }
        }
        other
    }

    /// Whether exactly these bounds are chosen.
    pub(crate) fn is_bounded(&self, bounds: [(&str, Option<u64>); 2]) -> bool {
        let is_same = |(name, value): (&str, Option<u64>)| {
            self.value(name) == value.map(|value| value.to_string()).as_deref()
        };
        bounds.into_iter().all(is_same)
    }

    /// Whether the path names this kind.
    pub(crate) fn is_kind(&self, slug: &str) -> bool {
        self.place.what.is_some_and(|what| what.kind.slug == slug)
    }

    /// Whether this property type is chosen.
    pub(crate) fn has_type(&self, code: &str) -> bool {
        self.place.what.is_some_and(|what| what.kind.types.contains(&code)) || self.has("type", code)
    }

    /// With this property type only; without any if it was chosen already.
    pub(crate) fn of_type(&self, code: &str) -> Self {
        let mut other = self.clone();
        other.filters.retain(|(parameter, _)| parameter.name != "type");
        let deal = other.place.what.and_then(|what| what.deal);
        let is_special = other.place.what.is_some_and(|what| what.kind.also.is_some());
        if !is_special {
            other.place.what = What::new(&HOMES, deal);
        }
        if self.has_type(code) {
            return other;
        }
        match What::of(&[code], &[]).and_then(|what| What::new(what.kind, deal)) {
            Some(what) if !is_special => other.place.what = Some(what),
            _ => {
                if let Some(parameter) = Parameter::named("type") {
                    other.add(parameter, code.to_owned());
                }
            }
        }
        other
    }

    /// Whether this listing type is chosen.
    pub(crate) fn has_deal(&self, code: &str) -> bool {
        let of_kind = |what: What| what.kind.also == Some(("listingType", code));
        let of_path = |what: What| what.deal.is_some_and(|deal| deal.code == code) || of_kind(what);
        self.place.what.is_some_and(of_path) || self.has("deal", code)
    }

    /// With this listing type only; without any if it was chosen already.
    pub(crate) fn of_deal(&self, code: &str) -> Self {
        let mut other = self.clone();
        other.filters.retain(|(parameter, _)| parameter.name != "deal");
        let is_no_deal = |what: &What| what.kind.also.is_none_or(|(name, _)| name != "listingType");
        let kind = other.place.what.filter(is_no_deal).map_or(&HOMES, |what| what.kind);
        other.place.what = What::new(kind, None);
        if self.has_deal(code) {
            return other;
        }
        let chosen = What::of(&[], &[code]);
        let with_kind = chosen.and_then(|what| What::new(kind, Some(what.deal?)));
        match with_kind.or(chosen.filter(|_| kind.slug == HOMES.slug)) {
            Some(what) => other.place.what = Some(what),
            None => {
                if let Some(parameter) = Parameter::named("deal") {
                    other.add(parameter, code.to_owned());
                }
            }
        }
        other
    }

    /// In this locality; anywhere if it was chosen already.
    pub(crate) fn in_locality(&self, locality: Locality) -> Self {
        let mut other = self.clone();
        let is_chosen = self.place.locality.as_ref() == Some(&locality);
        other.place.locality = if is_chosen { None } else { Some(locality) };
        other
    }

    /// Only where a map shows this rectangle; anywhere on the map without one.
    pub(crate) fn on_map(&self, bounds: Option<super::Bounds>) -> Self {
        let mut other = self.clone();
        other.filters.retain(|(parameter, _)| parameter.name != "bbox" && parameter.name != "within");
        if let (Some(parameter), Some(bounds)) = (Parameter::named("bbox"), bounds) {
            other.add(parameter, bounds.to_string());
        }
        other
    }
}
