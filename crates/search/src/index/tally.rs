//! Counting facets: in a segment by number, over segments by key.

use std::collections::BTreeMap;

use domain::fields::Choice;
use domain::property::kinds::{FurnishedStatus, ListingType, PropertyType};
use tantivy::DocId;

use super::columns::{Columns, Texts};
use super::fields::Traits;
use crate::query::{AREAS, Bucket, Count, Facet, Facets, Filters, Query, prices};

/// Texts of one facet in an answer.
const MOST: usize = 50;
/// Facets that count texts; the others count numbers below 64.
const TEXTS: usize = 3;

type Numbers = [[u64; 64]; Facet::ALL.len() - TEXTS];

/// The counts of one segment.
pub struct Tally {
    prices: &'static [Bucket; 5],
    texts: [Vec<u64>; TEXTS],
    numbers: Numbers,
}

fn bucket(buckets: &[Bucket], value: f64) -> Option<u8> {
    buckets.iter().position(|bucket| bucket.holds(value)).and_then(|at| u8::try_from(at).ok())
}

impl Tally {
    pub fn new(query: &Query, columns: &Columns) -> Self {
        let texts = [&columns.city, &columns.locality, &columns.amenities].map(|texts| vec![0; texts.len()]);
        Self { prices: prices(&query.filters), texts, numbers: [[0; 64]; _] }
    }

    /// Counts a listing in every facet, or, where it failed one filter, in that filter's own.
    pub fn count(&mut self, columns: &Columns, doc: DocId, traits: Traits, failed: u16) {
        let counts = |facet: Facet| failed == 0 || failed == facet.bit();
        let texts: [(Facet, &Texts); TEXTS] = [
            (Facet::City, &columns.city),
            (Facet::Locality, &columns.locality),
            (Facet::Amenities, &columns.amenities),
        ];
        for ((facet, texts), sums) in texts.into_iter().zip(&mut self.texts) {
            if counts(facet) {
                for number in texts.of(doc) {
                    if let Some(sum) = sums.get_mut(number) {
                        *sum += 1;
                    }
                }
            }
        }
        let mut one = |facet: Facet, number: Option<u8>| {
            let sums = &mut self.numbers[facet as usize - TEXTS];
            if let Some(sum) = number.and_then(|number| sums.get_mut(usize::from(number))) {
                *sum += 1;
            }
        };
        if counts(Facet::PropertyType) {
            one(Facet::PropertyType, traits.property_type());
        }
        if counts(Facet::ListingType) {
            one(Facet::ListingType, traits.listing_type());
        }
        if counts(Facet::Furnished) {
            one(Facet::Furnished, traits.furnished());
        }
        if counts(Facet::Bedrooms) {
            one(Facet::Bedrooms, traits.bedrooms());
        }
        if counts(Facet::Bathrooms) {
            one(Facet::Bathrooms, traits.bathrooms());
        }
        if counts(Facet::Price) {
            one(Facet::Price, bucket(self.prices, rupees(columns.price(doc))));
        }
        if counts(Facet::Area) {
            let area = Some(columns.area(doc)).filter(|area| *area > 0.0);
            one(Facet::Area, area.and_then(|area| bucket(&AREAS, area)));
        }
        if counts(Facet::Featured) {
            one(Facet::Featured, Some(traits.featured().into()));
        }
        if counts(Facet::Verified) {
            one(Facet::Verified, Some(traits.verified().into()));
        }
    }

    /// The counts by key.
    pub fn sums(self, columns: &Columns) -> Sums {
        let all = [&columns.city, &columns.locality, &columns.amenities];
        let mut sums = Sums { numbers: self.numbers, ..Sums::default() };
        for ((texts, counts), sums) in all.into_iter().zip(self.texts).zip(&mut sums.texts) {
            for (number, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                if let Some((key, shown)) = texts.text(number) {
                    *sums.entry(key).or_default().entry(shown).or_default() += count;
                }
            }
        }
        sums
    }
}

#[expect(clippy::cast_precision_loss, reason = "money below 2^53 paise")]
fn rupees(paise: i64) -> f64 {
    paise as f64 / 100.0
}

/// Counts of texts: by key, how often it is written how.
type Written = BTreeMap<String, BTreeMap<String, u64>>;

/// The counts of any number of segments.
pub struct Sums {
    texts: [Written; TEXTS],
    numbers: Numbers,
}

impl Default for Sums {
    fn default() -> Self {
        Self { texts: Default::default(), numbers: [[0; 64]; _] }
    }
}

impl Sums {
    pub fn add(&mut self, more: Self) {
        for (sums, more) in self.texts.iter_mut().zip(more.texts) {
            for (key, written) in more {
                let sums = sums.entry(key).or_default();
                for (shown, count) in written {
                    *sums.entry(shown).or_default() += count;
                }
            }
        }
        for (sums, more) in self.numbers.iter_mut().zip(more.numbers) {
            for (sum, more) in sums.iter_mut().zip(more) {
                *sum += more;
            }
        }
    }

    /// The counts as clients see them.
    pub fn facets(self, filters: &Filters) -> Facets {
        let prices = prices(filters);
        let numbers = |facet: Facet| &self.numbers[facet as usize - TEXTS];
        let one = |facet: Facet| match facet {
            Facet::City | Facet::Locality | Facet::Amenities => texts(&self.texts[facet as usize]),
            Facet::PropertyType => choices::<PropertyType>(numbers(facet)),
            Facet::ListingType => choices::<ListingType>(numbers(facet)),
            Facet::Furnished => choices::<FurnishedStatus>(numbers(facet)),
            Facet::Bedrooms | Facet::Bathrooms => plain(numbers(facet), |number| number.to_string()),
            Facet::Price => ranges(numbers(facet), prices),
            Facet::Area => ranges(numbers(facet), &AREAS),
            Facet::Featured | Facet::Verified => plain(numbers(facet), |number| (number == 1).to_string()),
        };
        Facet::ALL.iter().map(|(name, facet)| (*name, one(*facet))).collect()
    }
}

fn count(value: String, count: u64) -> Count {
    Count { value, count, from: None, to: None }
}

/// The commonest first, each as it is written most.
fn texts(written: &Written) -> Vec<Count> {
    let one = |written: &BTreeMap<String, u64>| {
        let most = written.iter().rev().max_by_key(|(_, count)| **count);
        count(most.map(|(shown, _)| shown.clone()).unwrap_or_default(), written.values().sum())
    };
    let mut counts: Vec<Count> = written.values().map(one).collect();
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    counts.truncate(MOST);
    counts
}

fn plain(sums: &[u64; 64], name: impl Fn(usize) -> String) -> Vec<Count> {
    let some = sums.iter().enumerate().filter(|(_, sum)| **sum > 0);
    some.map(|(number, sum)| count(name(number), *sum)).collect()
}

fn choices<T: Choice>(sums: &[u64; 64]) -> Vec<Count> {
    plain(sums, |number| T::ALL.get(number).map_or_else(String::new, |(word, _)| (*word).to_owned()))
}

fn ranges(sums: &[u64; 64], buckets: &[Bucket; 5]) -> Vec<Count> {
    let one = |(bucket, sum): (&Bucket, &u64)| {
        let (value, from, to) = (bucket.name.to_owned(), Some(bucket.from), bucket.to);
        Count { value, count: *sum, from, to }
    };
    buckets.iter().zip(sums).map(one).collect()
}
