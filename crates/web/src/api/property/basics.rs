//! The facts of every kind of home.

use serde_json::Number;

use super::Property;
use super::details::Fact;
use crate::labels;
use crate::messages::key;
use crate::numbers::plain;

impl Property {
    /// The rows of the facts table. Unknown values have no row.
    pub(crate) fn facts(&self) -> Vec<(String, String)> {
        self.named(self.basics().into_iter().chain(self.details()))
    }

    /// `3 bedrooms`, `2.5 bedrooms`, `1 room and kitchen` for half a room, or `No separate bedroom`.
    pub(super) fn rooms(&self, n: &Number) -> String {
        self.below_one_room(n).unwrap_or_else(|| self.text("fact-rooms").arg("count", n).to_string())
    }

    /// What less than one bedroom is called.
    fn below_one_room(&self, n: &Number) -> Option<String> {
        match n.as_f64()? {
            0.0 => Some(self.text("fact-no-bedroom").to_string()),
            0.5 => Some(self.text("fact-half-room").to_string()),
            _ => None,
        }
    }

    /// The facts of every kind of home.
    pub(super) fn basics(&self) -> Vec<Fact> {
        let number = |n: &Option<Number>| n.as_ref().map(plain);
        let floor = match (&self.floor_number, &self.total_floors) {
            (Some(floor), Some(of)) => {
                let floor = self.text("fact-floor-of").arg("floor", plain(floor));
                Some(floor.arg("of", plain(of)).to_string())
            }
            (floor, None) => number(floor),
            (None, Some(of)) => Some(self.text("fact-floors").arg("of", plain(of)).to_string()),
        };
        let facing = self.facing.as_deref().and_then(|it| labels::known(self.language, labels::FACING, it));
        vec![
            (key("fact-type"), Some(self.kind()).filter(|kind| !kind.is_empty())),
            (key("fact-plot-use"), self.plot_use.as_deref().map(|code| self.label(labels::PLOT_USES, code))),
            (
                key("fact-transaction"),
                self.transaction_type.as_deref().map(|it| self.label(labels::TRANSACTION_TYPES, it)),
            ),
            (key("fact-area"), self.size()),
            (
                key("fact-bedrooms"),
                self.bedrooms.as_ref().map(|n| self.below_one_room(n).unwrap_or_else(|| plain(n))),
            ),
            (key("fact-bathrooms"), number(&self.bathrooms)),
            (key("fact-floor"), floor),
            (key("fact-parking"), number(&self.parking_spaces)),
            (
                key("fact-furnishing"),
                self.furnished_status.as_deref().map(|it| self.label(labels::FURNISHING, it)),
            ),
            (key("fact-facing"), facing.or_else(|| self.facing.clone())),
            (
                key("fact-age"),
                self.age_of_property.as_ref().map(|n| self.text("fact-years").arg("count", n).to_string()),
            ),
            (key("fact-address"), self.address.clone()),
            (key("fact-state"), self.state.clone()),
        ]
    }
}
