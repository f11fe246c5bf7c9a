//! What a home may be worth, from the asking prices of comparable ones. All of it is pure.

use domain::property::Rooms;
use domain::{Paise, PropertyId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::home::{Home, Kind};
use crate::statistics::{Weighted, as_number, median_number, one_decimal, rounded};
use crate::surroundings::{NEIGHBOURS_KM, Surroundings};

/// The fewest comparable homes for an estimate.
pub const FEWEST: usize = 5;
/// The most comparable homes that an estimate is made from: the newest.
const MOST: usize = 200;
/// The most homes whose estimate is compared with their price.
pub const MOST_MEASURED: usize = 500;
/// Bedrooms may differ by one, which is two halves.
const MOST_HALVES: u8 = 2;
const LEAST_SIZE: f64 = 0.6;
const LARGEST_SIZE: f64 = 1.6;
/// A home ten years older or newer counts half.
const YEARS_OF_HALF: f64 = 10.0;

/// The home that is valued.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    pub area: String,
    pub kind: Kind,
    pub bedrooms: Option<Rooms>,
    pub sqft: f64,
    pub age: Option<i64>,
}

impl Subject {
    /// A home as if its price were not known.
    fn of(home: &Home) -> Self {
        let Home { kind, bedrooms, sqft, age, .. } = *home;
        Self { area: home.area.clone(), kind, bedrooms, sqft, age }
    }

    /// Whether a home is of its kind and about its size.
    pub fn resembles(&self, home: &Home) -> bool {
        let size = home.sqft / self.sqft;
        let rooms = self.bedrooms.zip(home.bedrooms);
        home.kind == self.kind
            && (LEAST_SIZE..=LARGEST_SIZE).contains(&size)
            && rooms.is_none_or(|(own, other)| own.halves().abs_diff(other.halves()) <= MOST_HALVES)
    }

    /// How much a comparable home counts, beside how near it is.
    fn weight(&self, home: &Home) -> f64 {
        let rooms = if self.bedrooms == home.bedrooms { 1.0 } else { 0.6 };
        let size = 1.0 / (1.0 + (home.sqft / self.sqft).ln().abs() * 2.0);
        let years = self.age.zip(home.age).and_then(|(own, other)| u32::try_from(own.abs_diff(other)).ok());
        let age = years.map_or(1.0, |years| 1.0 / (1.0 + f64::from(years) / YEARS_OF_HALF));
        rooms * size * age
    }
}

/// How near a comparable home is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nearness {
    SameArea,
    Neighbour,
    City,
}

impl Nearness {
    const ALL: [Self; 3] = [Self::SameArea, Self::Neighbour, Self::City];

    /// How much homes that are so near count.
    const fn weight(self) -> f64 {
        match self {
            Self::SameArea => 1.0,
            Self::Neighbour => 0.6,
            Self::City => 0.3,
        }
    }
}

/// A comparable home, and how much it counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparable<'a> {
    pub home: &'a Home,
    pub weight: f64,
}

/// The homes of `pool` that are comparable with `subject`, but for the home `left_out`: those of its area; if they are
/// too few, also those of areas around; if they still are, all. `pool` has the newest first.
pub fn comparables<'a>(
    subject: &Subject,
    pool: &'a [Home],
    around: &Surroundings,
    left_out: Option<PropertyId>,
) -> Vec<Comparable<'a>> {
    let alike: Vec<&Home> =
        pool.iter().filter(|home| Some(home.id) != left_out && subject.resembles(home)).collect();
    let mut neighbours: Option<Vec<&str>> = None;
    let mut chosen = Vec::new();
    for nearness in Nearness::ALL {
        if chosen.len() >= FEWEST {
            break;
        }
        let mut is_so_near = |home: &Home| match nearness {
            Nearness::SameArea => home.area == subject.area,
            _ if home.area == subject.area => false,
            Nearness::Neighbour | Nearness::City => {
                let near = neighbours.get_or_insert_with(|| {
                    around.near(&subject.area, NEIGHBOURS_KM).into_iter().map(|(slug, _)| slug).collect()
                });
                near.iter().any(|slug| *slug == home.area) == (nearness == Nearness::Neighbour)
            }
        };
        let found: Vec<&Home> = alike.iter().copied().filter(|home| is_so_near(home)).collect();
        let weigh = |home| Comparable { home, weight: nearness.weight() * subject.weight(home) };
        chosen.extend(found.into_iter().take(MOST - chosen.len()).map(weigh));
    }
    chosen
}

/// What a home may be worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    pub low: Paise,
    pub middle: Paise,
    pub high: Paise,
    pub per_sqft: Paise,
}

/// The estimate from comparable homes: weighted quartiles of their prices per square foot, times the size.
pub fn estimate(subject: &Subject, comparables: &[Comparable<'_>]) -> Option<Estimate> {
    let per_sqft = comparables.iter().filter_map(|one| Some((one.home.price_per_sqft()?, one.weight)));
    let prices = Weighted::new(per_sqft);
    let whole = |per_sqft: Paise| rounded(as_number(per_sqft) * subject.sqft);
    let middle = prices.quantile(0.5)?;
    Some(Estimate {
        low: whole(prices.quantile(0.25)?),
        middle: whole(middle),
        high: whole(prices.quantile(0.75)?),
        per_sqft: middle,
    })
}

/// How far estimates of homes are from their asking prices, each made without the home itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketMeasuredError)]
pub struct MeasuredError {
    /// How many homes were estimated.
    pub homes: u64,
    /// Half of the estimates were nearer to the price than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub median_error_percent: Option<f64>,
}

/// Estimates each home of `pool` from the others, and compares that with its price.
pub fn measured(pool: &[Home], around: &Surroundings) -> MeasuredError {
    let measured = pool.iter().take(MOST_MEASURED);
    let errors: Vec<f64> = measured.filter_map(|home| error_percent(home, pool, around)).collect();
    MeasuredError { homes: errors.len() as u64, median_error_percent: median_number(errors).map(one_decimal) }
}

fn error_percent(home: &Home, pool: &[Home], around: &Surroundings) -> Option<f64> {
    home.price_per_sqft()?;
    let subject = Subject::of(home);
    let comparables = comparables(&subject, pool, around, Some(home.id));
    if comparables.len() < FEWEST {
        return None;
    }
    let estimate = estimate(&subject, &comparables)?;
    Some((as_number(estimate.middle) / as_number(home.price) - 1.0).abs() * 100.0)
}

#[cfg(test)]
mod tests;
