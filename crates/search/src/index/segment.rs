//! Searches a segment in one pass over the listings that match the words: filters, facet counts and best hits
//! together.
//!
//! A listing that fails exactly one filter still counts in that filter's own facet. A listing that fails none is a
//! hit and counts in every facet.

use std::collections::HashMap;

use domain::fields::Choice;
use tantivy::schema::IndexRecordOption;
use tantivy::{BitSet, DocId, DocSet as _, Score, SegmentReader, TERMINATED, Term};
use uuid::Uuid;

use super::columns::{Columns, Listed, Row};
use super::fields::{Fields, Traits, key};
use super::tally::{Sums, Tally};
use crate::engine::best::{Best, Last};
use crate::engine::text_column::Text;
use crate::engine::view::View;
use crate::engine::word_matches::{self as texts, DocumentWords, WordMatches};
use crate::home::{DESCRIPTION, Home, LOCATION, REST, TITLE};
use crate::query::{
    DetailFilters, Facet, Facets, Filters, Hit, IndexHits, Key, MOST_SORTS, NO_TEXT, Query, total,
};
use crate::relaxing::Missed;
use crate::words::stands_in;

/// Searches all segments.
pub fn search(view: &View<Home>, fields: &Fields, query: &Query) -> tantivy::Result<IndexHits> {
    let words = words_of(fields, query)?;
    let mut ranked = Vec::new();
    let mut total = 0;
    let mut sums = Sums::default();
    for (segment, columns) in view.segments() {
        let mut pass = Pass::of(query, columns);
        pass.over(segment, fields, &words)?;
        ranked.extend(pass.best.into_hits());
        total += pass.total;
        if let Some(tally) = pass.tally {
            sums.add(&tally, columns);
        }
    }
    ranked.sort_unstable_by_key(|hit| hit.key);
    let hits = ranked.into_iter().skip(query.offset).take(query.size).collect();
    let facets = if query.facets { sums.facets(&query.filters) } else { Facets::new() };
    Ok(IndexHits { hits, total, facets })
}

/// The weights of [`Fields::texts`].
const WEIGHTS: [f32; 4] = [TITLE, LOCATION, DESCRIPTION, REST];

fn words_of<'a>(fields: &'a Fields, query: &Query) -> tantivy::Result<WordMatches<'a>> {
    let texts = texts::WeightedFields { fields: &fields.texts, weights: &WEIGHTS };
    WordMatches::of(texts, &query.words, query.preferences())
}

/// What [`crate::query::text_score`] is for the listing; `None` when a demanded word does not match.
fn score(met: &DocumentWords<'_>, query: &Query, doc: DocId) -> Option<f32> {
    met.sums(doc).map(|(demanded, preferred)| total(query, demanded, preferred))
}

/// How many listings miss which conditions: filters of the facets `soft`, and words. Listings that fail another
/// condition are left out.
pub fn missed(
    view: &View<Home>,
    fields: &Fields,
    query: &Query,
    soft: u16,
) -> tantivy::Result<HashMap<Missed, u64>> {
    let words = words_of(fields, query)?;
    let mut counts = HashMap::new();
    for (segment, columns) in view.segments() {
        let pass = Pass::of(query, columns);
        let met = words.met(segment)?;
        each(segment, fields, query, |doc| {
            let Some(row) = columns.row(doc) else { return };
            let failed = pass.failed(doc, row);
            if failed & !soft == 0 && !pass.is_left_out(doc, row) {
                let missed = Missed(u32::from(failed) | met.missed(doc) << Missed::WORDS);
                *counts.entry(missed).or_default() += 1;
            }
        })?;
    }
    Ok(counts)
}

/// Calls `seen` for every live listing of the tenant in a state and pin code that the query allows, in order.
fn each(
    segment: &SegmentReader,
    fields: &Fields,
    query: &Query,
    mut seen: impl FnMut(DocId),
) -> tantivy::Result<()> {
    let alive = segment.alive_bitset();
    let mut must = Vec::new();
    for (field, text) in [(fields.state, &query.filters.state), (fields.pincode, &query.filters.pincode)] {
        let Some(text) = text else { continue };
        let mut have = BitSet::with_max_value(segment.max_doc());
        texts::with(segment, field, text, |docs| {
            for doc in docs {
                have.insert(*doc);
            }
        })?;
        must.push(have);
    }
    texts::with(segment, fields.tenant, query.tenant.as_str(), |docs| {
        for doc in docs.iter().copied() {
            if alive.is_none_or(|alive| alive.is_alive(doc)) && must.iter().all(|set| set.contains(doc)) {
                seen(doc);
            }
        }
    })
}

