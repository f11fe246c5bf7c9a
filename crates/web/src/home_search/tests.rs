use serde_json::json;

use super::{HomeSearch, View};
use crate::form::Form;
use crate::messages::Language::English;
use crate::place_path::PlacePath;

fn read(address: &str) -> super::Reading {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    HomeSearch::read(PlacePath::parse(path).unwrap(), &Form::parse(query.as_bytes()))
}

fn wanted(address: &str) -> HomeSearch {
    read(address).wanted
}

#[test]
fn an_address_is_read_and_written() {
    for address in [
        "/homes",
        "/homes?q=lake+view",
        "/homes?q=lake&sort=newest",
        "/homes?sort=price-low&view=map",
        "/hyderabad/kondapur/apartments-for-sale?bedrooms=2&bedrooms=3&maxPrice=8000000",
        "/hyderabad/homes-for-rent?minPrice=10000&maxPrice=25000&furnished=FURNISHED&verified=true",
        "/hyderabad/plots-for-sale?facing=EAST&facing=NORTH_EAST&photos=true",
        "/hyderabad/pg?forWhom=WOMEN&availableBy=2027-01-05",
        "/hyderabad?type=APARTMENT&type=VILLA&bathrooms=2%2B&amenities=Lift",
        "/hyderabad/kokapet?bbox=78.3%2C17.3%2C78.4%2C17.5&view=split",
        "/hyderabad?within=17.4%2C78.3%3B17.5%2C78.3%3B17.5%2C78.4",
        "/hyderabad/miyapur?q=near+the+metro&bedrooms=2.5",
    ] {
        assert_eq!(wanted(address).address(), address);
        assert!(read(address).unread.is_empty(), "{address}");
    }
}

#[test]
fn a_form_becomes_a_readable_address() {
    for (typed, address) in [
        (
            "/homes?kind=apartments&deal=SALE&locality=Kondapur&maxPrice=80L&minPrice=&bedrooms=2",
            "/hyderabad/kondapur/apartments-for-sale?bedrooms=2&maxPrice=8000000",
        ),
        ("/homes?kind=homes&deal=rent", "/hyderabad/homes-for-rent"),
        ("/homes?kind=apartments-for-rent", "/hyderabad/apartments-for-rent"),
        ("/homes?kind=pg&deal=SALE", "/hyderabad/pg"),
        ("/homes?type=VILLA&deal=SALE", "/hyderabad/villas-for-sale"),
        ("/homes?deal=PG", "/hyderabad/pg"),
        ("/homes?type=VILLA,HOUSE&deal=SALE", "/hyderabad/homes-for-sale?type=VILLA&type=HOUSE"),
        ("/homes?maxPrice=1.2cr&minPrice=2cr", "/hyderabad?minPrice=12000000&maxPrice=20000000"),
        ("/homes?minArea=1%2C200+sq+ft", "/hyderabad?minArea=1200"),
        ("/homes?kind=homes&deal=&locality=", "/homes"),
        ("/homes?facing=north-east,East", "/hyderabad?facing=NORTH_EAST&facing=EAST"),
        ("/homes?sort=newest", "/homes"),
        ("/homes?for=buy&q=", "/hyderabad/homes-for-sale"),
        ("/homes?for=plots&q=corner", "/hyderabad/plots-for-sale?q=corner"),
        ("/homes?for=pg", "/hyderabad/pg"),
        ("/homes?for=buy&q=3+bhk+for+Rent", "/homes?q=3+bhk+for+Rent"),
        ("/homes?for=rent&q=3+bhk+for+rent", "/hyderabad/homes-for-rent?q=3+bhk+for+rent"),
        ("/homes?for=commercial&q=for+rent", "/hyderabad/commercial?q=for+rent"),
        ("/homes?q=lake&sort=best", "/homes?q=lake"),
    ] {
        assert_eq!(wanted(typed).address(), address, "{typed}");
    }
}

#[test]
fn what_means_nothing_is_told() {
    for (address, unread) in [
        ("/homes?maxPrice=cheap", "maxPrice"),
        ("/homes?bedrooms=many", "bedrooms"),
        ("/homes?sort=cheapest", "sort"),
        ("/homes?sort=best", "sort"),
        ("/homes?view=globe", "view"),
        ("/homes?kind=castles", "kind"),
        ("/homes?locality=%3Cb%3E%E0%B0%95", "locality"),
        ("/homes?bbox=1,2,3", "bbox"),
        ("/homes?bbox=NaN,2,3,4", "bbox"),
        ("/homes?within=1,2;3,4", "within"),
        ("/homes?availableBy=soon", "availableBy"),
        ("/homes?amenities=%00", "amenities"),
    ] {
        let reading = read(address);
        assert_eq!(reading.unread.len(), 1, "{address}");
        assert_eq!(reading.unread[0].0, unread);
        assert!(reading.wanted.is_bare(), "{address}");
    }
}

#[test]
fn no_address_grows_without_end() {
    let many: Vec<String> = (0..500).map(|number| format!("amenities=a{number}")).collect();
    let long = format!("/homes?q={}&{}", "x".repeat(5_000), many.join("&"));
    let wanted = wanted(&long);
    assert_eq!((wanted.words.len(), wanted.values("amenities").count()), (200, 20));
}

