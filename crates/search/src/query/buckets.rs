//! The ranges in which prices and areas are counted.

use domain::property::kinds::{ListingType, PropertyType};

use super::Filters;

/// A range that includes its start and excludes its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Its name.
    pub name: &'static str,
    /// Its start.
    pub from: f64,
    /// Its end; `None` for the last range.
    pub to: Option<f64>,
}

impl Bucket {
    const fn of(name: &'static str, from: f64, to: f64) -> Self {
        Self { name, from, to: Some(to) }
    }

    const fn above(name: &'static str, from: f64) -> Self {
        Self { name, from, to: None }
    }

    /// Whether `value` is in it.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        value >= self.from && self.to.is_none_or(|to| value < to)
    }
}

const LAKH: f64 = 100_000.0;
const CRORE: f64 = 10_000_000.0;

const SALE: [Bucket; 5] = [
    Bucket::of("under-50-lakh", 0.0, 50.0 * LAKH),
    Bucket::of("50-lakh-to-1-crore", 50.0 * LAKH, CRORE),
    Bucket::of("1-to-2-crore", CRORE, 2.0 * CRORE),
    Bucket::of("2-to-5-crore", 2.0 * CRORE, 5.0 * CRORE),
    Bucket::above("over-5-crore", 5.0 * CRORE),
];
const RENT: [Bucket; 5] = [
    Bucket::of("under-10-thousand", 0.0, 10_000.0),
    Bucket::of("10-to-25-thousand", 10_000.0, 25_000.0),
    Bucket::of("25-to-50-thousand", 25_000.0, 50_000.0),
    Bucket::of("50-thousand-to-1-lakh", 50_000.0, LAKH),
    Bucket::above("over-1-lakh", LAKH),
];
const PLOTS: [Bucket; 5] = [
    Bucket::of("under-20-lakh", 0.0, 20.0 * LAKH),
    Bucket::of("20-to-50-lakh", 20.0 * LAKH, 50.0 * LAKH),
    Bucket::of("50-lakh-to-1-crore", 50.0 * LAKH, CRORE),
    Bucket::of("1-to-2-crore", CRORE, 2.0 * CRORE),
    Bucket::above("over-2-crore", 2.0 * CRORE),
];

/// Ranges of areas, in square feet.
pub const AREAS: [Bucket; 5] = [
    Bucket::of("under-500", 0.0, 500.0),
    Bucket::of("500-to-1000", 500.0, 1000.0),
    Bucket::of("1000-to-1500", 1000.0, 1500.0),
    Bucket::of("1500-to-2500", 1500.0, 2500.0),
    Bucket::above("over-2500", 2500.0),
];

/// Price ranges, in rupees: of homes for sale, of rents, of plots.
pub const BUDGETS: [&[Bucket; 5]; 3] = [&SALE, &RENT, &PLOTS];

/// The index into [`BUDGETS`] that suits the filters.
#[must_use]
pub fn budgets(filters: &Filters) -> usize {
    let (deals, kinds) = (&filters.listing_types, &filters.property_types);
    if !deals.is_empty() && !deals.contains(&ListingType::Sale) {
        1
    } else if !kinds.is_empty() && kinds.iter().all(|kind| *kind == PropertyType::Plot) {
        2
    } else {
        0
    }
}

/// The price ranges, in rupees, that suit the filters.
#[must_use]
pub fn prices(filters: &Filters) -> &'static [Bucket; 5] {
    BUDGETS[budgets(filters)]
}