/// The listing that the query leaves out, if it is in this segment.
fn excluded(segment: &SegmentReader, fields: &Fields, query: &Query) -> tantivy::Result<Option<DocId>> {
    let Some(id) = query.exclude else { return Ok(None) };
    let term = Term::from_field_bytes(fields.key, &key(&query.tenant, id));
    let index = segment.inverted_index(fields.key)?;
    let Some(mut found) = index.read_postings(&term, IndexRecordOption::Basic)? else { return Ok(None) };
    // Earlier versions of it are there until segments are merged.
    let alive = segment.alive_bitset();
    while found.doc() != TERMINATED {
        if alive.is_none_or(|alive| alive.is_alive(found.doc())) {
            return Ok(Some(found.doc()));
        }
        found.advance();
    }
    Ok(None)
}

/// The filters, translated to a segment's ordinals. `None` or empty where a filter is not set.
struct Chosen {
    cities: Option<Vec<bool>>,
    localities: Option<Vec<bool>>,
    amenities: Vec<Vec<bool>>,
    property_types: Option<u64>,
    listing_types: Option<u64>,
    furnished: Option<u64>,
    facing: Option<u64>,
}

fn bits<T: Choice>(asked: &[T]) -> Option<u64> {
    let place = |value: &T| T::ALL.iter().position(|(_, other)| other == value).unwrap_or_default();
    let all = asked.iter().fold(0, |bits, value| bits | 1 << place(value));
    (!asked.is_empty()).then_some(all)
}

/// For each text, by ordinal, whether `fits` accepts it.
fn chosen(texts: &[Text], fits: impl Fn(&str) -> bool) -> Vec<bool> {
    texts.iter().map(|text| fits(&text.key)).collect()
}

impl Chosen {
    fn of(query: &Query, columns: &Columns) -> Self {
        let filters = &query.filters;
        let cities = || chosen(&columns.cities, |key| filters.cities.iter().any(|city| city == key));
        let stands = |key: &str| filters.localities.iter().any(|wanted| stands_in(wanted, key));
        let localities = || chosen(&columns.localities, stands);
        let amenity = |wanted: &String| columns.amenities.chosen(|key| key == wanted);
        Self {
            cities: (!filters.cities.is_empty()).then(cities),
            localities: (!filters.localities.is_empty()).then(localities),
            amenities: filters.amenities.iter().map(amenity).collect(),
            property_types: bits(&filters.property_types),
            listing_types: bits(&filters.listing_types),
            furnished: bits(&filters.furnished),
            facing: bits(&filters.facing),
        }
    }
}

fn is_in(bits: Option<u64>, value: Option<u8>) -> bool {
    bits.is_none_or(|bits| value.is_some_and(|value| bits >> value & 1 == 1))
}

fn is_one(chosen: Option<&Vec<bool>>, number: u32) -> bool {
    chosen.is_none_or(|chosen| chosen.get(number as usize).copied().unwrap_or_default())
}

/// A pass over one segment.
struct Pass<'a> {
    query: &'a Query,
    columns: &'a Columns,
    chosen: Chosen,
    /// Whether any filter with a facet of its own is set.
    filtered: bool,
    /// Whether any filter on details is set.
    detailed: bool,
    tally: Option<Tally>,
    /// The listing that the query leaves out.
    excluded: Option<DocId>,
    total: u64,
    best: Best<Uuid>,
}

impl<'a> Pass<'a> {
    fn of(query: &'a Query, columns: &'a Columns) -> Self {
        let plain = Filters {
            state: None,
            pincode: None,
            with_photos: None,
            details: DetailFilters::default(),
            ..query.filters.clone()
        };
        Self {
            query,
            columns,
            chosen: Chosen::of(query, columns),
            filtered: plain != Filters::default(),
            detailed: query.filters.details.is_asked(),
            tally: query.facets.then(|| Tally::new(query, columns)),
            excluded: None,
            total: 0,
            best: Best::of(query.offset.saturating_add(query.size)),
        }
    }

    /// Evaluates every live listing of the tenant that matches the words.
    fn over(
        &mut self,
        segment: &SegmentReader,
        fields: &Fields,
        words: &WordMatches<'_>,
    ) -> tantivy::Result<()> {
        let query = self.query;
        self.excluded = excluded(segment, fields, query)?;
        let plain = query.words.is_empty() && query.preferences().is_empty();
        let met = if plain { None } else { Some(words.met(segment)?) };
        each(segment, fields, query, |doc| {
            let text = met.as_ref().map_or(Some(NO_TEXT), |met| score(met, query, doc));
            if let Some(text) = text {
                self.look_at(doc, text);
            }
        })
    }

