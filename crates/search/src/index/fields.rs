//! How a listing is stored in the index: words to search, columns to filter, count and sort by. Values that the rows
//! hold are not stored again.

use std::collections::BTreeMap;

use domain::fields::Choice;
use domain::property::kinds::{FurnishedStatus, ListingType, PropertyType};
use domain::property::{Facing, Rooms};
use domain::{PropertyId, TenantId};
use tantivy::TantivyDocument;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};

use crate::engine::text_column;
use crate::home::Home;
use crate::query::{AREAS, BUDGETS, Bucket};
use crate::words;

/// The fields.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    pub key: Field,
    pub tenant: Field,
    pub state: Field,
    pub pincode: Field,
    /// Title, location, description and the rest, in the order of [`Home::texts`].
    pub texts: [Field; 4],
    id: [Field; 2],
    traits: Field,
    price: Field,
    area: Field,
    details: Field,
    deposit: Field,
    created: Field,
    updated: Field,
    favourites: Field,
    lat: Field,
    lng: Field,
    city: Field,
    locality: Field,
    amenities: Field,
}

/// The key of a listing across tenants. It is short, and differs from the first byte on, because every listing adds
/// one to the sorted terms of its segment.
pub fn key(tenant: &TenantId, id: PropertyId) -> Vec<u8> {
    let (high, low) = id.uuid().as_u64_pair();
    // The last bytes of an id are random; the first ones are the time.
    let halves = [low.to_be_bytes(), high.to_be_bytes()];
    [halves.as_flattened(), tenant.as_str().as_bytes()].concat()
}

impl Fields {
    /// The schema and its fields.
    pub fn schema() -> (Schema, Self) {
        let mut builder = Schema::builder();
        let indexing = |tokenizer| {
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_fieldnorms(false)
                .set_index_option(IndexRecordOption::Basic)
        };
        let whole = TextOptions::default().set_indexing_options(indexing("raw"));
        let words = TextOptions::default().set_indexing_options(indexing("whitespace"));
        let column = TextOptions::default().set_fast("raw");
        let fields = Self {
            key: builder.add_bytes_field("key", INDEXED),
            tenant: builder.add_text_field("tenant", whole.clone()),
            state: builder.add_text_field("state", whole.clone()),
            pincode: builder.add_text_field("pincode", whole),
            texts: ["title", "location", "description", "rest"]
                .map(|name| builder.add_text_field(name, words.clone())),
            id: ["idHigh", "idLow"].map(|name| builder.add_u64_field(name, FAST)),
            traits: builder.add_u64_field("facts", FAST),
            price: builder.add_i64_field("price", FAST),
            area: builder.add_f64_field("area", FAST),
            details: builder.add_u64_field("details", FAST),
            deposit: builder.add_i64_field("deposit", FAST),
            created: builder.add_i64_field("created", FAST),
            updated: builder.add_i64_field("updated", FAST),
            favourites: builder.add_u64_field("favourites", FAST),
            lat: builder.add_f64_field("lat", FAST),
            lng: builder.add_f64_field("lng", FAST),
            city: builder.add_text_field("city", column.clone()),
            locality: builder.add_text_field("locality", column.clone()),
            amenities: builder.add_text_field("amenities", column),
        };
        (builder.build(), fields)
    }

    /// The document of a listing.
    pub fn document(&self, home: &Home) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        let standing = home.standing();
        let location = &home.content.location;
        document.add_bytes(self.key, &key(&home.tenant, home.id));
        document.add_text(self.tenant, home.tenant.as_str());
        document.add_text(self.state, words::key(location.state.as_deref().unwrap_or_default()));
        document.add_text(self.pincode, location.pincode.as_deref().unwrap_or_default());
        for (field, (_, text)) in self.texts.iter().zip(home.texts()) {
            document.add_text(*field, words::key(&text));
        }
        let (high, low) = home.id.uuid().as_u64_pair();
        document.add_u64(self.id[0], high);
        document.add_u64(self.id[1], low);
        document.add_u64(self.traits, Traits::of(home).0);
        document.add_i64(self.price, standing.price);
        document.add_f64(self.area, standing.area);
        document.add_u64(self.details, home.detail_bits().0);
        document.add_i64(self.deposit, home.deposit().unwrap_or_default());
        document.add_i64(self.created, standing.created_at.micros());
        document.add_i64(self.updated, standing.updated_at.micros());
        document.add_u64(self.favourites, standing.favourites);
        if let Some(at) = standing.at {
            document.add_f64(self.lat, at.lat);
            document.add_f64(self.lng, at.lng);
        }
        document.add_text(self.city, shown(&location.city));
        document.add_text(self.locality, shown(location.area.text()));
        // An amenity counts once, however often and however it is written.
        let amenities: BTreeMap<_, _> = home.content.amenities().iter().map(|a| (words::key(a), a)).collect();
        for amenity in amenities.values() {
            document.add_text(self.amenities, shown(amenity));
        }
        document
    }
}

fn shown(text: &str) -> String {
    text_column::shown(&words::key(text), text)
}

