use serde_json::{Value, json};

use super::*;
use crate::fields::{FieldErrors, Fields};
use crate::id::Ids;

const NOW: Timestamp = Timestamp::from_micros(0);

fn draft(changes: &Value) -> Result<ProductDraft, FieldErrors> {
    let mut members = json!({"name": "Headphones", "categories": ["Electronics", "Audio"], "price": 299.99,
        "sku": "wbh-001", "attributes": {"color": "black", "wireless": true}, "stock": 10});
    members.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    Fields::read(members.as_object().unwrap(), ProductDraft::read)
}

fn changes(members: &Value, null: NullMeans) -> Result<ProductChanges, FieldErrors> {
    Fields::read(members.as_object().unwrap(), |f| ProductChanges::read(f, null))
}

fn created(members: &Value) -> Product {
    let (id, seller, draft) = (ProductId::FIRST, Ids.id(NOW), draft(members).unwrap());
    after(Product::default(), ProductCommand::Create { id, seller, draft }, NOW)
}

fn after(mut product: Product, command: ProductCommand, now: Timestamp) -> Product {
    for event in product.decide(command, now).unwrap() {
        product.evolve(&event, now);
    }
    product
}

fn buy(buyer: UserId, quantity: u64) -> ProductCommand {
    ProductCommand::Purchase { buyer, quantity, order: "order-1".to_owned() }
}

fn reserve(user: UserId, quantity: u64) -> ProductCommand {
    ProductCommand::Reserve { id: Ids.id(NOW), user, quantity, minutes: 15 }
}

#[test]
fn everything_wrong_about_a_new_product_is_named() {
    let wrong = draft(&json!({"name": " ", "categories": [], "price": -10, "sku": " "})).unwrap_err();
    let fields: Vec<_> = wrong.0.keys().map(String::as_str).collect();
    assert_eq!(fields, ["categories", "name", "price", "sku"]);
    for (field, value) in [
        ("name", json!("n".repeat(256))),
        ("description", json!("d".repeat(5001))),
        ("categories", json!(["Audio", " "])),
        ("price", json!(0)),
        ("price", json!(100_000_000)),
        ("price", json!(1.001)),
        ("sku", json!("WBH 001")),
        ("sku", json!("S".repeat(101))),
        ("attributes", json!({"color": " "})),
        ("attributes", json!({" ": "black"})),
        ("attributes", json!({"size": [1]})),
        ("images", json!(["ftp://x.test/1.jpg"])),
        ("images", json!("https://")),
        ("images", json!(["javascript:alert(1)"])),
        ("stock", json!(-1)),
        ("stock", json!(1.5)),
        ("status", json!("SOLD")),
        ("currency", json!("XYZ")),
    ] {
        let errors = draft(&json!({field: value})).unwrap_err();
        assert!(errors.0.len() == 1 && errors.0.contains_key(field), "{field} {value}: {errors}");
    }
}

#[test]
fn a_sku_has_one_spelling() {
    for text in ["wbh-001", " WBH-001 ", "Wbh-001"] {
        assert_eq!(draft(&json!({"sku": text})).unwrap().sku(), "WBH-001");
    }
}

