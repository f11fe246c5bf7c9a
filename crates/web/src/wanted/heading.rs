//! What is wanted, in words.

use super::Wanted;
use crate::labels::capitalised;
use crate::place_path::What;
use crate::rupees;

impl Wanted {
    /// `2 BHK apartments for sale in Kondapur under ₹80 lakh`. `city` is named when no locality is.
    pub(crate) fn heading(&self, city: &str) -> String {
        if self.is_bare() {
            return format!("All homes in {city}");
        }
        if self.place.is_empty() && self.filters.is_empty() {
            return format!("Homes for “{}”", self.words);
        }
        let what = self.place.what.map_or_else(|| "homes".to_owned(), What::words);
        let place = self.place.locality.as_ref().map_or(city, |locality| locality.name.as_str());
        let mut words = Vec::new();
        words.extend(self.rooms());
        words.push(what);
        words.push(format!("in {place}"));
        words.extend(self.price());
        if !self.words.is_empty() {
            words.push(format!("with “{}”", self.words));
        }
        capitalised(words.join(" "))
    }

    fn rooms(&self) -> Option<String> {
        let numbers: Vec<&str> = self.values("bedrooms").collect();
        let (last, others) = numbers.split_last()?;
        Some(if others.is_empty() {
            format!("{last} BHK")
        } else {
            format!("{} or {last} BHK", others.join(", "))
        })
    }

    fn price(&self) -> Option<String> {
        let bound = |name: &str| self.value(name).and_then(|value| value.parse().ok()).map(rupees::words);
        match (bound("minPrice"), bound("maxPrice")) {
            (Some(least), Some(most)) => Some(format!("from {least} to {most}")),
            (Some(least), None) => Some(format!("from {least}")),
            (None, Some(most)) => Some(format!("under {most}")),
            (None, None) => None,
        }
    }

    /// A short name for a saved search.
    pub(crate) fn name(&self, city: &str) -> String {
        self.heading(city).chars().take(80).collect()
    }
}
