//! Measures what it costs to match one new home with many saved searches:
//! `cargo run --release -p search --example matching [SEARCHES]`. `SEARCHES` defaults to 100,000. First every saved
//! search is tested, then only those filed under a key of the home.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement prints and fails by panicking")]

#[path = "../tests/it/homes.rs"]
mod homes;
#[path = "../tests/it/random.rs"]
mod random;

use std::collections::HashMap;

use domain::TenantId;
use search::Home;
use search::matching::{PreparedHome, keys};
use search::query::Query;
use search::words::key;
use tokio::time::Instant;

use homes::{NOW, home};
use random::Random;

const HOMES: usize = 50;

/// A saved search of the usual kind: a locality or a property type, a price range, sometimes bedrooms or a word.
fn query(random: &mut Random, tenant: &TenantId) -> Query {
    let like = home(random, tenant);
    let facts = &like.content.specifications;
    let price = like.content.price.paise();
    let mut query = Query::all(tenant.clone(), NOW);
    if random.one_in(6) {
        query.filters.property_types = vec![facts.property_type];
    } else {
        query.filters.localities = vec![key(like.content.location.area.text())];
    }
    (query.filters.min_price, query.filters.max_price) = (Some(price * 8 / 10), Some(price * 12 / 10));
    if let Some(bedrooms) = like.standing().bedrooms.filter(|_| random.one_in(2)) {
        query.filters.bedrooms.add(bedrooms);
    }
    if random.one_in(4) {
        query.text(like.content.title().split(' ').next().unwrap());
    }
    query
}

fn main() {
    let many = std::env::args().nth(1).map_or(100_000, |text| text.parse().unwrap());
    let mut random = Random::new(1);
    let tenant = TenantId::stored("hyderabad");
    let queries: Vec<Query> = (0..many).map(|_| query(&mut random, &tenant)).collect();
    let homes: Vec<Home> = (0..HOMES).map(|_| home(&mut random, &tenant)).collect();
    let mut filed: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, query) in queries.iter().enumerate() {
        for key in keys(query) {
            filed.entry(key).or_default().push(at);
        }
    }
    let began = Instant::now();
    let mut all = 0;
    for home in &homes {
        let mut look = PreparedHome::of(home);
        all += queries.iter().filter(|query| look.fits(query)).count();
    }
    let each = began.elapsed() / u32::try_from(HOMES).unwrap();
    println!("{many} saved searches, all looked at: {each:.1?} a home");
    let began = Instant::now();
    let (mut fitting, mut candidates) = (0, 0);
    for home in &homes {
        let mut look = PreparedHome::of(home);
        let mut found: Vec<usize> =
            look.keys().iter().filter_map(|key| filed.get(key)).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        candidates += found.len();
        fitting += found.iter().filter(|at| look.fits(&queries[**at])).count();
    }
    let each = began.elapsed() / u32::try_from(HOMES).unwrap();
    assert_eq!(fitting, all);
    println!(
        "the same from their files: {each:.1?} a home, {} candidates, {} fit",
        candidates / HOMES,
        fitting / HOMES
    );
}
