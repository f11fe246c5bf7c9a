use std::io::Cursor;

use domain::product::{Product, ProductCommand, ProductDetails};
use domain::{Aggregate as _, Ids, ProductId, Timestamp};
use serde_json::{Map, Value, json};
use sheet::{FieldMap, RowContent, Sheet, SheetOptions, SheetRow, StatedRow, template};

use super::*;
use crate::written::{csv_header, csv_row, json_line};

const NOW: Timestamp = Timestamp::from_micros(0);

fn rows(text: &str, map: Option<&str>) -> Vec<SheetRow> {
    let map = map.map(|map| FieldMap::read(map, &PRODUCTS).unwrap());
    let options = SheetOptions { map, preset: None };
    let sheet = Sheet::open(&PRODUCTS, Cursor::new(text.as_bytes().to_vec()), &options).unwrap();
    let mut rows = sheet.rows().unwrap();
    std::iter::from_fn(|| rows.next_row().unwrap()).collect()
}

fn stated(text: &str, map: Option<&str>) -> Vec<StatedRow> {
    let read = |row: SheetRow| match row.content {
        RowContent::Stated(stated) => *stated,
        other => panic!("line {}: {other:?}", row.line),
    };
    rows(text, map).into_iter().map(read).collect()
}

/// The members of a new product with its SKU.
fn request(row: &StatedRow) -> Map<String, Value> {
    let mut members = row.members.clone();
    members.insert("sku".to_owned(), row.reference.as_str().into());
    members
}

fn created(members: Map<String, Value>) -> ProductDetails {
    let NewProduct(draft) = http_kit::read(members).map_err(|wrong| wrong.errors).unwrap();
    let mut product = Product::default();
    let create = ProductCommand::Create { id: ProductId::FIRST, seller: Ids.id(NOW), draft };
    for event in product.decide(create, NOW).unwrap() {
        product.evolve(&event, NOW);
    }
    product.details.unwrap()
}

#[test]
fn the_kind_holds_together() {
    assert_eq!(PRODUCTS.inconsistencies(), [""; 0]);
}

#[test]
fn the_template_is_a_sheet_of_products() {
    let found = stated(&template(&PRODUCTS), None);
    let skus: Vec<&str> = found.iter().map(|row| &*row.reference).collect();
    assert_eq!(skus, ["SAMPLE-WH-1", "SAMPLE-RICE-5", "SAMPLE-BOTTLE"]);
    let details: Vec<ProductDetails> = found.iter().map(|row| created(request(row))).collect();
    assert_eq!(details[0].content.categories, ["Electronics", "Audio", "Headphones"]);
    assert_eq!(json!(details[0].content.attributes()), json!({"color": "black", "battery life": "30 hours"}));
    assert_eq!((details[1].stock.quantity, details[1].content.price.paise()), (Some(140), 125_000));
    assert_eq!(details[2].content.categories, ["Kitchen", "Bottles"]);
}

#[test]
fn the_published_set_is_known_by_its_header() {
    let text = "index,product,category,sub_category,brand,sale_price,market_price,type,rating\n\
        7,\"Brass Angle, No.2\",Cleaning,\"Kitchen, Garden & Pets\",Trm ,119,250.5,Lamps,3.4\n\
        8,Garlic Oil,Beauty,Beauty,Trm,220,220,Oil,\n";
    let found = stated(text, None);
    assert_eq!((&*found[0].reference, &*found[1].reference), ("BB-7", "BB-8"));
    let wanted = json!({"name": "Brass Angle, No.2", "price": "119", "currency": "INR",
        "categories": ["Cleaning", "Kitchen, Garden & Pets", "Lamps"],
        "attributes": {"brand": "Trm", "market_price": "250.5", "rating": "3.4"}});
    assert_eq!(Value::Object(found[0].members.clone()), wanted);
    assert_eq!(found[1].members["attributes"], json!({"brand": "Trm", "market_price": "220"}));
    assert_eq!(created(request(&found[1])).content.categories, ["Beauty", "Oil"]);
    let told = "category \"Cleaning\", sub_category \"Kitchen, Garden & Pets\", type \"Lamps\" are odd";
    assert_eq!(found[0].explain("categories", "are odd"), told);
}

#[test]
fn columns_are_found_by_name_or_by_a_map() {
    let text =
        "Item Name;Category;Rate (Rs);SKU code;Qty;Colour\nRice;Food > Rice;1,250.50;ab-1;12.0;white\n";
    let found = stated(text, Some("attributes = { columns = { Colour = \"color\" } }"));
    let wanted = json!({"name": "Rice", "categories": ["Food", "Rice"], "price": "1,250.50", "stock": "12",
        "attributes": {"color": "white"}});
    assert_eq!((&*found[0].reference, Value::Object(found[0].members.clone())), ("AB-1", wanted));
    let map = "categories = { value = \"Food > Rice, white\" }";
    assert_eq!(stated(text, Some(map))[0].members["categories"], json!(["Food", "Rice, white"]));
}

#[test]
fn a_sku_has_one_spelling_and_every_row_needs_one() {
    let text =
        "name,category,price,sku\nA,Food,1,ab-1\nA,Food,1, AB-1\nB,Food,1,Ab-1\nC,Food,1,../x\nD,Food,1,\n";
    let found = rows(text, None);
    assert!(matches!(found[0].content, RowContent::Stated(_)));
    assert!(matches!(found[1].content, RowContent::Repeats(2)));
    let told: Vec<&str> = found
        .iter()
        .filter_map(|row| match &row.content {
            RowContent::Invalid(told) => Some(told.as_str()),
            _ => None,
        })
        .collect();
    let wanted = [
        "the id \"AB-1\" is that of line 2, which says something else",
        "the SKU \"../x\" must hold only letters A to Z, digits, - and _",
        "sku is required",
    ];
    assert_eq!(told, wanted);
}

#[test]
fn an_exported_product_is_imported_as_it_was() {
    for members in [
        json!({"name": "Rice", "categories": ["Food"], "price": 1250, "sku": "R-1"}),
        json!({"name": "=HYPERLINK(\"http://x.test\")", "description": "- one\n- two", "price": 99.5, "sku": "-1-",
            "categories": ["Home > Garden", "@Pots, small"], "currency": "USD", "status": "INACTIVE", "stock": 0,
            "attributes": {"a;b": "=1+1", "brand": "None"}, "images": ["https://a.test/1,2.jpg", "http://b.test/"]}),
        json!({"name": "None", "description": "'9 lives", "categories": ["-"], "price": "0.01", "sku": "NA",
            "attributes": {"size": "M"}, "stock": 12}),
    ] {
        let product = created(members.as_object().unwrap().clone());
        let sheet = [csv_header().unwrap(), csv_row(&product).unwrap()].concat();
        assert!(sheet.starts_with("\u{feff}name,".as_bytes()), "as spreadsheets know UTF-8");
        let again = created(request(&stated(&String::from_utf8(sheet).unwrap(), None)[0]));
        let parts =
            |product: &ProductDetails| (product.content.clone(), product.status, product.stock.clone());
        let owned = |(content, status, stock): (domain::product::ProductContent, _, _)| {
            (content.owned_by(product.seller), status, stock)
        };
        assert_eq!(owned(parts(&again)), parts(&product));
        let line: Value = serde_json::from_slice(&json_line(&product).unwrap()).unwrap();
        let again = created(line.as_object().unwrap().clone());
        assert_eq!(owned(parts(&again)), parts(&product));
    }
}
