use std::collections::BTreeSet;

use image::ImageFormat;

use super::*;

/// What the photos of all sample homes show.
fn all_views() -> BTreeSet<View> {
    Home::all().unwrap().iter().flat_map(views).collect()
}

#[test]
fn every_view_is_a_photo_that_can_be_decoded_and_is_not_too_large() {
    let all = all_views();
    assert_eq!(all.len(), 18, "each view is shown by a home: {all:?}");
    for view in all {
        let jpeg = photo(view, 7).unwrap();
        assert!(jpeg.len() <= MOST_BYTES, "{view:?} has {} bytes", jpeg.len());
        let picture = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (1600, 1066), "{view:?}");
    }
}

#[test]
fn a_photo_is_decided_by_its_view_and_seed() {
    let first = photo(View::Villa, 1).unwrap();
    assert!(first == photo(View::Villa, 1).unwrap());
    assert!(first != photo(View::Villa, 2).unwrap());
    assert!(first != photo(View::House, 1).unwrap());
}

#[test]
fn every_home_has_three_to_six_photos_that_differ() {
    let mut seeds = BTreeSet::new();
    for home in Home::all().unwrap() {
        assert!((3..=6).contains(&views(&home).len()), "{}", home.reference());
        assert!(seeds.insert(seed_of(home.reference())), "{}", home.reference());
    }
}
