//! The estimated value of a home, and the costs of buying one, as the API reports them.

use serde::Deserialize;

use crate::key::Key;
use crate::numbers::Count;
use crate::when::Moment;

/// A range of prices in which a home would be offered, from comparable homes on offer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Estimate {
    pub(crate) low: f64,
    pub(crate) middle: f64,
    pub(crate) high: f64,
    pub(crate) price_per_sqft: Option<f64>,
    pub(crate) comparables: Vec<ComparableHome>,
    pub(crate) measured: Option<Measured>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ComparableHome {
    pub(crate) id: String,
    pub(crate) title: Option<String>,
    pub(crate) price: Option<f64>,
    pub(crate) area_sqft: Option<f64>,
    pub(crate) location: Option<String>,
    pub(crate) bedrooms: Option<f64>,
    pub(crate) created_at: Option<String>,
}

/// How far the estimates were from the asking prices of homes that were held back.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Measured {
    pub(crate) homes: Count,
    pub(crate) median_error_percent: Option<f64>,
}

/// What buying a home costs beside its price.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CostSheet {
    /// The day of the rates.
    pub(crate) as_of: Option<String>,
    pub(crate) lines: Vec<SheetLine>,
    pub(crate) total: f64,
    pub(crate) price_with_costs: f64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SheetLine {
    pub(crate) label: String,
    pub(crate) rate_percent: Option<f64>,
    pub(crate) amount: f64,
    pub(crate) source: Option<String>,
    pub(crate) source_url: Option<String>,
}

impl ComparableHome {
    /// The page of the home.
    pub(crate) fn page(&self) -> Option<String> {
        Key::parse(&self.id).map(|id| format!("/homes/{id}"))
    }

    /// Where it is, and how many bedrooms it has: `Kondapur · 2.5 BHK`.
    pub(crate) fn about(&self) -> String {
        let rooms = self.bedrooms.map(|rooms| format!("{rooms} BHK"));
        [self.location.clone(), rooms].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    pub(crate) fn price_per_sqft(&self) -> Option<f64> {
        let (price, area) = (self.price?, self.area_sqft?);
        (area > 0.0).then(|| price / area)
    }

    pub(crate) fn when(&self) -> Option<Moment> {
        Moment::parse_some(self.created_at.as_ref())
    }
}

impl SheetLine {
    /// Where the rate is published, if it is a page that a browser may open.
    pub(crate) fn link(&self) -> Option<&str> {
        self.source_url.as_deref().filter(|url| url.starts_with("https://"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_web_are_linked() {
        let line = |url: &str| SheetLine { source_url: Some(url.to_owned()), ..SheetLine::default() };
        assert_eq!(line("https://rates.example/duty").link(), Some("https://rates.example/duty"));
        for bad in ["javascript:alert(1)", "http://rates.example", "//rates.example", ""] {
            assert_eq!(line(bad).link(), None, "{bad}");
        }
    }

    #[test]
    fn a_price_per_sq_ft_needs_an_area() {
        let home = |area_sqft| ComparableHome { price: Some(9e6), area_sqft, ..ComparableHome::default() };
        assert_eq!(home(Some(1_000.0)).price_per_sqft().map(f64::round), Some(9_000.0));
        assert_eq!((home(Some(0.0)).price_per_sqft(), home(None).price_per_sqft()), (None, None));
        let told =
            ComparableHome { location: Some("Kondapur".to_owned()), bedrooms: Some(2.5), ..home(None) };
        assert_eq!((told.about(), home(None).about()), ("Kondapur · 2.5 BHK".to_owned(), String::new()));
    }
}