#[test]
fn a_change_names_what_changed_and_what_was_there() {
    let product = created(&json!({}));
    let given = changes(
        &json!({"name": "Better headphones", "price": "249.50", "sku": "WBH-001"}),
        NullMeans::Unchanged,
    );
    let events = product.decide(ProductCommand::Update(given.unwrap(), Ids.id(NOW)), NOW).unwrap();
    let [ProductEvent::Updated { changed_fields, previous_values, content, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(changed_fields, &["name", "price"]);
    assert_eq!(
        Value::from(previous_values.as_ref().unwrap().clone()),
        json!({"name": "Headphones", "price": 299.99})
    );
    assert_eq!(content.categories, ["Electronics", "Audio"]);
    let nothing = changes(&json!({"price": 299.99, "name": null}), NullMeans::Unchanged).unwrap();
    assert_eq!(product.decide(ProductCommand::Update(nothing, Ids.id(NOW)), NOW), Ok(vec![]));
}

#[test]
fn a_merge_patch_takes_away_what_is_null() {
    let product = created(&json!({"description": "Very good ones"}));
    let patch =
        json!({"description": null, "attributes": {"wireless": null, "weight": "200 g"}, "stock": null});
    let given = changes(&patch, NullMeans::Removed).unwrap();
    let details = after(product.clone(), ProductCommand::Update(given, Ids.id(NOW)), NOW).details.unwrap();
    assert_eq!(details.content.description, None);
    assert_eq!(json!(details.content.attributes()), json!({"color": "black", "weight": "200 g"}));
    assert_eq!(details.stock.quantity, None);
    let wrong = changes(&json!({"name": null, "price": null, "sku": ""}), NullMeans::Removed).unwrap_err();
    assert_eq!(wrong.0.keys().collect::<Vec<_>>(), ["name", "price", "sku"]);
    let put = changes(&json!({"attributes": {"weight": "200 g"}}), NullMeans::Unchanged).unwrap();
    let details = after(product, ProductCommand::Update(put, Ids.id(NOW)), NOW).details.unwrap();
    assert_eq!(json!(details.content.attributes()), json!({"weight": "200 g"}));
}

#[test]
fn nobody_buys_more_than_there_are() {
    let product = created(&json!({"stock": 3}));
    let buyer = Ids.id(NOW);
    let product = after(product, buy(buyer, 2), NOW);
    let details = product.details.as_ref().unwrap();
    assert_eq!((details.stock.quantity, details.purchases), (Some(1), 2));
    assert_eq!(product.decide(buy(buyer, 2), NOW), Err(ProductRejection::OutOfStock { available: 1 }));
    let uncounted = created(&json!({"stock": null}));
    assert_eq!(uncounted.decide(buy(buyer, 1000), NOW).unwrap().len(), 1, "nobody counts them");
    let inactive = created(&json!({"status": "INACTIVE"}));
    assert_eq!(
        inactive.decide(buy(buyer, 1), NOW),
        Err(ProductRejection::NotOnSale(ProductStatus::Inactive))
    );
}

#[test]
fn a_reservation_holds_until_it_expires() {
    let [one, other]: [UserId; 2] = [Ids.id(NOW), Ids.id(NOW)];
    let product = after(created(&json!({"stock": 3})), reserve(one, 2), NOW);
    assert_eq!(product.decide(buy(other, 2), NOW), Err(ProductRejection::OutOfStock { available: 1 }));
    assert!(product.decide(buy(one, 3), NOW).is_ok(), "their own reservation is theirs to take");
    let later = NOW.plus_seconds(15 * 60);
    assert!(product.decide(buy(other, 3), later).is_ok(), "it is over");
    let product = after(product, reserve(one, 3), NOW);
    assert_eq!(
        product.details.as_ref().unwrap().stock.reservations.len(),
        1,
        "the new one replaces the old one"
    );
    let bought = after(product, buy(one, 1), NOW);
    let stock = bought.details.unwrap().stock;
    assert_eq!((stock.available_to(Some(other), NOW), stock.reservations.len()), (Some(2), 0));
}

#[test]
fn only_its_holder_gives_a_reservation_back() {
    let [one, other]: [UserId; 2] = [Ids.id(NOW), Ids.id(NOW)];
    let product = after(created(&json!({"stock": 3})), reserve(one, 2), NOW);
    let id = product.details.as_ref().unwrap().stock.reservations[0].id;
    let release = |user| product.decide(ProductCommand::Release(id, user), NOW);
    assert_eq!(release(other), Err(ProductRejection::NoReservation));
    assert_eq!(release(one).unwrap().len(), 1);
    let uncounted = created(&json!({"stock": null}));
    assert_eq!(uncounted.decide(reserve(one, 1), NOW), Err(ProductRejection::NotCounted));
}

#[test]
fn a_deleted_product_stays_deleted() {
    let by = Ids.id(NOW);
    let delete = || ProductCommand::Delete { by, reason: "Sold out".to_owned() };
    let product = after(created(&json!({})), delete(), NOW);
    assert_eq!(product.decide(delete(), NOW), Ok(vec![]), "to delete it twice is fine");
    assert_eq!(product.decide(buy(by, 1), NOW), Err(ProductRejection::Unknown));
    let create =
        ProductCommand::Create { id: ProductId::FIRST, seller: by, draft: draft(&json!({})).unwrap() };
    assert_eq!(product.decide(create, NOW), Err(ProductRejection::Exists));
    let delete_nothing = Product::default().decide(delete(), NOW);
    assert_eq!(delete_nothing, Err(ProductRejection::Unknown));
}
