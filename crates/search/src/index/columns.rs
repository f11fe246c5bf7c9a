//! The columns of one segment. Values that most searches read for every listing are held in memory, ready to use.
//! Values that only sorting and rarer filters need stay in the file.

use std::sync::Arc;

use domain::Timestamp;
use domain::property::Rooms;
use domain::property::content::Coordinates;
use tantivy::columnar::{Column, ColumnValues, StrColumn};
use tantivy::{DocId, SegmentReader, TantivyError};
use uuid::Uuid;

use super::fields::{SHOWN, Traits};
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

/// A distinct text of a column.
#[derive(Debug)]
pub struct Text {
    /// The key it is compared by.
    pub key: String,
    /// The text as written.
    pub shown: String,
}

/// The columns. Every listing has a value in each, except coordinates and amenities.
pub struct Columns {
    rows: Vec<Row>,
    /// Where the amenities of a listing start in `amenity`. They end where those of the next listing start.
    amenities_from: Vec<u32>,
    amenity: Vec<u32>,
    pub cities: Vec<Text>,
    pub localities: Vec<Text>,
    pub amenities: Vec<Text>,
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
        let [city, locality, amenity] = [fast.str("city")?, fast.str("locality")?, fast.str("amenities")?];
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
        let mut columns = Self {
            rows: (0..segment.max_doc()).map(row).collect(),
            amenities_from: Vec::with_capacity(segment.max_doc() as usize + 1),
            amenity: Vec::new(),
            cities: texts(city.as_ref())?,
            localities: texts(locality.as_ref())?,
            amenities: texts(amenity.as_ref())?,
            id: [count("idHigh")?, count("idLow")?],
            area: fast.column_first_or_default("area")?,
            deposit: number("deposit")?,
            updated: number("updated")?,
            favourites: count("favourites")?,
            places: match fast.column_opt("lat")?.zip(fast.column_opt("lng")?) {
                None => Vec::new(),
                Some((lat, lng)) => (0..segment.max_doc()).map(|doc| at(&lat, &lng, doc)).collect(),
            },
        };
        for doc in 0..segment.max_doc() {
            columns.amenities_from.push(place(&columns.amenity));
            columns.amenity.extend(ordinals(amenity.as_ref(), doc));
        }
        columns.amenities_from.push(place(&columns.amenity));
        columns.amenity.shrink_to_fit();
        Ok(columns)
    }

    pub fn row(&self, doc: DocId) -> Option<&Row> {
        self.rows.get(doc as usize)
    }

    /// The amenities of a listing, as indexes into [`Self::amenities`].
    pub fn amenities_of(&self, doc: DocId) -> &[u32] {
        let doc = doc as usize;
        let ends = self.amenities_from.get(doc).zip(self.amenities_from.get(doc + 1));
        ends.and_then(|(from, to)| self.amenity.get(*from as usize..*to as usize)).unwrap_or_default()
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

fn place(values: &[u32]) -> u32 {
    u32::try_from(values.len()).unwrap_or(u32::MAX)
}

fn ordinals(column: Option<&StrColumn>, doc: DocId) -> impl Iterator<Item = u32> + '_ {
    let numbers = column.into_iter().flat_map(move |column| column.ords().values_for_doc(doc));
    numbers.filter_map(|number| u32::try_from(number).ok())
}

/// The distinct texts of a column, by ordinal.
fn texts(column: Option<&StrColumn>) -> tantivy::Result<Vec<Text>> {
    let Some(column) = column else { return Ok(Vec::new()) };
    let mut texts = Vec::with_capacity(column.dictionary().num_terms());
    let mut terms = column.dictionary().stream().map_err(TantivyError::from)?;
    while terms.advance() {
        let text = String::from_utf8_lossy(terms.key());
        let (key, shown) = text.split_once(SHOWN).unwrap_or((&text, &text));
        texts.push(Text { key: key.to_owned(), shown: shown.to_owned() });
    }
    Ok(texts)
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