    fn look_at(&mut self, doc: DocId, text: Score) {
        let Some(row) = self.columns.row(doc).copied() else { return };
        if self.is_left_out(doc, &row) {
            return;
        }
        let failed = if self.filtered { self.failed(doc, &row) } else { 0 };
        if let Some(tally) = &mut self.tally {
            match failed.count_ones() {
                0 => tally.count(&row, self.columns.amenities.of_document(doc)),
                1 => tally.count_one(failed, &row, self.columns.amenities.of_document(doc)),
                _ => {}
            }
        }
        if failed == 0 {
            self.hit(doc, row, text);
        }
    }

    /// The filters that the listing fails, one bit each.
    fn failed(&self, doc: DocId, row: &Row) -> u16 {
        let chosen = &self.chosen;
        let filters = &self.query.filters;
        let columns = self.columns;
        let traits: Traits = row.traits;
        let has = |chosen: &Vec<bool>| {
            let mut numbers = columns.amenities.of_document(doc).iter();
            numbers.any(|number| is_one(Some(chosen), *number))
        };
        let flag = |asked: Option<bool>, is: bool| asked.is_none_or(|asked| asked == is);
        let has_area = filters.min_area.is_some() || filters.max_area.is_some();
        let fits = [
            (Facet::City, is_one(chosen.cities.as_ref(), row.city)),
            (Facet::Locality, is_one(chosen.localities.as_ref(), row.locality)),
            (Facet::Amenities, chosen.amenities.iter().all(has)),
            (Facet::PropertyType, is_in(chosen.property_types, traits.property_type())),
            (Facet::ListingType, is_in(chosen.listing_types, traits.listing_type())),
            (Facet::Furnished, is_in(chosen.furnished, traits.furnished())),
            (Facet::Bedrooms, filters.bedrooms.hold(traits.bedrooms())),
            (Facet::Bathrooms, filters.bathrooms.hold(traits.bathrooms())),
            (Facet::Price, filters.price_fits(row.price)),
            (Facet::Area, !has_area || filters.area_fits(columns.area(doc))),
            (Facet::Featured, flag(filters.featured, traits.featured())),
            (Facet::Verified, flag(filters.verified, traits.verified())),
            (Facet::Facing, is_in(chosen.facing, traits.facing())),
            (Facet::Details, filters.named.fit(row.details)),
        ];
        fits.iter().filter(|(_, fits)| !fits).fold(0, |bits, (facet, _)| bits | facet.bit())
    }

    /// Whether a filter without a facet of its own leaves the listing out.
    fn is_left_out(&self, doc: DocId, row: &Row) -> bool {
        self.detailed && !self.query.filters.details.hold(row.details, || self.columns.deposit(doc))
            || self.query.filters.with_photos.is_some_and(|asked| asked != row.traits.has_photos())
            || self.query.geo.is_asked() && !self.query.geo.holds(self.columns.at(doc))
            || self.excluded == Some(doc)
            || self.query.since.is_some_and(|since| row.created <= since.micros())
    }

    /// The sort position of a hit without the tie-breaking id; `None` when it is behind the last hit needed.
    fn place(&self, listed: &Listed<'_>, text: Score) -> Option<[f64; MOST_SORTS]> {
        let last = match self.best.last() {
            Last::NotYet => return Some(Key::parts_of(self.query, listed, text)),
            Last::NoneWanted => return None,
            Last::At(parts) => parts,
        };
        let mut parts = [0.0; MOST_SORTS];
        let mut before = false;
        for ((part, last), sort) in parts.iter_mut().zip(last).zip(&self.query.sort) {
            if !before && sort.at_least(self.query, listed, text) > *last {
                return None;
            }
            *part = sort.part(self.query, listed, text);
            if !before && *part > *last {
                return None;
            }
            before |= *part < *last;
        }
        Some(parts)
    }

    fn hit(&mut self, doc: DocId, row: Row, text: Score) {
        self.total += 1;
        let Some(parts) = self.place(&Listed { columns: self.columns, doc, row }, text) else { return };
        let key = Key { parts, id: self.columns.id(doc) };
        if self.query.after.is_none_or(|after| key > after) {
            self.best.add(Hit { key, text });
        }
    }
}
