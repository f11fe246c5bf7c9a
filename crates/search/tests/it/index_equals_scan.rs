//! Random searches over generated homes: the index must give exactly the same answers as a scan of every home.
//!
//! `HYD_TEST_HOMES`, `HYD_TEST_SEARCHES` and `HYD_TEST_SEED` set the numbers and the seed. Before a release it is run
//! with `HYD_TEST_HOMES=100000 HYD_TEST_SEARCHES=500`.

use domain::property::content::Coordinates;
use domain::property::details::Details;
use domain::{Paise, TenantId};
use search::query::{BoundingBox, DetailFilters, Like, Near, Polygon, Query, Sort, SortBy};
use search::words::key;
use search::{Home, Index, IndexChange, IndexPosition};

use crate::homes::{NOW, home};
use crate::model;
use crate::random::Random;

/// A number from the environment, or the default.
pub fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap())
}

fn tenants() -> [TenantId; 2] {
    ["hyderabad", "pune"].map(TenantId::stored)
}

/// Indexes random homes in several commits, some of them changed or removed later.
pub fn indexed(random: &mut Random, index: &Index, many: usize) -> Vec<Home> {
    let mut homes: Vec<Home> = Vec::new();
    let mut commits = 0;
    while homes.len() < many {
        let batch = 1 + random.below(many / 3 + 1).min(many - homes.len());
        let mut changes = Vec::new();
        for _ in 0..batch {
            let tenant = usize::from(random.one_in(6));
            let fresh = home(random, &tenants()[tenant]);
            changes.push(IndexChange::Put(Box::new(fresh.clone())));
            homes.push(fresh);
        }
        for _ in 0..batch / 10 {
            let at = random.below(homes.len());
            if random.one_in(2) {
                let gone = homes.swap_remove(at);
                changes.push(IndexChange::Gone { tenant: gone.tenant, id: gone.id });
            } else {
                let old = &homes[at];
                let next = Home { id: old.id, ..home(random, &old.tenant.clone()) };
                changes.push(IndexChange::Put(Box::new(next.clone())));
                homes[at] = next;
            }
        }
        commits += 1;
        index.write(&changes).unwrap();
        index.commit(&IndexPosition { made: "a file".into(), changed: commits }).unwrap();
    }
    homes
}

fn spoil(random: &mut Random, word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = random.below(letters.len());
    match random.below(4) {
        0 => letters[at] = 'z',
        1 if letters.len() > 1 => drop(letters.remove(at)),
        2 if at > 0 => letters.swap(at - 1, at),
        _ => letters.insert(at, 'q'),
    }
    letters.into_iter().collect()
}

fn text(random: &mut Random, like: &Home) -> String {
    let texts = like.texts();
    let (_, text) = random.of(&texts);
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        return String::new();
    }
    let from = random.below(words.len());
    let mut asked: Vec<String> =
        words[from..].iter().take(1 + random.below(3)).map(|word| (*word).to_owned()).collect();
    if random.one_in(3) {
        let at = random.below(asked.len());
        asked[at] = spoil(random, &asked[at].clone());
    }
    if random.one_in(3) {
        let last = asked.last_mut().unwrap();
        let keep = 1 + random.below(last.chars().count());
        *last = last.chars().take(keep).collect();
    }
    asked.join(" ")
}

/// Filters that `like` passes, most of the time.
fn details(random: &mut Random, filters: &mut DetailFilters, like: &Details) {
    if !random.one_in(3) {
        return;
    }
    let (terms, shared) =
        (like.terms.clone().unwrap_or_default(), like.shared_living.clone().unwrap_or_default());
    let project = like.project.clone().unwrap_or_default();
    let rarely = |random: &mut Random| random.one_in(4);
    if rarely(random) {
        filters.for_whom.extend(shared.for_whom);
    }
    if rarely(random) {
        filters.possession.extend(project.possession_status);
        filters.rera.extend(project.rera_status);
    }
    if rarely(random) {
        filters.pets_allowed = terms.pets_allowed;
        filters.gated_community = like.gated_community;
    }
    if rarely(random) {
        filters.approvals.clone_from(&like.approvals);
        filters.tenants = terms.preferred_tenants;
    }
    if rarely(random) {
        filters.meals = shared.meals;
        filters.sharing = shared.sharing;
    }
    if rarely(random) {
        filters.available_by = terms.available_from;
        filters.max_deposit = terms.deposit.map(Paise::paise);
    }
}

