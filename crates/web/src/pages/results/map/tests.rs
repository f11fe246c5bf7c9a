use serde_json::json;

use super::MapView;
use crate::api::Property;
use crate::form::Form;
use crate::home_search::HomeSearch;
use crate::messages::Language::English;
use crate::place_path::PlacePath;

fn home(id: &str, location: &str, at: Option<(f64, f64)>) -> Property {
    let mut home = json!({"id": id, "title": "Flat <b>", "price": 8_000_000, "location": location});
    if let Some((lat, lon)) = at {
        (home["latitude"], home["longitude"]) = (json!(lat), json!(lon));
    }
    serde_json::from_value(home).unwrap()
}

fn wanted(path: &str, query: &str) -> HomeSearch {
    HomeSearch::read(PlacePath::parse(path).unwrap(), &Form::parse(query.as_bytes())).wanted
}

#[test]
fn homes_are_drawn_where_they_are_or_in_the_middle_of_their_locality() {
    let mut homes = [
        home("h1", "Kondapur", Some((17.47, 78.36))),
        home("h2", "Uppal", None),
        home("h3", "Nowhere in the list", None),
        home("h4", "Delhi", Some((28.6, 77.2))),
    ];
    let map = MapView::of(English, &mut homes, &wanted("/homes", "view=map"));
    let [wide, narrow] = &map.layers[..] else { panic!("two layers") };
    assert_eq!((wide.pins.len(), narrow.pins.len(), map.elsewhere, map.is_rough), (2, 2, 2, true));
    assert_eq!(homes.iter().map(|home| home.is_on_map).collect::<Vec<_>>(), [true, true, false, false]);
    assert_eq!((&*wide.pins[0].text, &*wide.pins[0].href), ("₹80 L", "#home-h1"));
    let named = |text: &str| wide.names.iter().find(|name| name.text == text);
    assert!(named("Uppal").is_some_and(|name| name.is_pinned), "it stands below its pin");
    assert!(named("Abids").is_some_and(|name| !name.is_pinned));
    assert!(narrow.names.len() < wide.names.len(), "a phone has room for fewer names");
    assert!(map.everywhere.is_none());
}

#[test]
fn homes_near_each_other_are_one_pin_that_leads_nearer() {
    let mut homes = [
        home("h1", "Kondapur", Some((17.4700, 78.3600))),
        home("h2", "Kondapur", Some((17.4715, 78.3610))),
        home("h3", "Uppal", Some((17.40, 78.56))),
    ];
    let map = MapView::of(English, &mut homes, &wanted("/homes", "view=map"));
    let pins: Vec<(&str, usize)> = map.layers[0].pins.iter().map(|pin| (&*pin.text, pin.homes)).collect();
    assert_eq!(pins, [("2", 2), ("₹80 L", 1)]);
    assert_eq!(map.layers[0].pins[0].href, "/hyderabad?bbox=78.358%2C17.468%2C78.363%2C17.4735&view=map");
    let mut rough = [home("h1", "Kondapur", None), home("h2", "Kondapur", None)];
    let map = MapView::of(English, &mut rough, &wanted("/homes", "view=map"));
    assert_eq!(map.layers[0].pins[0].href, "#home-h1", "a search on the map would not find them");
}

#[test]
fn a_map_has_the_shape_of_its_place_on_the_page() {
    for (view, height) in [("map", "640"), ("split", "960")] {
        for place in ["/homes", "/hyderabad/kondapur"] {
            let mut homes = [home("h1", "Kondapur", None), home("h2", "Uppal", None)];
            let map = MapView::of(English, &mut homes, &wanted(place, &format!("view={view}")));
            assert_eq!(map.height, height, "{place} {view}");
        }
    }
}

#[test]
fn a_part_of_the_map_has_nine_parts_and_a_way_out() {
    let part = wanted("/hyderabad", "bbox=78.3,17.3,78.6,17.6&view=split");
    let map = MapView::of(English, &mut [], &part);
    assert_eq!(map.parts.len(), 9);
    assert_eq!(map.parts[0].0, "/hyderabad?bbox=78.3%2C17.5%2C78.4%2C17.6&view=split");
    assert_eq!(map.parts[8].0, "/hyderabad?bbox=78.5%2C17.3%2C78.6%2C17.4&view=split");
    assert_eq!(map.here, "/hyderabad?bbox=78.3%2C17.3%2C78.6%2C17.6&view=split");
    assert_eq!(map.everywhere.unwrap(), "/homes?view=split");
}

#[test]
fn a_map_of_a_single_point_is_still_a_map() {
    for query in ["bbox=78.3,17.4,78.3,17.4&view=map", "bbox=-180,-90,180,90&view=map", "view=map"] {
        let map = MapView::of(English, &mut [home("h1", "x", Some((17.4, 78.3)))], &wanted("/homes", query));
        assert!(map.layers.iter().all(|layer| layer.pins.len() == 1), "{query}");
        assert!(map.shapes.iter().all(|shape| !shape.path.contains("NaN") && !shape.path.contains("inf")));
    }
    let drawn = wanted("/hyderabad", "within=17.4,78.3;17.5,78.3;17.5,78.4&view=map");
    let map = MapView::of(English, &mut [], &drawn);
    assert!(map.bounds.west < 78.3 && map.bounds.east > 78.4);
}
