//! What a listing says: read from a request, kept in events.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::kinds::{FurnishedStatus, ListingType, PlotUse, PropertyType, TransactionType};
use crate::area::{Area, AreaUnit, MAX_SQFT};
use crate::fields::{FieldErrors, Fields, MemberKind};
use crate::id::UserId;
use crate::money::Paise;
use crate::people;
use crate::personal::{Erasable, Personal};

/// Everything an owner says about a property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// 5–200 characters.
    pub title: Erasable<String>,
    /// 10–5,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Erasable<String>>,
    /// Asked for, greater than zero.
    pub price: Paise,
    /// Where it is.
    pub location: Location,
    /// What it is.
    pub specifications: Specifications,
    /// Such as `Lift`, in the owner's order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amenities: Option<Erasable<Vec<String>>>,
    /// Such as `Metro station`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearby_facilities: Option<Erasable<Vec<String>>>,
    /// Whom to ask; never in public answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Personal<Contact>>,
}

/// Where a property is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// The locality, in the owner's words.
    pub area: Erasable<String>,
    /// The street address, which is the owner's personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Personal<String>>,
    /// The city; the tenant's own unless given.
    pub city: String,
    /// The state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Six digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pincode: Option<String>,
    /// On the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Erasable<Coordinates>>,
}

impl Location {
    /// On the map, unless erased.
    #[must_use]
    pub fn at(&self) -> Option<Coordinates> {
        self.coordinates.as_ref().and_then(Erasable::as_ref).copied()
    }
}

/// Degrees, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Coordinates {
    /// −90 to 90.
    pub lat: f64,
    /// −180 to 180.
    pub lng: f64,
}

/// What a property is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Specifications {
    /// The kind of property.
    pub property_type: PropertyType,
    /// Of plots only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plot_use: Option<PlotUse>,
    /// The kind of deal.
    #[serde(default)]
    pub listing_type: ListingType,
    /// New or resale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_type: Option<TransactionType>,
    /// 0–50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bedrooms: Option<i64>,
    /// 0–50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bathrooms: Option<i64>,
    /// Built-up or plot area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// 0–1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parking_spaces: Option<i64>,
    /// −5 (basement) to 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor_number: Option<i64>,
    /// 1–200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_floors: Option<i64>,
    /// Years, 0–300.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_of_property: Option<i64>,
    /// Such as `East`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facing: Option<String>,
    /// How it is furnished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub furnished_status: Option<FurnishedStatus>,
}

/// Whom to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// A name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// +91 and ten digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// In lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Content {
    /// Reads a request's body. Only `title`, `location`, `price` and `propertyType` are required; `city` is
    /// taken where none is given; personal values belong to `owner`.
    ///
    /// # Errors
    /// Everything that is wrong, by field.
    pub fn read(body: &Map<String, Value>, owner: UserId, city: &str) -> Result<Self, FieldErrors> {
        let mut fields = Fields::new(body);
        let content = Self::asked(&mut fields, owner, city);
        fields.finish(content)
    }

    /// The same, of fields that may hold more.
    pub fn asked(f: &mut Fields<'_>, owner: UserId, city: &str) -> Option<Self> {
        let title = f.text("title", 5..=200);
        let title = f.required("title", title).map(|title| Erasable::of(owner, title));
        let description = f.text("description", 10..=5000).map(|text| Erasable::of(owner, text));
        let price = f.money("price");
        let price = f.required("price", price);
        let location = location(f, owner, city);
        let specifications = specifications(f);
        let amenities = list(f, "amenities", owner);
        let nearby_facilities = list(f, "nearbyFacilities", owner);
        let contact = contact(f).map(|contact| Personal::of(owner, contact));
        Some(Self {
            title: title?,
            description,
            price: price?,
            location: location?,
            specifications: specifications?,
            amenities,
            nearby_facilities,
            contact,
        })
    }

    /// The title; empty when it is erased.
    #[must_use]
    pub fn title(&self) -> &str {
        self.title.text()
    }

    /// The description, unless erased.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_ref().and_then(Erasable::as_ref).map(String::as_str)
    }

    /// The amenities, unless erased.
    #[must_use]
    pub fn amenities(&self) -> &[String] {
        self.amenities.as_ref().and_then(Erasable::as_ref).map_or(&[], Vec::as_slice)
    }

    /// What is nearby, unless erased.
    #[must_use]
    pub fn nearby_facilities(&self) -> &[String] {
        self.nearby_facilities.as_ref().and_then(Erasable::as_ref).map_or(&[], Vec::as_slice)
    }

    /// The same, said by `owner`.
    #[must_use]
    pub fn owned_by(self, owner: UserId) -> Self {
        fn owned<T>(value: Option<Erasable<T>>, owner: UserId) -> Option<Erasable<T>> {
            value.map(|value| value.owned_by(owner))
        }
        Self {
            title: self.title.owned_by(owner),
            description: owned(self.description, owner),
            location: Location {
                area: self.location.area.owned_by(owner),
                address: self.location.address.map(|address| address.owned_by(owner)),
                coordinates: owned(self.location.coordinates, owner),
                ..self.location
            },
            amenities: owned(self.amenities, owner),
            nearby_facilities: owned(self.nearby_facilities, owner),
            contact: self.contact.map(|contact| contact.owned_by(owner)),
            ..self
        }
    }

    /// Erases what its owner wrote: what is read once the owner's key is gone.
    pub fn erase(&mut self) {
        fn gone<T>(value: &mut Option<Erasable<T>>) {
            *value = value.take().map(|_| Erasable::Erased);
        }
        self.title = Erasable::Erased;
        gone(&mut self.description);
        gone(&mut self.amenities);
        gone(&mut self.nearby_facilities);
        self.location.area = Erasable::Erased;
        gone(&mut self.location.coordinates);
        self.contact = self.contact.take().map(|_| Personal::Erased);
        self.location.address = self.location.address.take().map(|_| Personal::Erased);
    }

    /// The names of the fields in which `other` differs.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let (a, b) = (&self.specifications, &other.specifications);
        [
            ("title", self.title == other.title),
            ("description", self.description == other.description),
            ("price", self.price == other.price),
            ("location", self.location == other.location),
            ("propertyType", a.property_type == b.property_type && a.plot_use == b.plot_use),
            ("listingType", a.listing_type == b.listing_type && a.transaction_type == b.transaction_type),
            ("bedrooms", a.bedrooms == b.bedrooms),
            ("bathrooms", a.bathrooms == b.bathrooms),
            ("area", a.area == b.area),
            ("parkingSpaces", a.parking_spaces == b.parking_spaces),
            ("floorNumber", (a.floor_number, a.total_floors) == (b.floor_number, b.total_floors)),
            ("ageOfProperty", a.age_of_property == b.age_of_property),
            ("facing", a.facing == b.facing),
            ("furnishedStatus", a.furnished_status == b.furnished_status),
            ("amenities", self.amenities == other.amenities),
            ("nearbyFacilities", self.nearby_facilities == other.nearby_facilities),
            ("contact", self.contact == other.contact),
        ]
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(name, _)| name.to_owned())
        .collect()
    }
}

