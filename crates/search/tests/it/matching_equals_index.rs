//! Matching one home with many searches gives the same result as the index does for each search.
//!
//! `HYD_TEST_HOMES`, `HYD_TEST_SEARCHES` and `HYD_TEST_SEED` set the numbers and the seed.

use std::collections::BTreeSet;

use search::Index;
use search::matching::{Narrow, PreparedHome, keys};
use search::query::Query;
use uuid::Uuid;

use crate::index_equals_scan::{indexed, number, query};
use crate::random::Random;

/// Whether the stored keys and columns would make the search a candidate.
fn is_candidate(look: &PreparedHome<'_>, query: &Query) -> bool {
    let (narrow, (price, listing_type, bedrooms)) = (Narrow::of(query), look.narrow());
    !keys(query).is_disjoint(&look.keys())
        && narrow.min_price.is_none_or(|least| least <= price)
        && narrow.max_price.is_none_or(|most| most >= price)
        && (narrow.listing_types == 0 || narrow.listing_types & listing_type != 0)
        && (narrow.bedrooms == 0 || narrow.bedrooms & bedrooms != 0)
}

#[test]
fn a_home_fits_the_searches_that_find_it_in_the_index() {
    let seed = number("HYD_TEST_SEED", 21) as u64;
    let (many, searches) = (number("HYD_TEST_HOMES", 300), number("HYD_TEST_SEARCHES", 500));
    let directory = tempfile::tempdir().unwrap();
    let index = Index::open(&directory.path().join("index")).unwrap();
    let mut random = Random::new(seed);
    let homes = indexed(&mut random, &index, many);
    let asked: Vec<Query> = (0..searches)
        .map(|_| Query { offset: 0, size: many, facets: false, ..query(&mut random, &homes) })
        .collect();
    let found: Vec<BTreeSet<Uuid>> = asked
        .iter()
        .map(|query| index.search(query).unwrap().hits.iter().map(|hit| hit.key.id).collect())
        .collect();
    let mut fitting = 0;
    for home in &homes {
        let mut look = PreparedHome::of(home);
        for (query, found) in asked.iter().zip(&found) {
            let fits = look.fits(query);
            assert_eq!(fits, found.contains(&home.id.uuid()), "seed {seed}: {home:#?} {query:#?}");
            assert!(!fits || is_candidate(&look, query), "seed {seed}: filed wrongly: {home:#?} {query:#?}");
            fitting += usize::from(fits);
        }
    }
    assert!(fitting > searches, "only {fitting} of {searches} searches and {many} homes fit");
}