/// The small facts of a listing packed into one number, because one column is read faster than nine: seven values of
/// six bits, then four ranges of three bits, then the half bedrooms in seven bits, then whether it has photos.
#[derive(Clone, Copy, Debug)]
pub struct Traits(pub u64);

/// The bit at which the ranges start.
const RANGES: u32 = 42;
/// Marks a value that is in no range.
const NO_RANGE: u64 = 7;

/// The bit at which the bedrooms start.
const ROOMS: u32 = 54;
/// The bit that says whether it has photos.
const PHOTOS: u32 = 61;
/// The place of the bedrooms among the values. They need more than six bits, so that the facing has theirs.
const BEDROOMS: usize = 3;
/// The place of the facing among the values.
const FACING: usize = 7;

/// Marks a value that is not given.
pub const NONE: usize = 127;
const NO_ROOMS: u64 = NONE as u64;
/// [`NONE`] in six bits.
const NOT_TOLD: u64 = 63;

fn place<T: Choice>(value: T) -> u64 {
    let found = T::ALL.iter().position(|(_, other)| *other == value);
    found.and_then(|at| u64::try_from(at).ok()).unwrap_or(NOT_TOLD)
}

fn range(buckets: &[Bucket; 5], value: f64) -> u64 {
    let found = buckets.iter().position(|bucket| bucket.holds(value));
    found.and_then(|at| u64::try_from(at).ok()).unwrap_or(NO_RANGE)
}

#[expect(clippy::cast_precision_loss, reason = "money below 2^53 paise")]
fn rupees(paise: i64) -> f64 {
    paise as f64 / 100.0
}

impl Traits {
    fn of(home: &Home) -> Self {
        let facts = &home.content.specifications;
        let standing = home.standing();
        let number = |number: Option<u8>| number.map_or(NOT_TOLD, u64::from).min(NOT_TOLD);
        let parts = [
            place::<PropertyType>(facts.property_type),
            place::<ListingType>(facts.listing_type),
            facts.furnished_status.map_or(NOT_TOLD, place::<FurnishedStatus>),
            home.facing().map_or(NOT_TOLD, place::<Facing>),
            number(home.bathrooms()),
            u64::from(home.featured),
            u64::from(home.verified),
        ];
        let facts = parts.iter().rev().fold(0, |all, part| all << 6 | part);
        let price = |buckets: &[Bucket; 5]| range(buckets, rupees(standing.price));
        let area = if standing.area > 0.0 { range(&AREAS, standing.area) } else { NO_RANGE };
        let ranges = BUDGETS.iter().rev().fold(area, |all, buckets| all << 3 | price(buckets));
        let rooms = standing.bedrooms.map_or(NO_ROOMS, |rooms| u64::from(rooms.halves()));
        let photos = u64::from(home.has_photos());
        Self(facts | ranges << RANGES | rooms << ROOMS | photos << PHOTOS)
    }

    /// A range, as an index: into each of [`BUDGETS`], then into [`AREAS`]; 7 for none.
    pub fn range(self, index: usize) -> usize {
        usize::try_from(self.0 >> RANGES >> (3 * index) & NO_RANGE).unwrap_or_default()
    }

    /// A value: kind, deal, furnishing, half bedrooms, bathrooms, featured, verified, facing; [`NONE`] when not given.
    pub fn part(self, index: usize) -> usize {
        let value = match index {
            BEDROOMS => self.0 >> ROOMS & NO_ROOMS,
            FACING => self.six_bits(BEDROOMS),
            _ => self.six_bits(index),
        };
        usize::try_from(value).unwrap_or(NONE)
    }

    fn six_bits(self, place: usize) -> u64 {
        Some(self.0 >> (6 * place) & NOT_TOLD).filter(|value| *value != NOT_TOLD).unwrap_or(NO_ROOMS)
    }

    fn number(self, index: usize) -> Option<u8> {
        Some(self.part(index)).filter(|part| *part != NONE).and_then(|part| u8::try_from(part).ok())
    }

    /// Its index among the choices of the type.
    pub fn property_type(self) -> Option<u8> {
        self.number(0)
    }

    /// Its index among the choices of the type.
    pub fn listing_type(self) -> Option<u8> {
        self.number(1)
    }

    /// Its index among the choices of the type.
    pub fn furnished(self) -> Option<u8> {
        self.number(2)
    }

    /// The number, if given.
    pub fn bedrooms(self) -> Option<Rooms> {
        self.number(BEDROOMS).map(Rooms::from_halves)
    }

    /// The number, if given.
    pub fn bathrooms(self) -> Option<u8> {
        self.number(4)
    }

    /// Whether it is featured.
    pub fn featured(self) -> bool {
        self.part(5) == 1
    }

    /// Whether it is verified as genuine.
    pub fn verified(self) -> bool {
        self.part(6) == 1
    }

    /// Its index among the choices of the type.
    pub fn facing(self) -> Option<u8> {
        self.number(FACING)
    }

    /// Whether it has a photo.
    pub fn has_photos(self) -> bool {
        self.0 >> PHOTOS & 1 == 1
    }
}
