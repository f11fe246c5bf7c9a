//! One pass over what meets the words: filters, counts and the best hits together.
//!
//! A listing that fails exactly one filter still counts in that filter's own facet; one that fails none counts
//! everywhere and is a hit.

use std::collections::BinaryHeap;
use std::sync::Arc;

use domain::fields::Choice;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use super::columns::{Columns, Listed, Texts};
use super::fields::Traits;
use super::tally::{Sums, Tally};
use crate::query::{Facet, Facets, Found, Hit, Key, NO_TEXT, Query, mean};
use crate::words::stands_in;

/// A search, as the engine carries it out.
pub struct Search(pub Arc<Query>);

/// What one segment holds of it.
pub struct InSegment {
    hits: BinaryHeap<Ranked>,
    total: u64,
    sums: Option<Sums>,
}

/// A hit by its place: the last of them is the largest.
struct Ranked(Hit);

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.key.cmp(&other.0.key)
    }
}

impl Collector for Search {
    type Fruit = Found;
    type Child = Segment;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<Segment> {
        let query = Arc::clone(&self.0);
        let columns = Columns::of(segment)?;
        let filters = Chosen::of(&query, &columns);
        let tally = query.facets.then(|| Tally::new(&query, &columns));
        let most = query.offset.saturating_add(query.size);
        Ok(Segment { query, columns, filters, tally, most, total: 0, hits: BinaryHeap::new() })
    }

    fn requires_scoring(&self) -> bool {
        !self.0.words.is_empty()
    }

    fn merge_fruits(&self, segments: Vec<InSegment>) -> tantivy::Result<Found> {
        let (mut ranked, mut total, mut sums) = (Vec::new(), 0, Sums::default());
        for segment in segments {
            ranked.extend(segment.hits.into_iter().map(|ranked| ranked.0));
            total += segment.total;
            if let Some(more) = segment.sums {
                sums.add(more);
            }
        }
        ranked.sort_unstable_by_key(|hit| hit.key);
        let hits = ranked.into_iter().skip(self.0.offset).take(self.0.size).collect();
        let facets = if self.0.facets { sums.facets(&self.0.filters) } else { Facets::new() };
        Ok(Found { hits, total, facets })
    }
}

/// The filters, in a segment's own numbers. Nothing where nothing is asked.
struct Chosen {
    cities: Option<Vec<bool>>,
    localities: Option<Vec<bool>>,
    amenities: Vec<Vec<bool>>,
    property_types: Option<u64>,
    listing_types: Option<u64>,
    furnished: Option<u64>,
}

fn bits<T: Choice>(asked: &[T]) -> Option<u64> {
    let place = |value: &T| T::ALL.iter().position(|(_, other)| other == value).unwrap_or_default();
    let all = asked.iter().fold(0, |bits, value| bits | 1 << place(value));
    (!asked.is_empty()).then_some(all)
}

impl Chosen {
    fn of(query: &Query, columns: &Columns) -> Self {
        let filters = &query.filters;
        let cities = || columns.city.chosen(|key| filters.cities.iter().any(|city| city == key));
        let stands = |key: &str| filters.localities.iter().any(|wanted| stands_in(wanted, key));
        let localities = || columns.locality.chosen(stands);
        let amenity = |wanted: &String| columns.amenities.chosen(|key| key == wanted);
        Self {
            cities: (!filters.cities.is_empty()).then(cities),
            localities: (!filters.localities.is_empty()).then(localities),
            amenities: filters.amenities.iter().map(amenity).collect(),
            property_types: bits(&filters.property_types),
            listing_types: bits(&filters.listing_types),
            furnished: bits(&filters.furnished),
        }
    }
}

fn is_in(bits: Option<u64>, value: Option<u8>) -> bool {
    bits.is_none_or(|bits| value.is_some_and(|value| bits >> value & 1 == 1))
}

/// A segment being searched.
pub struct Segment {
    query: Arc<Query>,
    columns: Columns,
    filters: Chosen,
    tally: Option<Tally>,
    most: usize,
    total: u64,
    hits: BinaryHeap<Ranked>,
}

