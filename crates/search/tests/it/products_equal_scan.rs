//! The index of products answers as if it looked at every product.

use domain::{ProductId, TenantId};
use search::products::query::{ProductQuery, ProductSortBy};
use search::products::{ListedProduct, ProductIndex, facet_key, product_words};
use search::{IndexChange, IndexPosition};

use crate::homes::NOW;
use crate::product_model::{Expected, Prepared, search};
use crate::products::{product, published, words};
use crate::random::Random;

const SEARCHES: usize = 500;

/// Puts all products into the index, in several commits, and replaces and removes some.
fn indexed(random: &mut Random, index: &ProductIndex, products: Vec<ListedProduct>) -> Vec<Prepared> {
    let mut position = 0;
    let mut commit = |changes: &[IndexChange<ListedProduct>]| {
        position += 1;
        index.write(changes).unwrap();
        index.commit(&IndexPosition { made: "a file".into(), changed: position }).unwrap();
    };
    for portion in products.chunks(products.len() / 5 + 1) {
        let changes: Vec<_> = portion.iter().map(|one| IndexChange::Put(Box::new(one.clone()))).collect();
        commit(&changes);
    }
    let mut kept = Vec::new();
    let mut changes = Vec::new();
    for mut product in products {
        if random.one_in(10) {
            let (tenant, id) = (product.tenant.clone(), product.details.id);
            changes.push(IndexChange::Gone { tenant, id });
            continue;
        }
        if random.one_in(10) {
            product.details.stock.quantity = Some(1);
            product.version += 1;
            changes.push(IndexChange::Put(Box::new(product.clone())));
        }
        kept.push(Prepared::of(&product));
    }
    // The same catalogue of another tenant is never seen.
    let mut others: Vec<_> = kept.iter().take(20).map(|one| one.product.clone()).collect();
    for other in &mut others {
        other.tenant = TenantId::stored("elsewhere");
    }
    changes.extend(others.into_iter().map(|other| IndexChange::Put(Box::new(other))));
    commit(&changes);
    kept
}

/// A word as somebody may type it.
fn typed(random: &mut Random, word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    match random.below(4) {
        0 if letters.len() > 3 => letters[..letters.len() - 2].iter().collect(),
        1 if letters.len() > 3 => {
            let out = random.below(letters.len());
            let kept = letters.iter().enumerate().filter(|(place, _)| *place != out);
            kept.map(|(_, letter)| letter).collect()
        }
        _ => word.to_owned(),
    }
}

fn query(random: &mut Random, all: &[Prepared]) -> ProductQuery {
    let like = &random.of(all).product.clone();
    let content = &like.details.content;
    let mut query = ProductQuery::all(like.tenant.clone(), NOW);
    match random.below(4) {
        0 => {}
        1 => query.text(&content.sku),
        2 => query.text(&words(random, 2)),
        _ => {
            let own = product_words(content.name.text());
            let some: Vec<String> = own.iter().take(2).map(|word| typed(random, word)).collect();
            query.text(&some.join(" "));
        }
    }
    let keys = |texts: &[String]| texts.iter().take(2).map(|text| facet_key(text)).collect();
    let filters = &mut query.filters;
    if random.one_in(3) {
        filters.categories = keys(&content.categories);
    }
    if random.one_in(4) {
        filters.tags = keys(&like.tags()[content.categories.len()..]);
    }
    if random.one_in(4) {
        filters.min_price = Some(content.price.paise() / 2);
        filters.max_price = Some(content.price.paise() * 2);
    }
    if random.one_in(4) {
        filters.in_stock = Some(random.one_in(2));
    }
    for (name, value) in content.attributes() {
        if random.one_in(4) {
            filters.attributes.insert(facet_key(name), vec![facet_key(value), "other".to_owned()]);
        }
    }
    query.sort = random.of(&ProductSortBy::WORDS).1;
    query.descending = random.one_in(2);
    query.size = random.below(30);
    query.offset = if random.one_in(2) { 0 } else { random.below(40) };
    query.facets = !random.one_in(5);
    query
}

fn compare(products: Vec<ListedProduct>, seed: u64) {
    let directory = tempfile::tempdir().unwrap();
    let index = ProductIndex::open(directory.path()).unwrap();
    let mut random = Random::new(seed);
    let all = indexed(&mut random, &index, products);
    let mut answered = 0;
    for round in 0..SEARCHES {
        let query = query(&mut random, &all);
        let found = index.search(&query).unwrap();
        let hits: Vec<(ProductId, f32)> = found.hits.iter().map(|hit| (hit.key.id, hit.text)).collect();
        let found = Expected { hits, total: found.total, facets: found.facets };
        assert_eq!(found, search(&all, &query), "seed {seed}, search {round}: {query:#?}");
        answered += usize::from(found.total > 0);
    }
    assert!(answered * 2 >= SEARCHES, "only {answered} of {SEARCHES} searches found anything");
}

#[test]
fn e19_facets_and_pages_are_those_of_a_scan() {
    let mut random = Random::new(5);
    compare((1..=400).map(|id| product(&mut random, id)).collect(), 9);
}

#[test]
fn pages_that_follow_one_another_are_the_whole_in_every_order() {
    let directory = tempfile::tempdir().unwrap();
    let index = ProductIndex::open(directory.path()).unwrap();
    let mut random = Random::new(7);
    let products = (1..=300).map(|id| product(&mut random, id)).collect();
    let all = indexed(&mut random, &index, products);
    for (_, sort) in ProductSortBy::WORDS {
        for descending in [true, false] {
            let mut query = ProductQuery::all(TenantId::stored("hyderabad"), NOW);
            (query.sort, query.descending, query.size) = (sort, descending, 1_000);
            let whole: Vec<ProductId> =
                index.search(&query).unwrap().hits.iter().map(|hit| hit.key.id).collect();
            assert_eq!(whole.len(), all.len());
            query.size = 7;
            let mut walked = Vec::new();
            loop {
                let page = index.search(&query).unwrap();
                assert_eq!(page.total, all.len() as u64);
                walked.extend(page.hits.iter().map(|hit| hit.key.id));
                if page.hits.len() < query.size {
                    break;
                }
                query.after = page.last;
            }
            assert_eq!(walked, whole, "{sort:?}, descending: {descending}");
        }
    }
}

#[test]
fn facets_and_pages_of_the_published_set_are_those_of_a_scan() {
    if let Some(products) = published() {
        assert!(products.len() > 7_000, "{}", products.len());
        compare(products, 3);
    }
}
