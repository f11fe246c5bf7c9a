//! Measures how long a search with facets takes: `cargo run --release -p search --example latency [HOMES]`. `HOMES`
//! defaults to 100,000.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement prints and fails by panicking")]

#[path = "../tests/it/homes.rs"]
mod homes;
#[path = "../tests/it/random.rs"]
mod random;

use std::sync::Arc;
use std::time::Duration;

use domain::TenantId;
use domain::property::Rooms;
use domain::property::content::Coordinates;
use domain::property::kinds::PropertyType;
use search::query::{BoundingBox, Near, Query, Sort, SortBy};
use search::suggest::{Suggester, suggest};
use search::understanding::understand;
use search::{Home, Index, IndexChange, IndexPosition};
use tokio::time::Instant;

use homes::{NOW, home};
use random::Random;

const ROUNDS: usize = 300;

fn main() {
    let many = std::env::args().nth(1).map_or(100_000, |text| text.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let index = Arc::new(Index::open(directory.path()).unwrap());
    let mut random = Random::new(1);
    let tenant = TenantId::stored("hyderabad");
    let began = Instant::now();
    let place = |changed| IndexPosition { made: "an example".into(), changed };
    for commit in 0..many / 10_000 {
        let batch: Vec<IndexChange<Home>> =
            (0..10_000).map(|_| IndexChange::Put(Box::new(home(&mut random, &tenant)))).collect();
        index.write(&batch).unwrap();
        index.commit(&place(i64::from(commit))).unwrap();
    }
    println!("{many} homes indexed in {:.1?}", began.elapsed());
    for merged in [false, true] {
        if merged {
            index.rest().unwrap();
            println!("after the merges that were on their way");
        }
        for (name, query) in queries(&tenant) {
            measure(&index, name, &query);
        }
    }
    understanding();
    suggestions(&index, &tenant);
    let mut visible = Vec::new();
    let fresh = home(&mut random, &tenant);
    for round in 0..50 {
        let began = Instant::now();
        index.write(&[IndexChange::Put(Box::new(fresh.clone()))]).unwrap();
        index.commit(&place(1_000_000 + round)).unwrap();
        visible.push(began.elapsed());
    }
    told("one change until it is found", visible);
}

fn understanding() {
    for text in [
        "kondapur",
        "3 bhk flat for rent in gachibolwi under 30k",
        "an unusual query of words unknown to anybody",
    ] {
        let mut times = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let began = Instant::now();
            std::hint::black_box(understand(text).demanded());
            times.push(began.elapsed());
        }
        told(&format!("understanding {text:?}"), times);
    }
}

fn suggestions(index: &Arc<Index>, tenant: &TenantId) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let suggester = Suggester::new(Arc::clone(index));
    let began = Instant::now();
    let known = runtime.block_on(suggester.known(tenant)).unwrap();
    println!("what the homes name, read in {:.1?}", began.elapsed());
    let popular: Vec<_> = (0..1000).map(|number| (format!("{number} bhk in kondapur"), number)).collect();
    for typed in ["g", "gachi", "gahcibowl", "banjara hi", "nothing like it"] {
        let mut times = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let began = Instant::now();
            std::hint::black_box(suggest(typed, &known, &popular, 10));
            times.push(began.elapsed());
        }
        told(&format!("suggestions for {typed:?}"), times);
    }
}

fn queries(tenant: &TenantId) -> Vec<(&'static str, Query)> {
    let all = Query { facets: true, ..Query::all(tenant.clone(), NOW) };
    let words = |text: &str| {
        let mut query = Query { sort: vec![Sort::BEST], ..all.clone() };
        query.text(text);
        query
    };
    let mut filtered = all.clone();
    filtered.filters.property_types = vec![PropertyType::Apartment, PropertyType::Villa];
    filtered.filters.bedrooms.add_from(Rooms::whole(2));
    filtered.filters.max_price = Some(2_000_000_000);
    filtered.sort = vec![Sort { by: SortBy::Price, descending: false }];
    let mut both = words("gachibowli apartment");
    both.filters = filtered.filters.clone();
    let at = Coordinates { lat: 17.44, lng: 78.35 };
    let by = |by| vec![Sort { by, descending: by != SortBy::Distance }];
    let mut near = Query { sort: by(SortBy::Distance), ..all.clone() };
    near.geo.near = Some(Near { at, radius_km: Some(3.0) });
    let mut nearest = near.clone();
    nearest.geo.near = Some(Near { at, radius_km: None });
    let mut part = all.clone();
    part.geo.bbox = Some(BoundingBox { min_lng: 78.3, min_lat: 17.4, max_lng: 78.4, max_lat: 17.5 });
    vec![
        ("within 3 km, nearest first, facets", near),
        ("everything, nearest first, facets", nearest),
        ("a part of the map, facets", part),
        ("everything, best first, facets", Query { sort: vec![Sort::BEST], ..all.clone() }),
        ("everything, largest first, facets", Query { sort: by(SortBy::Area), ..all.clone() }),
        ("everything, page 900, facets", Query { offset: 9_000, ..all.clone() }),
        ("a beginning, facets", words("gac")),
        ("everything, facets", all.clone()),
        ("everything, no facets", Query { facets: false, ..all.clone() }),
        ("filters, facets", filtered),
        ("words, facets", words("gachibowli apartment")),
        ("a wrong letter, facets", words("gachibouli vila")),
        ("words, filters, facets", both),
    ]
}

fn measure(index: &Index, name: &str, query: &Query) {
    let mut times = Vec::with_capacity(ROUNDS);
    let mut total = 0;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        total = index.search(query).unwrap().total;
        times.push(began.elapsed());
    }
    told(&format!("{name} ({total} found)"), times);
}

fn told(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{name:50} least {:>8.2?}  p50 {:>8.2?}  p99 {:>8.2?}", at(0), at(50), at(99));
}
