//! What is chosen, and what is wanted in another view or on another part of the map.

use super::{HomeSearch, Parameter, View};
use crate::place_path::What;

impl HomeSearch {
    pub(crate) fn with_view(&self, view: View) -> Self {
        Self { view, ..self.clone() }
    }

    /// Whether the path names this kind.
    pub(crate) fn is_kind(&self, slug: &str) -> bool {
        self.place.what.is_some_and(|what| what.kind.slug == slug)
    }

    /// Whether this listing type is chosen.
    pub(crate) fn has_deal(&self, code: &str) -> bool {
        let of_kind = |what: What| what.kind.also == Some(("listingType", code));
        let of_path = |what: What| what.deal.is_some_and(|deal| deal.code == code) || of_kind(what);
        self.place.what.is_some_and(of_path) || self.has("deal", code)
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