fn filters(random: &mut Random, query: &mut Query, like: &Home) {
    let filters = &mut query.filters;
    let facts = &like.content.specifications;
    let place = &like.content.location;
    if random.one_in(4) {
        filters.cities = vec![key(&place.city)];
    }
    if random.one_in(4) {
        filters.localities = vec![key(place.area.text().rsplit(", ").next().unwrap())];
    }
    if random.one_in(5) {
        filters.property_types =
            vec![facts.property_type, home(random, &like.tenant).content.specifications.property_type];
    }
    if random.one_in(5) {
        filters.listing_types = vec![facts.listing_type];
    }
    if random.one_in(6) {
        filters.furnished.extend(facts.furnished_status);
    }
    if random.one_in(6) {
        filters.amenities = like.content.amenities().iter().take(2).map(|text| key(text)).collect();
    }
    if let Some(bedrooms) = like.standing().bedrooms.filter(|_| random.one_in(5)) {
        if random.one_in(2) { filters.bedrooms.add_from(bedrooms) } else { filters.bedrooms.add(bedrooms) }
    }
    if let Some(bathrooms) = like.bathrooms().filter(|_| random.one_in(6)) {
        filters.bathrooms.add(bathrooms);
    }
    let price = like.content.price;
    if random.one_in(4) {
        filters.min_price = Some(price.paise() - 10_000_000 * i64::try_from(random.below(20)).unwrap());
    }
    if random.one_in(4) {
        filters.max_price = Some(Paise::paise(price) + 10_000_000 * i64::try_from(random.below(20)).unwrap());
    }
    if random.one_in(5) {
        filters.min_area = facts.area.map(|area| area.sqft - 200.0);
    }
    if random.one_in(5) {
        filters.max_area = facts.area.map(|area| area.sqft + 200.0);
    }
    details(random, &mut filters.details, &like.content.details);
    // Of numbers of its own, as the facing of a home is.
    let mut others = random.fork();
    if others.one_in(6) {
        filters.facing.extend(like.facing());
    }
    filters.with_photos = others.one_in(8).then_some(like.has_photos());
    filters.featured = random.one_in(8).then_some(like.featured);
    filters.verified = random.one_in(8).then_some(like.verified);
    filters.state = if random.one_in(10) { place.state.as_deref().map(key) } else { None };
    filters.pincode = if random.one_in(12) { place.pincode.clone() } else { None };
}

fn geo(random: &mut Random, query: &mut Query, like: &Home) {
    let Some(Coordinates { lat, lng }) = like.content.location.at() else { return };
    let wide = random.between(0.005, 0.1);
    match random.below(6) {
        0 => {
            let radius_km = (!random.one_in(3)).then_some(wide * 60.0);
            query.geo.near = Some(Near { at: Coordinates { lat: lat + wide / 9.0, lng }, radius_km });
        }
        1 => {
            let (min_lng, min_lat, max_lng, max_lat) = (lng - wide, lat - wide, lng + wide, lat + wide);
            query.geo.bbox = Some(BoundingBox { min_lng, min_lat, max_lng, max_lat });
        }
        2 => {
            let ring = vec![
                (lng - wide, lat - wide),
                (lng + wide, lat - wide / 2.0),
                (lng, lat + wide),
                (lng - wide, lat - wide),
            ];
            query.geo.polygon = Some(Polygon(vec![ring]));
        }
        _ => {}
    }
}

fn order(random: &mut Random, query: &mut Query, like: &Home) {
    let near = query.geo.near.is_some();
    let mut sorts = Vec::new();
    for _ in 0..=random.below(3) {
        let by = *random.of(&[
            SortBy::Relevance,
            SortBy::Price,
            SortBy::Area,
            SortBy::CreatedAt,
            SortBy::UpdatedAt,
            SortBy::Popularity,
            if near { SortBy::Distance } else { SortBy::Relevance },
            SortBy::Likeness,
        ]);
        sorts.push(Sort { by, descending: random.one_in(2) });
    }
    let standing = like.standing();
    query.like = Some(Like { price: standing.price, bedrooms: standing.bedrooms, at: standing.at });
    query.sort = sorts;
}

pub fn query(random: &mut Random, homes: &[Home]) -> Query {
    let like = random.of(homes).clone();
    let mut query = Query::all(like.tenant.clone(), NOW);
    if random.one_in(2) {
        query.text(&text(random, &like));
    }
    if random.one_in(3) {
        query.preferred = search::words::words(&text(random, &like));
    }
    filters(random, &mut query, &like);
    geo(random, &mut query, &like);
    order(random, &mut query, &like);
    query.exclude = random.one_in(10).then_some(like.id);
    query.facets = !random.one_in(4);
    query.size = random.below(30);
    query.offset = if random.one_in(2) { 0 } else { random.below(40) };
    query
}

#[test]
fn the_index_answers_as_if_it_looked_at_every_home() {
    let seed = number("HYD_TEST_SEED", 7) as u64;
    let (many, searches) = (number("HYD_TEST_HOMES", 400), number("HYD_TEST_SEARCHES", 600));
    let directory = tempfile::tempdir().unwrap();
    let index = Index::open(&directory.path().join("index")).unwrap();
    let mut random = Random::new(seed);
    let homes = indexed(&mut random, &index, many);
    let known: Vec<model::Known> = homes.iter().map(model::Known::of).collect();
    let mut answered = 0;
    for round in 0..searches {
        let query = query(&mut random, &homes);
        let found = index.search(&query).unwrap();
        let expected = model::search(&known, &query);
        assert_eq!(found, expected, "seed {seed}, search {round}: {query:#?}");
        answered += usize::from(found.total > 0);
    }
    assert!(answered * 2 >= searches, "only {answered} of {searches} searches found anything");
}

#[test]
fn pages_by_cursor_join_without_a_gap_or_a_repeat() {
    let directory = tempfile::tempdir().unwrap();
    let index = Index::open(&directory.path().join("index")).unwrap();
    let mut random = Random::new(11);
    let homes = indexed(&mut random, &index, 300);
    for _ in 0..20 {
        let whole = Query { size: 1000, offset: 0, facets: false, ..query(&mut random, &homes) };
        let all = index.search(&whole).unwrap().hits;
        let mut joined = Vec::new();
        let mut after = None;
        loop {
            let page = index.search(&Query { size: 7, after, ..whole.clone() }).unwrap();
            assert_eq!(page.total, all.len() as u64);
            let Some(last) = page.hits.last() else { break };
            after = Some(last.key);
            joined.extend(page.hits);
        }
        assert_eq!(joined, all);
    }
}
