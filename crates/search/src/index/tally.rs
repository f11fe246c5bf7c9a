//! Counts facets: by ordinal within a segment, by key across segments.

use domain::fields::Choice;
use domain::property::kinds::{FurnishedStatus, ListingType, PropertyType};
use domain::property::{Facing, Rooms};

use super::columns::{Columns, Row};
use super::fields::{NONE, Traits};
use crate::engine::text_column::Text;
use crate::engine::text_counts::TextCounts;
use crate::query::{AREAS, BUDGETS, Bucket, Count, Facet, Facets, Filters, Query, budgets, prices};

/// The maximum number of texts in one facet of an answer.
const MOST: usize = 50;
/// The number of facets that count texts. The others count numbers up to [`NONE`].
const TEXTS: usize = 3;

/// The facets that count numbers, in the order in which [`Traits`] holds them.
const NUMBERS: [Facet; Facet::ALL.len() - TEXTS] = [
    Facet::PropertyType,
    Facet::ListingType,
    Facet::Furnished,
    Facet::Bedrooms,
    Facet::Bathrooms,
    Facet::Featured,
    Facet::Verified,
    Facet::Facing,
    Facet::Price,
    Facet::Area,
];
/// How many of them count ranges.
const RANGES: usize = 2;

/// A sum for each number, including one, never shown, for listings without a value.
type Numbers<T> = [[T; NONE + 1]; NUMBERS.len()];

/// The counts of one segment.
pub struct Tally {
    budgets: usize,
    cities: Vec<u32>,
    localities: Vec<u32>,
    amenities: Vec<u32>,
    numbers: Numbers<u32>,
}

fn one(sums: &mut [u32], number: u32) {
    if let Some(sum) = sums.get_mut(number as usize) {
        *sum += 1;
    }
}

fn each(sums: &mut [u32], numbers: &[u32]) {
    for number in numbers {
        one(sums, *number);
    }
}

impl Tally {
    pub fn new(query: &Query, columns: &Columns) -> Self {
        Self {
            budgets: budgets(&query.filters),
            cities: vec![0; columns.cities.len()],
            localities: vec![0; columns.localities.len()],
            amenities: vec![0; columns.amenities.texts.len()],
            numbers: [[0; NONE + 1]; _],
        }
    }

    /// Counts a listing in every facet.
    pub fn count(&mut self, row: &Row, amenities: &[u32]) {
        one(&mut self.cities, row.city);
        one(&mut self.localities, row.locality);
        each(&mut self.amenities, amenities);
        for (place, sums) in self.numbers.iter_mut().enumerate() {
            sums[number(place, row.traits, self.budgets)] += 1;
        }
    }

    /// Counts a listing that failed one filter, in that filter's own facet.
    pub fn count_one(&mut self, failed: u16, row: &Row, amenities: &[u32]) {
        match failed {
            bit if bit == Facet::City.bit() => one(&mut self.cities, row.city),
            bit if bit == Facet::Locality.bit() => one(&mut self.localities, row.locality),
            bit if bit == Facet::Amenities.bit() => each(&mut self.amenities, amenities),
            bit => {
                if let Some(place) = NUMBERS.iter().position(|facet| facet.bit() == bit) {
                    self.numbers[place][number(place, row.traits, self.budgets)] += 1;
                }
            }
        }
    }
}

/// The number a listing counts under in the facet at `place` of [`NUMBERS`].
fn number(place: usize, traits: Traits, budgets: usize) -> usize {
    match place.checked_sub(NUMBERS.len() - RANGES) {
        None => traits.part(place),
        Some(0) => traits.range(budgets),
        Some(_) => traits.range(BUDGETS.len()),
    }
}

/// The summed counts of several segments.
pub struct Sums<'a> {
    texts: [TextCounts<'a>; TEXTS],
    numbers: Numbers<u64>,
}

impl Default for Sums<'_> {
    fn default() -> Self {
        Self { texts: Default::default(), numbers: [[0; NONE + 1]; _] }
    }
}

impl<'a> Sums<'a> {
    /// Adds the counts of a segment.
    pub fn add(&mut self, tally: &Tally, columns: &'a Columns) {
        let all: [(&'a [Text], &[u32]); TEXTS] = [
            (&columns.cities, &tally.cities),
            (&columns.localities, &tally.localities),
            (&columns.amenities.texts, &tally.amenities),
        ];
        for ((texts, counts), sums) in all.into_iter().zip(&mut self.texts) {
            sums.add_all(texts, counts);
        }
        for (sums, more) in self.numbers.iter_mut().zip(&tally.numbers) {
            for (sum, more) in sums.iter_mut().zip(more) {
                *sum += u64::from(*more);
            }
        }
    }

    /// The counts as clients see them.
    pub fn facets(&self, filters: &Filters) -> Facets {
        let prices = prices(filters);
        let numbers = |facet: Facet| {
            let place = NUMBERS.iter().position(|other| *other == facet);
            &self.numbers[place.unwrap_or_default()]
        };
        let one = |facet: Facet| match facet {
            Facet::City | Facet::Locality | Facet::Amenities => self.texts[facet as usize].most_common(MOST),
            Facet::PropertyType => choices::<PropertyType>(numbers(facet)),
            Facet::ListingType => choices::<ListingType>(numbers(facet)),
            Facet::Furnished => choices::<FurnishedStatus>(numbers(facet)),
            Facet::Facing => choices::<Facing>(numbers(facet)),
            Facet::Bedrooms => plain(numbers(facet), |halves| {
                u8::try_from(halves)
                    .map_or_else(|_| String::new(), |halves| Rooms::from_halves(halves).to_string())
            }),
            Facet::Bathrooms => plain(numbers(facet), |number| number.to_string()),
            Facet::Price => ranges(numbers(facet), prices),
            Facet::Area => ranges(numbers(facet), &AREAS),
            Facet::Featured | Facet::Verified => plain(numbers(facet), |number| (number == 1).to_string()),
            Facet::Details => Vec::new(),
        };
        Facet::ALL.iter().map(|(name, facet)| (*name, one(*facet))).collect()
    }
}

fn plain(sums: &[u64; NONE + 1], name: impl Fn(usize) -> String) -> Vec<Count> {
    let some = sums.iter().enumerate().filter(|(number, sum)| *number != NONE && **sum > 0);
    some.map(|(number, sum)| Count::of(name(number), *sum)).collect()
}

fn choices<T: Choice>(sums: &[u64; NONE + 1]) -> Vec<Count> {
    plain(sums, |number| T::ALL.get(number).map_or_else(String::new, |(word, _)| (*word).to_owned()))
}

fn ranges(sums: &[u64; NONE + 1], buckets: &[Bucket; 5]) -> Vec<Count> {
    let one = |(bucket, sum): (&Bucket, &u64)| {
        let value = bucket.name.to_owned();
        let from = Some(bucket.from);
        let to = bucket.to;
        Count { value, count: *sum, from, to }
    };
    buckets.iter().zip(sums).map(one).collect()
}
