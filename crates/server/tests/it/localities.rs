//! Pages and the market call a locality the same, although neither knows the other's list.

use std::collections::BTreeSet;

use domain::locality::{AreaName, LOCALITIES};

/// What the market knows and pages draw on no map: outside it, or no place at all.
const NOT_DRAWN: [&str; 4] = ["Bhongir", "Outer Ring Road", "Sangareddy", "Shadnagar"];

#[test]
fn a_locality_of_an_address_is_the_area_of_its_figures() {
    for (name, slug) in web::known_localities() {
        assert_eq!(
            AreaName::of(name, "Hyderabad"),
            Some(AreaName { slug: slug.clone(), name: name.to_owned() })
        );
        assert_eq!(AreaName::of(&slug, "Hyderabad").map(|area| area.slug), Some(slug));
    }
}

#[test]
fn pages_know_where_every_area_is_that_they_can_draw() {
    let drawn: BTreeSet<&str> = web::known_localities().map(|(name, _)| name).collect();
    let names = LOCALITIES.iter().filter_map(|names| names.first().copied());
    let missing: Vec<&str> = names.filter(|name| !drawn.contains(name)).collect();
    assert_eq!(missing, NOT_DRAWN);
}
