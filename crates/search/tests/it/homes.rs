//! Generated homes, with varied spellings, missing values and ties, like real ones.

use domain::area::{Area, AreaUnit};
use domain::date::CalendarDate;
use domain::fields::Choice;
use domain::property::content::{Coordinates, Location, Specifications};
use domain::property::details::{Details, Project, SharedLiving, Terms};
use domain::property::kinds::{
    Approval, ForWhom, FurnishedStatus, ListingType, Meal, PossessionStatus, PreferredTenant, PropertyType,
    ReraStatus,
};
use domain::property::{Content, Image, Rooms};
use domain::{Erasable, Paise, TenantId, Timestamp, UserId};
use search::Home;
use uuid::Uuid;

use crate::random::Random;

/// The time of every search: 2026-11-21, 10:30 in India.
pub const NOW: Timestamp = Timestamp::from_micros(1_795_237_200_000_000);

const LOCALITIES: [(&str, f64, f64); 14] = [
    ("Gachibowli", 17.4401, 78.3489),
    ("Hitech City", 17.4435, 78.3772),
    ("HITEC City", 17.4440, 78.3780),
    ("Hi-Tech City", 17.4430, 78.3765),
    ("Road No 12, Banjara Hills", 17.4126, 78.4482),
    ("Banjara Hills", 17.4138, 78.4398),
    ("Jubilee Hills", 17.4326, 78.4071),
    ("Panjagutta", 17.4254, 78.4509),
    ("Punjagutta", 17.4260, 78.4500),
    ("Kondapur", 17.4622, 78.3568),
    ("Miyapur", 17.4933, 78.3915),
    ("LB Nagar", 17.3457, 78.5522),
    ("Kokapet", 17.4032, 78.3323),
    ("Lakdi Ka Pul", 17.4037, 78.4650),
];
const ADJECTIVES: [&str; 8] =
    ["Beautiful", "Spacious", "Quiet", "Luxury", "Corner", "Sunny", "Affordable", "Modern"];
const NOUNS: [&str; 8] = ["apartment", "Flat", "villa", "house", "penthouse", "home", "plot", "studio"];
const SENTENCES: [&str; 6] = [
    "Close to the metro and the ring road.",
    "Élevé, with a wide balcony, near గచ్చిబౌలి and पहाड़ी शरीफ.",
    "Gated community near Gachibowli stadium.",
    "Newly painted, ready to move in.",
    "Two minutes from HITEC City.",
    "Clubhouse, garden and power backup.",
];
const AMENITIES: [&str; 8] =
    ["Lift", "Gym", "gymnasium", "Swimming Pool", "pool", "Power Backup", "Parking", "24x7 Security"];
const FACINGS: [&str; 5] = ["East", "north-east", "West facing", "NE", "the lake"];
const CITIES: [&str; 4] = ["Hyderabad", "hyderabad", "Secunderabad", "Warangal"];

/// Wraps a value as written by the owner of the home.
fn said<T>(value: T) -> Erasable<T> {
    Erasable::of(UserId::default(), value)
}

