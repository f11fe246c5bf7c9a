//! What the clients of the earlier system search for, with its sample products.

use domain::TenantId;
use search::products::ProductIndex;
use search::products::query::{ProductQuery, ProductSortBy};
use search::{IndexChange, IndexPosition};
use tempfile::TempDir;

use crate::homes::NOW;
use crate::products::samples;

struct Catalogue {
    index: ProductIndex,
    _directory: TempDir,
}

impl Catalogue {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let index = ProductIndex::open(directory.path()).unwrap();
        let changes: Vec<_> = samples().into_iter().map(|one| IndexChange::Put(Box::new(one))).collect();
        index.write(&changes).unwrap();
        index.commit(&IndexPosition { made: "a file".into(), changed: 14 }).unwrap();
        Self { index, _directory: directory }
    }

    fn query(text: &str) -> ProductQuery {
        let mut query = ProductQuery::all(tenant(), NOW);
        query.text(text);
        query.sort = ProductSortBy::Relevance;
        query.facets = true;
        query
    }

    /// The ids found, the best first.
    fn found(&self, text: &str) -> Vec<u64> {
        let found = self.index.search(&Self::query(text)).unwrap();
        found.hits.iter().map(|hit| hit.key.id.number()).collect()
    }
}

fn tenant() -> TenantId {
    TenantId::stored("hyderabad")
}

#[test]
fn e12_the_probes_of_the_earlier_clients_find_the_headphones() {
    let catalogue = Catalogue::new();
    for text in ["headphon", "bluetoot", "hedphones", "blue", "headphones", "Wireless Headphones"] {
        assert_eq!(catalogue.found(text).first(), Some(&1), "{text}");
    }
    let names = catalogue.index.autocomplete(&tenant(), "wireles", 10).unwrap();
    assert_eq!(names, ["Wireless Bluetooth Earbuds", "Wireless Bluetooth Headphones"]);
    let names = |typed| catalogue.index.autocomplete(&tenant(), typed, 10).unwrap();
    for typed in ["blue", "headphon", "hedphon", "wirless bluetooth head"] {
        assert!(names(typed).contains(&"Wireless Bluetooth Headphones".to_owned()), "{typed}");
    }
    assert_eq!(names("zzzz"), [""; 0]);
    assert_eq!(names(" - "), [""; 0]);
}

#[test]
fn synonyms_are_found_behind_the_word_itself() {
    let catalogue = Catalogue::new();
    assert_eq!(catalogue.found("earbuds"), [12, 1]);
    assert_eq!(catalogue.found("headphones"), [1, 12]);
    assert_eq!(catalogue.found("television"), [4]);
    assert_eq!(catalogue.found("mobile"), [2]);
    assert_eq!(catalogue.found("notebook"), [3]);
}

#[test]
fn a_whole_sku_finds_its_product_first() {
    let catalogue = Catalogue::new();
    for (text, id) in [("WBE-001", 12), ("wbh-001", 1), ("gl-rtx4070", 3)] {
        assert_eq!(catalogue.found(text).first(), Some(&id), "{text}");
    }
}

#[test]
fn e13_words_rank_by_relevance_and_filters_narrow_without_words() {
    let catalogue = Catalogue::new();
    assert_eq!(catalogue.found("premium"), [13, 8, 2, 3, 4], "by name and SKU, by name, by tag");
    let mut query = ProductQuery::all(tenant(), NOW);
    query.filters.categories = vec!["fashion".to_owned(), "books".to_owned()];
    query.filters.max_price = Some(10_000);
    (query.sort, query.descending) = (ProductSortBy::Price, false);
    let found = catalogue.index.search(&query).unwrap();
    assert_eq!(found.hits.iter().map(|hit| hit.key.id.number()).collect::<Vec<_>>(), [8, 11]);
}

#[test]
fn an_unknown_word_is_corrected() {
    let catalogue = Catalogue::new();
    let meant = |text| catalogue.index.did_you_mean(&Catalogue::query(text)).unwrap();
    assert_eq!(meant("hedphones").as_deref(), Some("headphones"));
    assert_eq!(meant("wirless bluetooth").as_deref(), Some("wireless bluetooth"));
    for known in ["headphones", "headphon", "earphones", "WBH-001", "zzzzzz"] {
        assert_eq!(meant(known), None, "{known}");
    }
}

#[test]
fn related_products_share_what_is_rare() {
    let catalogue = Catalogue::new();
    let all = samples();
    let related = |id: usize, most| {
        let found = catalogue.index.related(&all[id - 1], most).unwrap();
        found.iter().map(|one| one.id.number()).collect::<Vec<_>>()
    };
    assert_eq!(related(1, 10).first(), Some(&12), "{:?}", related(1, 10));
    assert_eq!(related(12, 1), [1]);
    assert!(!related(1, 10).contains(&1));
    assert_eq!(related(1, 0), [0; 0]);
}

#[test]
fn categories_are_a_tree_with_counts() {
    let catalogue = Catalogue::new();
    let tree = catalogue.index.categories(&tenant()).unwrap();
    let counts: Vec<_> = tree.iter().map(|node| (node.name.as_str(), node.count)).collect();
    assert_eq!(
        counts,
        [("Electronics", 5), ("Fashion", 3), ("Home", 2), ("Sports", 2), ("Books", 1), ("Garden", 1)]
    );
    let audio = &tree[0].children[0];
    assert_eq!((audio.path.as_str(), audio.count, audio.children.len()), ("Electronics > Audio", 2, 2));
    assert_eq!(audio.children[1].path, "Electronics > Audio > Headphones");
    assert_eq!(catalogue.index.categories(&TenantId::stored("elsewhere")).unwrap(), []);
}
