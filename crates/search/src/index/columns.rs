//! The columns of one segment.

use std::sync::Arc;

use domain::Timestamp;
use domain::property::content::Coordinates;
use tantivy::columnar::{Column, ColumnValues, StrColumn};
use tantivy::{DocId, SegmentReader};
use uuid::Uuid;

use super::fields::{SHOWN, Traits};
use crate::ranking::Measured;

type Whole<T> = Arc<dyn ColumnValues<T>>;

/// The columns. Every listing has a value in each, but for the place on the map.
pub struct Columns {
    id: [Whole<u64>; 2],
    traits: Whole<u64>,
    price: Whole<i64>,
    area: Whole<f64>,
    created: Whole<i64>,
    updated: Whole<i64>,
    favourites: Whole<u64>,
    /// None where no listing of the segment is on the map.
    place: Option<[Column<f64>; 2]>,
    pub city: Texts,
    pub locality: Texts,
    pub amenities: Texts,
}

impl Columns {
    pub fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        let count = |name| fast.column_first_or_default::<u64>(name);
        let number = |name| fast.column_first_or_default::<i64>(name);
        let text = |name| Ok::<_, tantivy::TantivyError>(Texts { column: fast.str(name)? });
        Ok(Self {
            id: [count("idHigh")?, count("idLow")?],
            traits: count("traits")?,
            price: number("price")?,
            area: fast.column_first_or_default("area")?,
            created: number("created")?,
            updated: number("updated")?,
            favourites: count("favourites")?,
            place: fast.column_opt("lat")?.zip(fast.column_opt("lng")?).map(|(lat, lng)| [lat, lng]),
            city: text("city")?,
            locality: text("locality")?,
            amenities: text("amenities")?,
        })
    }

    pub fn id(&self, doc: DocId) -> Uuid {
        Uuid::from_u64_pair(self.id[0].get_val(doc), self.id[1].get_val(doc))
    }

    pub fn traits(&self, doc: DocId) -> Traits {
        Traits(self.traits.get_val(doc))
    }

    pub fn price(&self, doc: DocId) -> i64 {
        self.price.get_val(doc)
    }

    pub fn area(&self, doc: DocId) -> f64 {
        self.area.get_val(doc)
    }

    pub fn at(&self, doc: DocId) -> Option<Coordinates> {
        let [lat, lng] = self.place.as_ref()?;
        Some(Coordinates { lat: lat.first(doc)?, lng: lng.first(doc)? })
    }
}

/// One listing of the segment.
pub struct Listed<'a> {
    pub columns: &'a Columns,
    pub doc: DocId,
    pub traits: Traits,
}

impl Measured for Listed<'_> {
    fn price(&self) -> i64 {
        self.columns.price(self.doc)
    }

    fn area(&self) -> f64 {
        self.columns.area(self.doc)
    }

    fn bedrooms(&self) -> Option<u8> {
        self.traits.bedrooms()
    }

    fn created_at(&self) -> Timestamp {
        Timestamp::from_micros(self.columns.created.get_val(self.doc))
    }

    fn updated_at(&self) -> Timestamp {
        Timestamp::from_micros(self.columns.updated.get_val(self.doc))
    }

    fn favourites(&self) -> u64 {
        self.columns.favourites.get_val(self.doc)
    }

    fn at(&self) -> Option<Coordinates> {
        self.columns.at(self.doc)
    }

    fn featured(&self) -> bool {
        self.traits.featured()
    }

    fn verified(&self) -> bool {
        self.traits.verified()
    }
}

/// A column of texts: each is a number of the segment's own, and a key with how it is written.
pub struct Texts {
    column: Option<StrColumn>,
}

impl Texts {
    /// How many different texts there are.
    pub fn len(&self) -> usize {
        self.column.as_ref().map_or(0, |column| column.dictionary().num_terms())
    }

    /// The numbers of a listing's texts.
    pub fn of(&self, doc: DocId) -> impl Iterator<Item = usize> + '_ {
        let numbers = self.column.iter().flat_map(move |column| column.ords().values_for_doc(doc));
        numbers.filter_map(|number| usize::try_from(number).ok())
    }

    /// The key of a text and how it is written.
    pub fn text(&self, number: usize) -> Option<(String, String)> {
        let mut text = String::new();
        let number = u64::try_from(number).ok()?;
        self.column.as_ref()?.ord_to_str(number, &mut text).ok().filter(|found| *found)?;
        let (key, shown) = text.split_once(SHOWN)?;
        Some((key.to_owned(), shown.to_owned()))
    }

    /// Which texts `fits` says yes to, by number.
    pub fn chosen(&self, fits: impl Fn(&str) -> bool) -> Vec<bool> {
        let mut chosen = Vec::with_capacity(self.len());
        if let Some(mut terms) = self.column.as_ref().and_then(|column| column.dictionary().stream().ok()) {
            while terms.advance() {
                let text = std::str::from_utf8(terms.key()).unwrap_or_default();
                chosen.push(fits(text.split_once(SHOWN).map_or(text, |(key, _)| key)));
            }
        }
        chosen
    }
}
