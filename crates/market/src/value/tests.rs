use domain::property::content::Coordinates;
use domain::property::kinds::{ListingType, PropertyType};
use domain::{Ids, Timestamp};

use super::*;
use crate::queries::AreaRow;

const FLATS: Kind = Kind { property_type: PropertyType::Apartment, listing_type: ListingType::Sale };

fn home(number: i64, area: &str, rupees: i64) -> Home {
    Home {
        id: PropertyId::from(Ids.uuid(Timestamp::from_micros(number))),
        area: area.into(),
        kind: FLATS,
        bedrooms: Some(Rooms::whole(2)),
        price: Paise::from_paise(rupees * 100),
        sqft: 1000.0,
        age: Some(5),
        title: "A flat".into(),
        listed_at: Timestamp::from_micros(number),
        ended_at: None,
    }
}

fn subject() -> Subject {
    Subject {
        area: "kondapur".into(),
        kind: FLATS,
        bedrooms: Some(Rooms::whole(2)),
        sqft: 1000.0,
        age: Some(5),
    }
}

fn around() -> Surroundings {
    let area = |slug: &str, lat| AreaRow { slug: slug.into(), at: Some(Coordinates { lat, lng: 78.35 }) };
    Surroundings::new(&[area("kondapur", 17.46), area("gachibowli", 17.44), area("uppal", 17.2)])
}

fn areas(pool: &[Home]) -> Vec<&str> {
    let chosen = comparables(&subject(), pool, &around(), None);
    chosen.iter().map(|one| one.home.area.as_str()).collect()
}

#[test]
fn other_areas_are_asked_only_when_there_are_too_few_homes() {
    let homes = |area: &str, first: i64, number: i64| -> Vec<Home> {
        (first..first + number).map(|number| home(number, area, 5_000_000)).collect()
    };
    let all = |own, near| {
        [homes("kondapur", 1, own), homes("gachibowli", 100, near), homes("uppal", 200, 9)].concat()
    };
    let count = |pool: &[Home], area: &str| areas(pool).into_iter().filter(|one| *one == area).count();
    let counts = |pool: &[Home]| ["kondapur", "gachibowli", "uppal"].map(|area| count(pool, area));
    assert_eq!(counts(&all(5, 9)), [5, 0, 0]);
    assert_eq!(counts(&all(4, 1)), [4, 1, 0]);
    assert_eq!(counts(&all(3, 1)), [3, 1, 9]);
    assert_eq!(counts(&homes("kondapur", 1, 300)), [200, 0, 0], "the newest");
}

#[test]
fn only_homes_alike_are_comparable() {
    let subject = subject();
    let alike = home(1, "kondapur", 5_000_000);
    assert!(subject.resembles(&alike));
    let other = |change: fn(&mut Home)| {
        let mut home = alike.clone();
        change(&mut home);
        home
    };
    assert!(subject.resembles(&other(|home| home.bedrooms = Some(Rooms::whole(3)))));
    assert!(subject.resembles(&other(|home| home.bedrooms = None)));
    assert!(subject.resembles(&other(|home| home.sqft = 1600.0)));
    for unlike in [
        other(|home| home.bedrooms = Some(Rooms::whole(4))),
        other(|home| home.sqft = 1601.0),
        other(|home| home.sqft = 599.0),
        other(|home| home.sqft = 0.0),
        other(|home| home.kind.listing_type = ListingType::Rent),
        other(|home| home.kind.property_type = PropertyType::Villa),
    ] {
        assert!(!subject.resembles(&unlike), "{unlike:?}");
    }
    let nothing = Subject { sqft: 0.0, ..subject };
    assert!(!nothing.resembles(&alike));
}

fn value(pool: &[Home]) -> Option<[i64; 3]> {
    let subject = subject();
    let estimate = estimate(&subject, &comparables(&subject, pool, &around(), None))?;
    Some([estimate.low, estimate.middle, estimate.high].map(|amount| amount.paise() / 100))
}

#[test]
fn an_estimate_is_within_what_is_asked() {
    assert_eq!(value(&[]), None);
    assert_eq!(value(&[home(1, "kondapur", 5_000_000)]), Some([5_000_000; 3]), "one");
    let equal: Vec<Home> = (1..=7).map(|number| home(number, "kondapur", 5_000_000)).collect();
    assert_eq!(value(&equal), Some([5_000_000; 3]));
    let spread: Vec<Home> = (1..=5).map(|number| home(number, "kondapur", number * 1_000_000)).collect();
    assert_eq!(value(&spread), Some([2_000_000, 3_000_000, 4_000_000]));
    let huge: Vec<Home> = (1..=5).map(|number| home(number, "kondapur", 9_000_000_000_000)).collect();
    assert_eq!(value(&huge), Some([9_000_000_000_000; 3]));
}

#[test]
fn homes_that_are_more_alike_count_more() {
    let own = subject();
    let alike = home(1, "kondapur", 1);
    let mut older = alike.clone();
    older.age = Some(25);
    let mut larger = alike.clone();
    larger.sqft = 1500.0;
    let mut roomier = alike.clone();
    roomier.bedrooms = Some(Rooms::whole(3));
    for less in [older, larger, roomier] {
        assert!(own.weight(&less) < own.weight(&alike), "{less:?}");
    }
}

#[test]
fn the_error_is_that_of_homes_left_out() {
    let nothing = measured(&[], &around());
    assert_eq!((nothing.homes, nothing.median_error_percent), (0, None));
    let equal: Vec<Home> = (1..=6).map(|number| home(number, "kondapur", 5_000_000)).collect();
    assert_eq!(measured(&equal[..5], &around()).homes, 0, "four others are too few");
    let exact = measured(&equal, &around());
    assert_eq!((exact.homes, exact.median_error_percent), (6, Some(0.0)));
    // One home is dearer than all others, and only its own estimate is wrong.
    let mut one_dear = equal;
    one_dear.push(home(7, "kondapur", 10_000_000));
    let measured = measured(&one_dear, &around());
    assert_eq!((measured.homes, measured.median_error_percent), (7, Some(0.0)));
}
