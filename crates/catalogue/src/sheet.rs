//! Sheets of products: what they have beside the members of `POST /api/v1/products`.

pub mod cells;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use domain::fields::Member;
use domain::product::draft::normal_sku;
use http_kit::described_members;
use sheet::{RowReading, SheetKind, Synonyms, Unit};

use crate::http::create::{NewProduct, about_product};

/// Sheets of products.
pub static PRODUCTS: SheetKind = SheetKind {
    thing: "product",
    fields: LazyLock::new(described_members::<NewProduct>),
    about: about_product,
    written: &[
        ("categories", "at most 20 words, separated by > or by commas"),
        ("attributes", "names and values, as color: black; size: M"),
        ("images", "at most 20 addresses, separated by spaces"),
    ],
    reference: "sku",
    read_reference: sku,
    identity: None,
    made: &[],
    synonyms: SYNONYMS,
    words: WORDS,
    codes: &["sku"],
    behind_numbers: &["pieces", "pcs", "units", "nos"],
    together: &[],
    read_cell,
    check_row: |_| None,
    examples: EXAMPLES,
    example_value: "categories = { value = \"Groceries\" }",
    presets: &[("bigbasket", include_str!("sheet/presets/bigbasket.toml"))],
};

fn sku(text: &str) -> Result<String, String> {
    normal_sku(text).map_err(|problem| format!("the SKU {text:?} {problem}"))
}

/// Cells that hold several things.
fn read_cell(row: &mut RowReading<'_>, field: &'static Member, cell: &str, _: Option<Unit>) -> bool {
    match field.name.as_str() {
        "categories" => row.set("categories", cells::categories(cell)),
        "images" => row.set("images", cells::images(cell)),
        "attributes" => row.set("attributes", cells::attributes(cell)),
        _ => return false,
    }
    true
}

const SYNONYMS: &[Synonyms] = &[
    ("name", &["product", "productname", "title", "item", "itemname"]),
    ("description", &["details", "about", "productdescription"]),
    ("categories", &["category", "productcategory", "producttype", "breadcrumb"]),
    ("price", &["saleprice", "sellingprice", "unitprice", "amount", "rate", "cost"]),
    ("currency", &["currencycode"]),
    ("sku", &["skucode", "articleno", "articlenumber", "itemcode", "productcode", "code"]),
    ("attributes", &["properties", "specifications", "specs"]),
    ("images", &["image", "imageurl", "imageurls", "photo", "photos", "picture", "pictures"]),
    ("stock", &["quantity", "qty", "inventory", "stockquantity"]),
    ("status", &["state"]),
];

const WORDS: &[(&str, &[Synonyms])] = &[
    (
        "status",
        &[
            ("ACTIVE", &["on sale", "available", "live", "yes"]),
            ("INACTIVE", &["not on sale", "hidden", "paused", "no"]),
            ("DISCONTINUED", &["ended", "withdrawn"]),
        ],
    ),
    (
        "currency",
        &[("INR", &["rs", "₹", "rupee", "rupees"]), ("USD", &["$", "dollar"]), ("EUR", &["€", "euro"])],
    ),
];

/// Products as a seller would write them. A field that an example does not name is empty.
const EXAMPLES: &[&[(&str, &str)]] = &[
    &[
        ("name", "Wireless headphones"),
        ("description", "They keep noise out."),
        ("categories", "Electronics > Audio > Headphones"),
        ("price", "299.99"),
        ("currency", "INR"),
        ("sku", "SAMPLE-WH-1"),
        ("attributes", "color: black; battery life: 30 hours"),
        ("images", "https://example.com/headphones.jpg"),
        ("stock", "25"),
        ("status", "Active"),
    ],
    &[
        ("name", "Basmati rice, 5 kg"),
        ("categories", "Groceries > Rice"),
        ("price", "1,250"),
        ("sku", "SAMPLE-RICE-5"),
        ("attributes", "brand: Sample Mills"),
        ("stock", "140 pcs"),
    ],
    &[
        ("name", "Steel water bottle"),
        ("categories", "Kitchen, Bottles"),
        ("price", "549"),
        ("sku", "SAMPLE-BOTTLE"),
    ],
];
