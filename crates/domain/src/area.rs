//! Areas: in the unit a person gave, and in square feet so that homes can be compared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::Choice;

/// Units of area in use around Hyderabad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AreaUnit {
    /// Square feet.
    Sqft,
    /// Square metres.
    Sqm,
    /// Square yards (9 sq ft).
    Sqyd,
    /// Acres (43,560 sq ft).
    Acre,
    /// Guntas (1/40 acre).
    Gunta,
    /// Cents (1/100 acre).
    Cent,
}

impl Choice for AreaUnit {
    const ALL: &'static [(&'static str, Self)] = &[
        ("SQFT", Self::Sqft),
        ("SQM", Self::Sqm),
        ("SQYD", Self::Sqyd),
        ("ACRE", Self::Acre),
        ("GUNTA", Self::Gunta),
        ("CENT", Self::Cent),
    ];

    const SYNONYMS: &'static [(&'static str, Self)] = &[
        ("SQ_FT", Self::Sqft),
        ("SQUARE_FEET", Self::Sqft),
        ("SFT", Self::Sqft),
        ("SQ_M", Self::Sqm),
        ("SQUARE_METRES", Self::Sqm),
        ("SQYARD", Self::Sqyd),
        ("SQYARDS", Self::Sqyd),
        ("SQ_YD", Self::Sqyd),
        ("SQ_YARD", Self::Sqyd),
        ("SQ_YARDS", Self::Sqyd),
        ("SQUARE_YARDS", Self::Sqyd),
        ("GAJ", Self::Sqyd),
        ("ACRES", Self::Acre),
        ("GUNTAS", Self::Gunta),
        ("CENTS", Self::Cent),
    ];
}

impl AreaUnit {
    /// Square feet in one unit.
    #[must_use]
    pub const fn sqft(self) -> f64 {
        match self {
            Self::Sqft => 1.0,
            Self::Sqm => 10.763_910_416_709_722,
            Self::Sqyd => 9.0,
            Self::Acre => 43_560.0,
            Self::Gunta => 1_089.0,
            Self::Cent => 435.6,
        }
    }
}

/// An area as given, with its size in square feet (rounded to 1/100).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Area {
    /// The number as given.
    pub value: f64,
    /// Its unit.
    pub unit: AreaUnit,
    /// The area in square feet.
    pub sqft: f64,
}

/// The largest accepted area, in square feet: about 230 acres.
pub const MAX_SQFT: f64 = 10_000_000.0;

impl Area {
    /// Creates an area; `None` unless it is between 1 and [`MAX_SQFT`] square feet.
    #[must_use]
    pub fn new(value: f64, unit: AreaUnit) -> Option<Self> {
        let sqft = (value * unit.sqft() * 100.0).round() / 100.0;
        (value.is_finite() && (1.0..=MAX_SQFT).contains(&sqft)).then_some(Self { value, unit, sqft })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acre_is_compared_in_the_same_measure_as_a_flat() {
        assert_eq!(Area::new(2.0, AreaUnit::Acre).unwrap().sqft.to_bits(), 87_120.0_f64.to_bits());
        assert_eq!(Area::new(1.0, AreaUnit::Gunta).unwrap().sqft.to_bits(), 1_089.0_f64.to_bits());
        assert!(Area::new(0.0, AreaUnit::Sqft).is_none());
        assert!(Area::new(f64::NAN, AreaUnit::Sqft).is_none());
        assert!(Area::new(300.0, AreaUnit::Acre).is_none());
    }
}
