//! The columns of one segment. Values that most searches read for every listing are held in memory, ready to use.
//! Values that only sorting and rarer filters need stay in the file.

use std::sync::Arc;

use domain::Timestamp;
use domain::property::Rooms;
use domain::property::content::Coordinates;
use tantivy::columnar::{Column, ColumnValues};
use tantivy::{DocId, SegmentReader};
use uuid::Uuid;

use super::fields::Traits;
use crate::engine::text_column::{Text, TextColumn, distinct_texts, ordinals};
use crate::query::DetailBits;
use crate::ranking::Measured;

type Whole<T> = Arc<dyn ColumnValues<T>>;

/// The values read for every listing.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub traits: Traits,
    pub details: DetailBits,
    /// In paise.
    pub price: i64,
    /// In microseconds.
    pub created: i64,
    /// Its index in [`Columns::cities`].
    pub city: u32,
    /// Its index in [`Columns::localities`].
    pub locality: u32,
}

/// The columns. Every listing has a value in each, except coordinates and amenities.
pub struct Columns {
    rows: Vec<Row>,
    pub cities: Vec<Text>,
    pub localities: Vec<Text>,
    pub amenities: TextColumn,
    id: [Whole<u64>; 2],
    area: Whole<f64>,
    deposit: Whole<i64>,
    updated: Whole<i64>,
    favourites: Whole<u64>,
    /// Empty when no listing of the segment has coordinates.
    places: Vec<Option<Coordinates>>,
}

impl Columns {
    pub fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        let count = |name| fast.column_first_or_default::<u64>(name);
        let number = |name| fast.column_first_or_default::<i64>(name);
        let [city, locality] = [fast.str("city")?, fast.str("locality")?];
        let traits = count("facts")?;
        let details = count("details")?;
        let price = number("price")?;
        let created = number("created")?;
        let row = |doc| Row {
            traits: Traits(traits.get_val(doc)),
            details: DetailBits(details.get_val(doc)),
            price: price.get_val(doc),
            created: created.get_val(doc),
            city: ordinals(city.as_ref(), doc).next().unwrap_or(u32::MAX),
            locality: ordinals(locality.as_ref(), doc).next().unwrap_or(u32::MAX),
        };
        Ok(Self {
            rows: (0..segment.max_doc()).map(row).collect(),
            cities: distinct_texts(city.as_ref())?,
            localities: distinct_texts(locality.as_ref())?,
            amenities: TextColumn::of(segment, "amenities")?,
            id: [count("idHigh")?, count("idLow")?],
            area: fast.column_first_or_default("area")?,
            deposit: number("deposit")?,
            updated: number("updated")?,
            favourites: count("favourites")?,
            places: match fast.column_opt("lat")?.zip(fast.column_opt("lng")?) {
                None => Vec::new(),
                Some((lat, lng)) => (0..segment.max_doc()).map(|doc| at(&lat, &lng, doc)).collect(),
            },
        })
    }

    pub fn row(&self, doc: DocId) -> Option<&Row> {
        self.rows.get(doc as usize)
    }

    pub fn id(&self, doc: DocId) -> Uuid {
        Uuid::from_u64_pair(self.id[0].get_val(doc), self.id[1].get_val(doc))
    }

    /// In square feet; 0 when not given.
    pub fn area(&self, doc: DocId) -> f64 {
        self.area.get_val(doc)
    }

    /// The deposit in paise, if stated.
    pub fn deposit(&self, doc: DocId) -> Option<i64> {
        Some(self.deposit.get_val(doc)).filter(|paise| *paise > 0)
    }

    pub fn at(&self, doc: DocId) -> Option<Coordinates> {
        self.places.get(doc as usize).copied().flatten()
    }
}

fn at(lat: &Column<f64>, lng: &Column<f64>, doc: DocId) -> Option<Coordinates> {
    Some(Coordinates { lat: lat.first(doc)?, lng: lng.first(doc)? })
}

/// One listing of the segment.
pub struct Listed<'a> {
    pub columns: &'a Columns,
    pub doc: DocId,
    pub row: Row,
}

impl Measured for Listed<'_> {
    fn price(&self) -> i64 {
        self.row.price
    }

    fn area(&self) -> f64 {
        self.columns.area(self.doc)
    }

    fn bedrooms(&self) -> Option<Rooms> {
        self.row.traits.bedrooms()
    }

    fn created_at(&self) -> Timestamp {
        Timestamp::from_micros(self.row.created)
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
        self.row.traits.featured()
    }

    fn verified(&self) -> bool {
        self.row.traits.verified()
    }
}