impl Segment {
    /// The filters a listing fails, a bit each.
    fn failed(&self, doc: DocId, traits: Traits) -> u16 {
        let (chosen, filters, columns) = (&self.filters, &self.query.filters, &self.columns);
        let any = |texts: &Texts, chosen: &[bool]| {
            texts.of(doc).any(|number| chosen.get(number).copied().unwrap_or_default())
        };
        let flag = |asked: Option<bool>, is: bool| asked.is_none_or(|asked| asked == is);
        let has_price = filters.min_price.is_some() || filters.max_price.is_some();
        let has_area = filters.min_area.is_some() || filters.max_area.is_some();
        let fits = [
            (Facet::City, chosen.cities.as_ref().is_none_or(|chosen| any(&columns.city, chosen))),
            (Facet::Locality, chosen.localities.as_ref().is_none_or(|chosen| any(&columns.locality, chosen))),
            (Facet::Amenities, chosen.amenities.iter().all(|chosen| any(&columns.amenities, chosen))),
            (Facet::PropertyType, is_in(chosen.property_types, traits.property_type())),
            (Facet::ListingType, is_in(chosen.listing_types, traits.listing_type())),
            (Facet::Furnished, is_in(chosen.furnished, traits.furnished())),
            (Facet::Bedrooms, filters.bedrooms.hold(traits.bedrooms())),
            (Facet::Bathrooms, filters.bathrooms.hold(traits.bathrooms())),
            (Facet::Price, !has_price || filters.price_fits(columns.price(doc))),
            (Facet::Area, !has_area || filters.area_fits(columns.area(doc))),
            (Facet::Featured, flag(filters.featured, traits.featured())),
            (Facet::Verified, flag(filters.verified, traits.verified())),
        ];
        fits.iter().filter(|(_, fits)| !fits).fold(0, |bits, (facet, _)| bits | facet.bit())
    }

    fn is_elsewhere(&self, doc: DocId) -> bool {
        self.query.geo.is_asked() && !self.query.geo.holds(self.columns.at(doc))
            || self.query.exclude.is_some_and(|id| id.uuid() == self.columns.id(doc))
    }

    fn hit(&mut self, doc: DocId, traits: Traits, score: Score) {
        self.total += 1;
        let words = self.query.words.len();
        let text = if words == 0 { NO_TEXT } else { mean(score, words) };
        let parts = Key::parts_of(&self.query, &Listed { columns: &self.columns, doc, traits }, text);
        // Most hits are behind the last one kept by now: what settles ties is not read for them.
        let full = self.hits.len() >= self.most;
        let last = self.hits.peek().filter(|_| full);
        if full && last.is_none_or(|last| Key::compare_parts(&parts, &last.0.key.parts).is_gt()) {
            return;
        }
        let key = Key { parts, id: self.columns.id(doc) };
        if self.query.after.is_some_and(|after| key <= after) {
            return;
        }
        let ranked = Ranked(Hit { key, text });
        if self.hits.len() < self.most {
            self.hits.push(ranked);
        } else if self.hits.peek().is_some_and(|last| ranked < *last) {
            self.hits.pop();
            self.hits.push(ranked);
        }
    }
}

impl SegmentCollector for Segment {
    type Fruit = InSegment;

    fn collect(&mut self, doc: DocId, score: Score) {
        if self.is_elsewhere(doc) {
            return;
        }
        let traits = self.columns.traits(doc);
        let failed = self.failed(doc, traits);
        if let Some(tally) = &mut self.tally
            && failed.count_ones() <= 1
        {
            tally.count(&self.columns, doc, traits, failed);
        }
        if failed == 0 {
            self.hit(doc, traits, score);
        }
    }

    fn harvest(self) -> InSegment {
        let sums = self.tally.map(|tally| tally.sums(&self.columns));
        InSegment { hits: self.hits, total: self.total, sums }
    }
}
