//! Measures how long a search for products with facets takes: `cargo run --release -p search --example product_latency
//! [PRODUCTS]`. `PRODUCTS` defaults to 100,000.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement prints and fails by panicking")]

#[expect(dead_code, reason = "tests use the rest")]
#[path = "../tests/it/homes.rs"]
mod homes;
#[expect(dead_code, reason = "tests use the rest")]
#[path = "../tests/it/products.rs"]
mod products;
#[path = "../tests/it/random.rs"]
mod random;

use std::time::Duration;

use domain::TenantId;
use search::products::query::{ProductQuery, ProductSortBy};
use search::products::{ListedProduct, ProductIndex};
use search::{IndexChange, IndexPosition};
use tokio::time::Instant;

use homes::NOW;
use products::product;
use random::Random;

const ROUNDS: usize = 300;

fn main() {
    let many: u64 = std::env::args().nth(1).map_or(100_000, |text| text.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let index = ProductIndex::open(directory.path()).unwrap();
    let mut random = Random::new(1);
    let began = Instant::now();
    let mut changed = 0;
    let mut commit = |batch: &[IndexChange<ListedProduct>]| {
        changed += 1;
        index.write(batch).unwrap();
        index.commit(&IndexPosition { made: "an example".into(), changed }).unwrap();
    };
    let ids: Vec<u64> = (1..=many).collect();
    for portion in ids.chunks(10_000) {
        let batch: Vec<_> =
            portion.iter().map(|id| IndexChange::Put(Box::new(product(&mut random, *id)))).collect();
        commit(&batch);
    }
    println!("{many} products indexed in {:.1?}", began.elapsed());
    for merged in [false, true] {
        if merged {
            index.rest().unwrap();
            println!("after the merges that were on their way");
        }
        for (name, query) in queries() {
            let times = timed(|| drop(index.search(&query).unwrap()));
            told(&format!("{name} ({} found)", index.search(&query).unwrap().total), times);
        }
    }
    let tenant = TenantId::stored("hyderabad");
    for typed in ["wireles", "blue", "hedphon"] {
        told(
            &format!("completing {typed:?}"),
            timed(|| drop(index.autocomplete(&tenant, typed, 10).unwrap())),
        );
    }
    let like = product(&mut random, many);
    told("related products", timed(|| drop(index.related(&like, 10).unwrap())));
    told("the tree of categories", timed(|| drop(index.categories(&tenant).unwrap())));
    let mut visible = Vec::new();
    for round in 0..50 {
        let fresh = product(&mut random, many + round);
        let began = Instant::now();
        commit(&[IndexChange::Put(Box::new(fresh))]);
        visible.push(began.elapsed());
    }
    told("one change until it is found", visible);
}

fn queries() -> Vec<(&'static str, ProductQuery)> {
    let all = ProductQuery { facets: true, ..ProductQuery::all(TenantId::stored("hyderabad"), NOW) };
    let words = |text: &str| {
        let mut query = ProductQuery { sort: ProductSortBy::Relevance, ..all.clone() };
        query.text(text);
        query
    };
    let mut filtered = all.clone();
    filtered.filters.categories = vec!["electronics".to_owned()];
    filtered.filters.attributes.insert("color".to_owned(), vec!["black".to_owned(), "red".to_owned()]);
    filtered.filters.max_price = Some(30_000);
    filtered.sort = ProductSortBy::Price;
    let mut both = words("wireless headphon");
    both.filters = filtered.filters.clone();
    vec![
        ("everything, facets", all.clone()),
        ("everything, no facets", ProductQuery { facets: false, ..all.clone() }),
        ("everything, by name, facets", ProductQuery { sort: ProductSortBy::Name, ..all.clone() }),
        ("everything, page 400, facets", ProductQuery { offset: 8_000, ..all.clone() }),
        ("filters, facets", filtered),
        ("words, facets", words("wireless headphones")),
        ("a beginning, facets", words("headphon")),
        ("a wrong letter, facets", words("hedphones")),
        ("a SKU, facets", words("SKU-4711")),
        ("words, filters, facets", both),
    ]
}

fn timed(work: impl Fn()) -> Vec<Duration> {
    let one = |_| {
        let began = Instant::now();
        work();
        began.elapsed()
    };
    (0..ROUNDS).map(one).collect()
}

fn told(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("{name:50} least {:>8.2?}  p50 {:>8.2?}  p99 {:>8.2?}", at(0), at(50), at(99));
}
