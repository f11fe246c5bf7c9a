//! The content of a listing as read from a request, before it has an owner.

mod details;

use serde_json::Value;

use super::content::{Contact, Content, Coordinates, Location, Specifications};
use super::details::Details;
use super::kinds::{PlotUse, PriceUnit, PropertyCategory, PropertyType};
use super::rooms::Rooms;
use crate::area::{Area, AreaUnit, MAX_SQFT};
use crate::fields::{Choice, Fields, MemberKind};
use crate::id::UserId;
use crate::money::Paise;
use crate::people;
use crate::personal::{Erasable, Personal};

/// See [`Content`]. Its values do not belong to anybody yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    title: String,
    description: Option<String>,
    price: Paise,
    place: LocationDraft,
    specifications: Specifications,
    amenities: Vec<String>,
    nearby_facilities: Vec<String>,
    details: Details,
    contact: Option<Contact>,
}

/// See [`Location`].
#[derive(Clone, Debug, PartialEq)]
struct LocationDraft {
    area: String,
    address: Option<String>,
    city: Option<String>,
    state: Option<String>,
    pincode: Option<String>,
    coordinates: Option<Coordinates>,
}

impl Draft {
    /// Reads a request. Only `title`, `location`, `price` and `propertyType` are required.
    pub fn read(f: &mut Fields<'_>) -> Option<Self> {
        let title = f.text("title", 5..=200);
        let title = f.required("title", title);
        let description = f.prose("description", 10..=5000);
        let price = price(f);
        let price = f.required("price", price);
        let place = location(f);
        let specifications = specifications(f);
        let property_type = specifications.as_ref().map(|it| it.property_type);
        let listing_type = specifications.as_ref().map(|it| it.listing_type).unwrap_or_default();
        let details = details::read(f, property_type, listing_type);
        let amenities = f.list("amenities", 60);
        let nearby_facilities = f.list("nearbyFacilities", 60);
        let contact = contact(f);
        Some(Self {
            title: title?,
            description,
            price: price?,
            place: place?,
            specifications: specifications?,
            amenities,
            nearby_facilities,
            details,
            contact,
        })
    }

    /// Turns it into content that belongs to `owner`. `city` is used if the request has none.
    #[must_use]
    pub fn owned_by(self, owner: UserId, city: &str) -> Content {
        let LocationDraft { area, address, city: given, state, pincode, coordinates } = self.place;
        let location = Location {
            area: Erasable::of(owner, area),
            address: address.map(|address| Personal::of(owner, address)),
            city: given.unwrap_or_else(|| city.to_owned()),
            state,
            pincode,
            coordinates: coordinates.map(|coordinates| Erasable::of(owner, coordinates)),
        };
        // An empty list is stored as `None`.
        let list = |listed: Vec<String>| (!listed.is_empty()).then(|| Erasable::of(owner, listed));
        Content {
            title: Erasable::of(owner, self.title),
            description: self.description.map(|text| Erasable::of(owner, text)),
            price: self.price,
            location,
            specifications: self.specifications,
            amenities: list(self.amenities),
            nearby_facilities: list(self.nearby_facilities),
            details: self.details.owned_by(owner),
            contact: self.contact.map(|contact| Personal::of(owner, contact)),
        }
    }
}

fn location(f: &mut Fields<'_>) -> Option<LocationDraft> {
    let area = f.text("location", 2..=200);
    let area = f.required("location", area);
    let address = f.text("address", 3..=500);
    let city = f.text("city", 2..=100);
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
        _ => lat.zip(lng).and_then(|(lat, lng)| {
            let at = Coordinates { lat, lng }.in_india();
            at.map_err(|(field, message)| f.wrong(field, message)).ok()
        }),
    };
    Some(LocationDraft { area: area?, address, city, state, pincode, coordinates })
}

/// The price: rupees, an amount in words, or a number with a `priceUnit`.
fn price(f: &mut Fields<'_>) -> Option<Paise> {
    let unit: Option<PriceUnit> = f.choice("priceUnit");
    let currency = f.text("currency", 1..=20);
    if currency.is_some_and(|currency| !["INR", "₹", "RS", "RS."].contains(&&*currency.to_uppercase())) {
        f.wrong("currency", "must be INR; prices are in rupees");
    }
    let Some(unit) = unit else { return f.money("price") };
    f.asks("price", || MemberKind::Money);
    let number = match f.raw("price")? {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let has_unit = Paise::from_text(&number).is_ok() && number.chars().any(char::is_alphabetic);
    match Paise::from_text(&format!("{number} {}", unit.in_words())) {
        Ok(price) => Some(price),
        Err(_) if has_unit => {
            f.wrong("price", "names a unit already; leave priceUnit out");
            None
        }
        Err(error) => {
            f.wrong("price", error.to_string());
            None
        }
    }
}

/// `name`, or the name that an earlier client's form gives the same member.
fn either(f: &Fields<'_>, name: &'static str, earlier: &'static str) -> &'static str {
    if f.raw(name).is_none() && f.raw(earlier).is_some() { earlier } else { name }
}

/// Bedrooms: `2`, `2.5`, `3 BHK`, `1 RK`; `5+` of an earlier form is 5.
fn bedrooms(f: &mut Fields<'_>) -> Option<Rooms> {
    f.asks("bedrooms", || MemberKind::Number(0.0..=f64::from(Rooms::MOST)));
    let field = either(f, "bedrooms", "bhk");
    f.parsed(field, |text| Rooms::from_text(text.trim_end_matches('+')))
}

/// The type of property. A form that tells its category only still says what is commercial and what is land.
fn property_type(f: &mut Fields<'_>) -> Option<PropertyType> {
    let category: Option<PropertyCategory> = f.choice("category");
    let given = f.choice("propertyType");
    let implied = match category {
        Some(PropertyCategory::Commercial) => Some(PropertyType::Commercial),
        Some(PropertyCategory::Land) => Some(PropertyType::Plot),
        Some(PropertyCategory::Residential) | None => None,
    };
    if given.zip(category).is_some_and(|(given, category)| PropertyCategory::of(given) != category) {
        f.wrong("category", "does not go with this propertyType");
    }
    if f.raw("propertyType").is_some() { given } else { implied }
}

/// The use that the type of a plot names, such as `residential-plot`.
fn named_use(f: &Fields<'_>) -> Option<PlotUse> {
    let kind = f.raw("propertyType")?.as_str()?.trim().to_uppercase();
    let (first, _) = kind.split_once(['-', '_', ' ']).unwrap_or((&kind, ""));
    PlotUse::from_word(first)
}

fn specifications(f: &mut Fields<'_>) -> Option<Specifications> {
    let property_type = property_type(f);
    let property_type = f.required("propertyType", property_type);
    let named = if property_type == Some(PropertyType::Plot) { named_use(f) } else { None };
    let plot_use = f.choice("plotUse").or(named);
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
        bedrooms: bedrooms(f),
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

/// Reads the area. `area` with `areaUnit` takes precedence over `areaSqft`, which is in square feet.
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
        name: f.name(either(f, "contactName", "ownerName"), 1..=100),
        phone: f.parsed(either(f, "contactPhone", "mobile"), people::phone),
        email: f.parsed(either(f, "contactEmail", "email"), people::email),
    };
    (contact.name.is_some() || contact.phone.is_some() || contact.email.is_some()).then_some(contact)
}

#[cfg(test)]
mod tests;