#[test]
fn the_api_is_asked_with_its_own_names() {
    let asked = wanted(
        "/hyderabad/hitec-city/commercial-for-rent?furnished=FURNISHED&bedrooms=2&bedrooms=4%2B&q=lake",
    );
    assert_eq!(
        asked.api(),
        [
            ("query", "lake".to_owned()),
            ("location", "HITEC City".to_owned()),
            ("propertyType", "OFFICE,SHOP,WAREHOUSE,COWORKING,INDUSTRIAL,COMMERCIAL".to_owned()),
            ("listingType", "RENT".to_owned()),
            ("bedrooms", "2,4+".to_owned()),
            ("furnishedStatus", "FURNISHED".to_owned()),
        ]
    );
    let shown = wanted("/hyderabad?facing=EAST&photos=true").api();
    assert_eq!(shown, [("facing", "EAST".to_owned()), ("withPhotos", "true".to_owned())]);
    let drawn = wanted("/hyderabad?within=17.4,78.3;17.5,78.3;17.5,78.4").api();
    let ring = json!({"type": "Polygon",
        "coordinates": [[[78.3, 17.4], [78.3, 17.5], [78.4, 17.5], [78.3, 17.4]]]});
    let (name, polygon) = &drawn[0];
    assert_eq!(*name, "polygon");
    assert_eq!(serde_json::from_str::<serde_json::Value>(polygon).unwrap(), ring);
}

#[test]
fn the_heading_says_what_is_wanted() {
    for (address, heading) in [
        ("/homes", "All homes in Hyderabad"),
        ("/homes?q=lake", "Homes for “lake”"),
        (
            "/hyderabad/kondapur/apartments-for-sale?bedrooms=2&maxPrice=80L",
            "2 BHK apartments for sale in Kondapur under ₹80 lakh",
        ),
        (
            "/hyderabad/homes-for-rent?bedrooms=2,3,4%2B&minPrice=25k",
            "2, 3 or 4+ BHK homes for rent in Hyderabad from ₹25,000",
        ),
        ("/hyderabad/kokapet/new-launches", "New launches in Kokapet"),
        ("/hyderabad/pg?q=wifi", "Places for paying guests in Hyderabad with “wifi”"),
    ] {
        assert_eq!(wanted(address).heading(English, "Hyderabad"), heading);
    }
}

#[test]
fn every_condition_can_be_taken_away() {
    let all = wanted("/hyderabad/kondapur/apartments-for-sale?bedrooms=1&maxPrice=80L&gated=yes");
    let told: Vec<(String, String)> =
        all.conditions(English).into_iter().map(|it| (it.label, it.without.address())).collect();
    let rest = "bedrooms=1&maxPrice=8000000&gated=true";
    assert_eq!(
        told,
        [
            ("Kondapur", format!("/hyderabad/apartments-for-sale?{rest}")),
            ("Apartments", format!("/hyderabad/kondapur/homes-for-sale?{rest}")),
            ("For sale", format!("/hyderabad/kondapur/apartments?{rest}")),
            ("1 BHK", "/hyderabad/kondapur/apartments-for-sale?maxPrice=8000000&gated=true".to_owned()),
            ("Under ₹80 lakh", "/hyderabad/kondapur/apartments-for-sale?bedrooms=1&gated=true".to_owned()),
            (
                "Gated community",
                "/hyderabad/kondapur/apartments-for-sale?bedrooms=1&maxPrice=8000000".to_owned()
            ),
        ]
        .map(|(label, address)| (label.to_owned(), address))
    );
}

#[test]
fn another_view_keeps_what_was_chosen() {
    let start = wanted("/hyderabad/kondapur/apartments-for-sale");
    let map = start.with_view(View::Map);
    assert_eq!(map.address(), "/hyderabad/kondapur/apartments-for-sale?view=map");
    assert!(start.is_kind("apartments") && start.has_deal("SALE") && !start.has_deal("RENT"));
    assert!(wanted("/hyderabad/pg").has_deal("PG") && wanted("/hyderabad/villas?deal=PG").has_deal("PG"));
}

#[test]
fn a_past_search_has_an_address_if_one_can_say_it() {
    let of = |filters: serde_json::Value| {
        HomeSearch::of_past(filters.as_object().unwrap()).map(|wanted| wanted.address())
    };
    assert_eq!(
        of(json!({"location": "Kondapur", "propertyType": "APARTMENT", "bedrooms": ["2", "3"],
            "maxPrice": 8_000_000, "sortBy": "price"})),
        Some("/hyderabad/kondapur/apartments?bedrooms=2&bedrooms=3&maxPrice=8000000".to_owned())
    );
    assert_eq!(of(json!({"query": "lake view"})), Some("/homes?q=lake+view".to_owned()));
    for not in
        [json!({}), json!({"sortBy": "price"}), json!({"radiusKm": 3}), json!({"location": "Miyapur,Uppal"})]
    {
        assert_eq!(of(not), None);
    }
}