fn location(f: &mut Fields<'_>, owner: UserId, city: &str) -> Option<Location> {
    let area = f.text("location", 2..=200);
    let area = f.required("location", area).map(|area| Erasable::of(owner, area));
    let address = f.text("address", 3..=500).map(|address| Personal::of(owner, address));
    let city = f.text("city", 2..=100).unwrap_or_else(|| city.to_owned());
    let state = f.text("state", 2..=100);
    let pincode = f.parsed("pincode", people::pincode);
    let lat = f.number("latitude", -90.0..=90.0);
    let lng = f.number("longitude", -180.0..=180.0);
    let coordinates = match (f.raw("latitude").is_some(), f.raw("longitude").is_some()) {
        (true, false) => {
            f.wrong("longitude", "is required with latitude");
            None
        }
        (false, true) => {
            f.wrong("latitude", "is required with longitude");
            None
        }
        _ => lat.zip(lng).map(|(lat, lng)| Coordinates { lat, lng }),
    };
    let coordinates = coordinates.map(|coordinates| Erasable::of(owner, coordinates));
    Some(Location { area: area?, address, city, state, pincode, coordinates })
}

/// Nothing where nothing is listed.
fn list(f: &mut Fields<'_>, name: &'static str, owner: UserId) -> Option<Erasable<Vec<String>>> {
    let listed = f.list(name, 60);
    (!listed.is_empty()).then(|| Erasable::of(owner, listed))
}

fn specifications(f: &mut Fields<'_>) -> Option<Specifications> {
    let property_type = f.choice("propertyType");
    let property_type = f.required("propertyType", property_type);
    let plot_use = f.choice("plotUse");
    if plot_use.is_some() && property_type.is_some_and(|t| t != PropertyType::Plot) {
        f.wrong("plotUse", "goes with propertyType PLOT only");
    }
    let floor_number = f.whole("floorNumber", -5..=200);
    let total_floors = f.whole("totalFloors", 1..=200);
    if floor_number.zip(total_floors).is_some_and(|(floor, total)| floor > total) {
        f.wrong("floorNumber", "must not be above totalFloors");
    }
    let read = Specifications {
        property_type: property_type.unwrap_or(PropertyType::Apartment),
        plot_use,
        listing_type: f.choice("listingType").unwrap_or_default(),
        transaction_type: f.choice("transactionType"),
        bedrooms: f.whole("bedrooms", 0..=50),
        bathrooms: f.whole("bathrooms", 0..=50),
        area: area(f),
        parking_spaces: f.whole("parkingSpaces", 0..=1000),
        floor_number,
        total_floors,
        age_of_property: f.whole("ageOfProperty", 0..=300),
        facing: f.text("facing", 1..=40),
        furnished_status: f.choice("furnishedStatus"),
    };
    property_type.map(|_| read)
}

/// `area` with `areaUnit` wins over `areaSqft`, which is in square feet.
fn area(f: &mut Fields<'_>) -> Option<Area> {
    f.asks("area", || MemberKind::Number(0.000_1..=MAX_SQFT));
    f.asks("areaSqft", || MemberKind::Number(0.000_1..=MAX_SQFT));
    let unit = f.choice("areaUnit");
    let field = if f.raw("area").is_some() { "area" } else { "areaSqft" };
    let unit = if field == "area" { unit.unwrap_or(AreaUnit::Sqft) } else { AreaUnit::Sqft };
    let value = f.number(field, 0.000_1..=MAX_SQFT)?;
    let area = Area::new(value, unit);
    if area.is_none() {
        f.wrong(field, "must be between 1 and 10000000 square feet");
    }
    area
}

fn contact(f: &mut Fields<'_>) -> Option<Contact> {
    let contact = Contact {
        name: f.text("contactName", 1..=100),
        phone: f.parsed("contactPhone", people::phone),
        email: f.parsed("contactEmail", people::email),
    };
    (contact.name.is_some() || contact.phone.is_some() || contact.email.is_some()).then_some(contact)
}
