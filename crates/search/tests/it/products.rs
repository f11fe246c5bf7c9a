//! Products for tests: the sample products of the earlier system, random ones, and the published set.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::product::{Currency, Popularity, ProductContent, ProductDetails, ProductStatus, Stock};
use domain::{Erasable, Paise, ProductId, TenantId, UserId};
use search::products::ListedProduct;

use crate::homes::NOW;
use crate::random::Random;

const WORDS: [&str; 24] = [
    "wireless",
    "bluetooth",
    "headphones",
    "earbuds",
    "phone",
    "smartphone",
    "laptop",
    "notebook",
    "garden",
    "cotton",
    "shirt",
    "classic",
    "premium",
    "pro",
    "max",
    "4k",
    "tv",
    "television",
    "oil",
    "soap",
    "robot",
    "vacuum",
    "café",
    "straße",
];
const CATEGORIES: [&[&str]; 7] = [
    &["Electronics", "Audio", "Headphones"],
    &["Electronics", "Audio"],
    &["electronics", "Mobile"],
    &["Home", "Kitchen & Garden"],
    &["Fashion", "Clothing", "T-Shirts"],
    &["Fashion"],
    &["Books"],
];
const ATTRIBUTES: [(&str, &[&str]); 4] = [
    ("color", &["black", "Black", "red", "sea green"]),
    ("Size", &["S", "M", "L"]),
    ("brand", &["Acme", "Umbrella, Inc.", "Initech"]),
    ("wireless", &["true", "false"]),
];
/// In paise, about the edges of the ranges.
const PRICES: [i64; 10] = [1, 2_499, 2_500, 4_999, 9_999, 10_000, 25_000, 49_999, 50_000, 129_900];

pub fn product_of(id: u64, content: ProductContent) -> ListedProduct {
    let details = ProductDetails {
        id: ProductId::of(id).unwrap(),
        seller: UserId::default(),
        content,
        status: ProductStatus::Active,
        stock: Stock::default(),
        purchases: 0,
        created_at: NOW.plus_seconds(-i64::try_from(id % 97).unwrap() * 86_400),
        updated_at: NOW,
    };
    let tenant = TenantId::stored("hyderabad");
    ListedProduct { tenant, details, popularity: Popularity::default(), version: 1 }
}

pub fn content(name: &str, categories: &[&str], paise: i64, sku: &str) -> ProductContent {
    ProductContent {
        name: Erasable::of(UserId::default(), name.to_owned()),
        description: None,
        categories: categories.iter().map(|name| (*name).to_owned()).collect(),
        price: Paise::from_paise(paise),
        currency: Currency::default(),
        sku: sku.to_owned(),
        attributes: None,
        images: None,
    }
}

fn written(attributes: BTreeMap<String, String>) -> Option<Erasable<BTreeMap<String, String>>> {
    (!attributes.is_empty()).then(|| Erasable::of(UserId::default(), attributes))
}

pub fn words(random: &mut Random, most: usize) -> String {
    let many = 1 + random.below(most);
    (0..many).map(|_| *random.of(&WORDS)).collect::<Vec<_>>().join(" ")
}

/// A random product.
pub fn product(random: &mut Random, id: u64) -> ListedProduct {
    let name = words(random, 4);
    let mut content =
        content(&name, CATEGORIES[random.below(CATEGORIES.len())], *random.of(&PRICES), &format!("SKU-{id}"));
    if !random.one_in(3) {
        content.description = Some(Erasable::of(UserId::default(), words(random, 8)));
    }
    let mut attributes = BTreeMap::new();
    for (name, values) in ATTRIBUTES {
        if random.one_in(2) {
            attributes.insert(name.to_owned(), (*random.of(values)).to_owned());
        }
    }
    content.attributes = written(attributes);
    let mut product = product_of(id, content);
    product.details.stock.quantity = [None, Some(0), Some(5)][random.below(3)];
    let (clicks, bought) = (random.below(200) as u64, random.below(150) as u64);
    let earlier = NOW.plus_seconds(-i64::try_from(random.below(90)).unwrap() * 86_400);
    product.popularity = Popularity::default().clicked(clicks, earlier).purchased(bought, NOW);
    product.details.purchases = bought;
    product
}