fn content(random: &mut Random) -> Content {
    let (area, lat, lng) = *random.of(&LOCALITIES);
    let bedrooms = (!random.one_in(5)).then(|| Rooms::whole(u8::try_from(random.below(6)).unwrap()));
    let listing_type = random.of(ListingType::ALL).1;
    let rent = listing_type != ListingType::Sale;
    let rupees = if rent { 4_000 + 500 * random.below(400) } else { 1_500_000 + 250_000 * random.below(260) };
    let title = match bedrooms {
        Some(number) if !random.one_in(3) => {
            format!("{} {number}BHK {} in {area}", random.of(&ADJECTIVES), random.of(&NOUNS))
        }
        _ => format!("{} {}", random.of(&ADJECTIVES), random.of(&NOUNS)),
    };
    let mut amenities: Vec<String> = (0..random.below(5)).map(|_| (*random.of(&AMENITIES)).into()).collect();
    amenities.dedup();
    Content {
        title: said(title),
        description: (!random.one_in(4))
            .then(|| said(format!("{} {}", random.of(&SENTENCES), random.of(&SENTENCES)))),
        price: Paise::from_paise(i64::try_from(rupees).unwrap() * 100),
        location: Location {
            area: said(area.into()),
            address: None,
            city: (*random.of(&CITIES)).into(),
            state: (!random.one_in(3)).then(|| "Telangana".into()),
            pincode: (!random.one_in(3)).then(|| format!("5000{:02}", random.below(40))),
            coordinates: (!random.one_in(4)).then(|| {
                let lat = lat + random.between(-0.02, 0.02);
                said(Coordinates { lat, lng: lng + random.between(-0.02, 0.02) })
            }),
        },
        specifications: Specifications {
            property_type: random.of(PropertyType::ALL).1,
            plot_use: None,
            listing_type,
            transaction_type: None,
            bedrooms,
            bathrooms: (!random.one_in(4)).then(|| i64::try_from(random.below(5)).unwrap()),
            area: if random.one_in(6) {
                None
            } else {
                Area::new(random.between(300.0, 4000.0).round(), AreaUnit::Sqft)
            },
            parking_spaces: None,
            floor_number: None,
            total_floors: None,
            age_of_property: None,
            facing: facing(&mut random.fork()),
            furnished_status: if random.one_in(3) { None } else { Some(random.of(FurnishedStatus::ALL).1) },
        },
        amenities: (!amenities.is_empty()).then(|| said(amenities)),
        nearby_facilities: random.one_in(3).then(|| said(vec!["Metro station".to_owned()])),
        // Of numbers of its own, so that new details do not change the other fields of every test.
        details: details(&mut random.fork()),
        contact: None,
    }
}

/// What an owner says of the direction, often nothing.
fn facing(random: &mut Random) -> Option<String> {
    (!random.one_in(3)).then(|| (*random.of(&FACINGS)).to_owned())
}

/// Random details, often none.
fn details(random: &mut Random) -> Details {
    let some = |random: &mut Random| random.one_in(3);
    let day =
        |random: &mut Random| CalendarDate::from_text(&format!("2026-12-{:02}", 1 + random.below(28))).ok();
    let terms = some(random).then(|| Terms {
        available_from: some(random).then(|| day(random)).flatten(),
        deposit: some(random)
            .then(|| Paise::from_paise(1_000_000 * i64::try_from(1 + random.below(9)).unwrap())),
        preferred_tenants: some(random).then(|| random.of(PreferredTenant::ALL).1).into_iter().collect(),
        pets_allowed: some(random).then(|| random.one_in(2)),
        ..Terms::default()
    });
    let shared_living = some(random).then(|| SharedLiving {
        sharing: (1..=3).filter(|_| random.one_in(2)).collect(),
        meals: Meal::ALL.iter().map(|(_, meal)| *meal).filter(|_| random.one_in(2)).collect(),
        for_whom: some(random).then(|| random.of(ForWhom::ALL).1),
    });
    let project = some(random).then(|| Project {
        name: Some(said("Sample Meadows".to_owned())),
        possession_status: some(random).then(|| random.of(PossessionStatus::ALL).1),
        rera_status: some(random).then(|| random.of(ReraStatus::ALL).1),
        ..Project::default()
    });
    Details {
        terms,
        shared_living,
        plot: None,
        project,
        approvals: some(random).then(|| random.of(Approval::ALL).1).into_iter().collect(),
        gated_community: some(random).then(|| random.one_in(2)),
    }
}

/// One photo, often none.
fn photos(random: &mut Random) -> Vec<Image> {
    let photo = |random: &mut Random| Image {
        file_id: Uuid::from_u64_pair(random.next(), random.next()).into(),
        primary: true,
    };
    random.one_in(2).then(|| photo(random)).into_iter().collect()
}

/// A random home on the market of `tenant`.
pub fn home(random: &mut Random, tenant: &TenantId) -> Home {
    // Many homes share a listing time, so ids must break ties.
    let created_at = NOW.plus_seconds(-60 * i64::try_from(random.below(60 * 24 * 90)).unwrap() / 600 * 600);
    Home {
        tenant: tenant.clone(),
        id: Uuid::from_u64_pair(random.next(), random.next()).into(),
        owner: Uuid::from_u64_pair(1, random.next() % 50).into(),
        content: content(random),
        featured: random.one_in(8),
        verified: random.one_in(3),
        favourites: if random.one_in(2) { 0 } else { random.below(60) as u64 },
        version: 1,
        created_at,
        updated_at: created_at.plus_seconds(60),
        earlier_price: None,
        images: photos(&mut random.fork()),
    }
}