/// The sample products of the earlier system: name, categories, price in paise, SKU.
pub const SAMPLES: [(&str, [&str; 3], i64, &str); 14] = [
    ("Wireless Bluetooth Headphones", ["Electronics", "Audio", "Headphones"], 29_999, "WBH-001"),
    ("Smartphone Pro Max 256GB", ["Electronics", "Mobile", "Smartphones"], 99_999, "SPM-256"),
    ("Gaming Laptop RTX 4070", ["Electronics", "Computers", "Gaming"], 159_999, "GL-RTX4070"),
    ("4K Smart TV 55 inch", ["Electronics", "TV", "Entertainment"], 69_999, "TV-55-4K"),
    ("Robot Vacuum Cleaner", ["Home", "Appliances", "Cleaning"], 29_999, "RVC-001"),
    ("Air Purifier HEPA Filter", ["Home", "Appliances", "Air Quality"], 24_999, "AP-HEPA-500"),
    ("Garden Tool Set Professional", ["Garden", "Tools", "Outdoor"], 8_999, "GTS-PRO-15"),
    ("Premium Cotton T-Shirt", ["Fashion", "Clothing", "T-Shirts"], 2_999, "PCT-001"),
    ("Leather Jacket Classic", ["Fashion", "Clothing", "Jackets"], 29_999, "LJ-CLASSIC"),
    ("Running Shoes Athletic", ["Fashion", "Footwear", "Sports"], 12_999, "RS-ATHLETIC"),
    ("Programming Fundamentals Book", ["Books", "Education", "Programming"], 4_999, "PFB-001"),
    ("Wireless Bluetooth Earbuds", ["Electronics", "Audio", "Earbuds"], 8_999, "WBE-001"),
    ("Yoga Mat Premium Non-Slip", ["Sports", "Fitness", "Yoga"], 3_999, "YM-PREMIUM"),
    ("Adjustable Dumbbells Set", ["Sports", "Fitness", "Weights"], 19_999, "ADS-001"),
];

pub fn samples() -> Vec<ListedProduct> {
    let one = |(id, (name, categories, paise, sku)): (u64, (&str, [&str; 3], i64, &str))| {
        let mut content = content(name, &categories, paise, sku);
        let color = if id % 2 == 1 { "black" } else { "white" };
        content.attributes = written([("color".to_owned(), color.to_owned())].into());
        product_of(id, content)
    };
    (1..).zip(SAMPLES).map(one).collect()
}

/// The products of the published set from `HYD_TEST_DATA`, or from beside the project. `None`: the test says so and is
/// skipped.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
pub fn published() -> Option<Vec<ListedProduct>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("HYD_TEST_DATA").map_or(beside, PathBuf::from);
    let path = folder.join("grocery_products.csv");
    if !path.exists() {
        println!("SKIPPED: no grocery_products.csv; set HYD_TEST_DATA to the folder that holds it");
        return None;
    }
    let mut sheet = csv::Reader::from_path(path).unwrap();
    let products = sheet.records().map(Result::unwrap).filter_map(|row| {
        let id: u64 = row[0].parse().ok()?;
        let price: f64 = row[5].parse().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "a price of a shop")]
        let paise = (price * 100.0).round() as i64;
        let mut content = content(&row[1], &[&row[2], &row[3]], paise.max(1), &format!("BB-{id}"));
        let mut attributes = BTreeMap::from(
            [("brand", row[4].trim()), ("type", &row[7])].map(|(n, v)| (n.to_owned(), v.to_owned())),
        );
        attributes.retain(|_, value| !value.is_empty());
        content.attributes = written(attributes);
        Some(product_of(id, content))
    });
    Some(products.collect())
}
