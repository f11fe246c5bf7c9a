//! Rows and index of products against the journal: what was changed by hand is found item by item, and healed.

use domain::ProductId;
use domain::product::ProductCommand;
use domain::user::{UserEvent, UserStatus};
use search::IndexChange;
use search::products::{Difference, DriftKind, DriftPlace, ListedProduct};

use crate::products::{content, product_of};
use crate::shop::{Shop, body};
use crate::site::Site;

fn id(number: u64) -> ProductId {
    ProductId::of(number).unwrap()
}

fn difference(number: u64, place: DriftPlace, kind: DriftKind) -> Difference {
    Difference { product_id: id(number), place, kind }
}

/// The rows without the order in which they changed, and without what healing leaves of rows that were no products.
async fn rows(shop: &Shop) -> Vec<Vec<projection::Value<'static>>> {
    let sql = "select id, seller_id, seller_gone, seller_absent, status, deleted, content, stock, purchases,
        purchase_trend, created_at, updated_at, version from products where version > 0 order by id";
    let rows = shop.products.store().query(sql, Vec::new()).await.unwrap();
    rows.iter().map(|row| row.values().to_vec()).collect()
}

async fn by_hand(shop: &Shop, sql: &str) {
    let store = shop.products.store();
    let file = store.query("select m.id from made m", Vec::new()).await.unwrap();
    let corrected = store.correct(file[0].text(0).unwrap(), sql, Vec::new()).await;
    assert_eq!(corrected.unwrap(), 1, "{sql}");
}

/// A row on sale that no event speaks of, made from the row of product 1. It was changed last.
const NO_PRODUCT: &str =
    "insert into products select tenant, 900, seller_id, 0, 0, status, 0, content, stock, 0, null,
    created_at, updated_at, 1, (select max(changed) + 1 from products) from products where id = 1";

fn index_by_hand(shop: &Shop, changes: &[IndexChange<ListedProduct>]) {
    let index = shop.products.index();
    let place = index.place().unwrap().unwrap();
    index.write(changes).unwrap();
    index.commit(&place).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn e16_drift_is_found_item_by_item_and_healed() {
    let shop = Shop::open(Site::new().await).await;
    let seller = shop.site.somebody();
    shop.stocked(seller).await;
    shop.command(seller, 14, ProductCommand::Delete { by: seller, reason: "Sold out".into() }).await;
    let buy = ProductCommand::Purchase { buyer: shop.site.somebody(), quantity: 2, order: "1".into() };
    shop.command(seller, 5, buy).await;
    shop.settled().await;
    let tenant = &shop.site.tenant;
    let report = shop.products.report(tenant).await.unwrap();
    assert_eq!((report.on_sale, report.indexed, report.differences.len()), (13, 13, 0), "{report:?}");
    assert_eq!(report.row_checksum, report.index_checksum);
    let before = rows(&shop).await;

    by_hand(&shop, "delete from products where id = 1").await;
    by_hand(&shop, "update products set stock = 7 where id = 2").await;
    by_hand(&shop, "update products set content = 'broken' where id = 6").await;
    by_hand(
        &shop,
        "insert into products select tenant, 900, seller_id, 0, 0, status, 0, content, stock, 0, null, created_at,
         updated_at, 1, (select max(changed) + 1 from products) from products where id = 3",
    )
    .await;
    let gone = IndexChange::Gone { tenant: tenant.clone(), id: id(3) };
    let stale = product_of(4, content("Another name", &["Elsewhere"], 100, "OTHER-1"));
    let orphan = product_of(901, content("Nobody's", &["Elsewhere"], 100, "OTHER-2"));
    index_by_hand(&shop, &[gone, IndexChange::Put(Box::new(stale)), IndexChange::Put(Box::new(orphan))]);

    let found = shop.products.report(tenant).await.unwrap().differences;
    let expected = [
        difference(1, DriftPlace::ReadModel, DriftKind::Missing),
        difference(1, DriftPlace::Index, DriftKind::Orphaned),
        difference(2, DriftPlace::ReadModel, DriftKind::Stale),
        difference(2, DriftPlace::Index, DriftKind::Stale),
        difference(3, DriftPlace::Index, DriftKind::Missing),
        difference(4, DriftPlace::Index, DriftKind::Stale),
        difference(6, DriftPlace::ReadModel, DriftKind::Stale),
        difference(900, DriftPlace::ReadModel, DriftKind::Orphaned),
        difference(901, DriftPlace::Index, DriftKind::Orphaned),
    ];
    assert_eq!(found, expected);

    let (found, afterwards) = shop.products.heal(tenant, |_| {}).await.unwrap();
    assert_eq!((&found.differences[..], &afterwards.differences[..]), (&expected[..], &[][..]));
    let report = shop.products.report(tenant).await.unwrap();
    assert_eq!((report.on_sale, report.indexed, report.differences), (13, 13, Vec::new()));
    assert_eq!(report.row_checksum, report.index_checksum);
    assert_eq!(rows(&shop).await, before, "as they were");
    assert_eq!(shop.on_sale(), (1..=13).collect::<Vec<_>>());

    // The group goes on with what was healed.
    shop.create(seller, 15, &body("Another one", &["Books"], 100, "NEW-1")).await;
    for number in [1, 2, 6] {
        let delete = ProductCommand::Delete { by: seller, reason: "Sold out".into() };
        shop.command(seller, number, delete).await;
    }
    shop.settled().await;
    assert_eq!(shop.on_sale(), [3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 15]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_product_is_healed_by_itself() {
    let shop = Shop::open(Site::new().await).await;
    let seller = shop.site.somebody();
    shop.stocked(seller).await;
    let tenant = &shop.site.tenant;
    let orphan = product_of(901, content("Nobody's", &["Elsewhere"], 100, "OTHER-2"));
    index_by_hand(&shop, &[IndexChange::Put(Box::new(orphan))]);
    by_hand(&shop, "update products set status = 'INACTIVE' where id = 2").await;
    assert_eq!(shop.products.heal_one(tenant, id(901)).await.unwrap(), (Vec::new(), false));
    let stale = vec![difference(2, DriftPlace::ReadModel, DriftKind::Stale)];
    assert_eq!(shop.products.heal_one(tenant, id(2)).await.unwrap(), (stale, true));
    assert_eq!(shop.products.heal_one(tenant, id(3)).await.unwrap(), (Vec::new(), true));
    assert_eq!(shop.products.report(tenant).await.unwrap().differences, []);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_row_that_was_no_product_the_index_still_reads_on() {
    let shop = Shop::open(Site::new().await).await;
    let [seller, stranger] = [shop.site.somebody(), shop.site.somebody()];
    shop.create(seller, 1, &body("Zinc lamp", &["Home"], 4_000, "L-1")).await;
    shop.settled().await;
    by_hand(&shop, NO_PRODUCT).await;
    // An event that changes no row: the index reads on, and has the greatest number.
    shop.set_status(stranger, UserStatus::Active, UserStatus::Suspended).await;
    shop.settled().await;
    assert_eq!(shop.on_sale(), [1, 900]);
    let (found, afterwards) = shop.products.heal(&shop.site.tenant, |_| {}).await.unwrap();
    assert_eq!(found.differences, [difference(900, DriftPlace::ReadModel, DriftKind::Orphaned)]);
    assert_eq!(afterwards.differences, []);
    assert_eq!(shop.on_sale(), [1]);
    shop.create(seller, 2, &body("Zinc table", &["Home"], 4_000, "L-2")).await;
    shop.settled().await;
    assert_eq!(shop.on_sale(), [1, 2]);
    // The number may still be given to a product.
    shop.create(seller, 900, &body("Zinc chair", &["Home"], 4_000, "L-3")).await;
    shop.settled().await;
    assert_eq!(shop.on_sale(), [1, 2, 900]);
    assert_eq!(shop.products.report(&shop.site.tenant).await.unwrap().differences, []);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_healed_although_events_wait_behind_it() {
    let shop = Shop::open(Site::new().await).await;
    let seller = shop.site.somebody();
    shop.create(seller, 1, &body("Zinc lamp", &["Home"], 4_000, "L-1")).await;
    shop.settled().await;
    by_hand(&shop, "delete from products where id = 1").await;
    let buy = ProductCommand::Purchase { buyer: shop.site.somebody(), quantity: 2, order: "1".into() };
    shop.command(seller, 1, buy).await;
    shop.read_on().await;
    let tenant = &shop.site.tenant;
    let report = shop.products.report(tenant).await.unwrap();
    assert_eq!(report.waiting, [id(1)]);
    assert!(
        report.differences.contains(&difference(1, DriftPlace::ReadModel, DriftKind::Missing)),
        "{report:?}"
    );
    let (_, afterwards) = shop.products.heal(tenant, |_| {}).await.unwrap();
    assert_eq!(afterwards.differences, []);
    shop.redrive().await;
    shop.settled().await;
    let report = shop.products.report(tenant).await.unwrap();
    assert_eq!((report.differences, report.waiting), (Vec::new(), Vec::new()));
    assert_eq!(shop.on_sale(), [1]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_does_not_say_where_its_seller_is_differs() {
    let shop = Shop::open(Site::new().await).await;
    let seller = shop.site.somebody();
    for number in 1..=2 {
        let body = body(&format!("Zinc lamp {number}"), &["Home"], 4_000, &format!("L-{number}"));
        shop.create(seller, number, &body).await;
    }
    shop.settled().await;
    by_hand(&shop, "update products set seller_absent = 1 where id = 1").await;
    by_hand(&shop, "update products set seller_gone = 1, content = null where id = 2").await;
    let (found, afterwards) = shop.products.heal(&shop.site.tenant, |_| {}).await.unwrap();
    for number in 1..=2 {
        let stale = difference(number, DriftPlace::ReadModel, DriftKind::Stale);
        assert!(found.differences.contains(&stale), "{found:?}");
    }
    assert_eq!(afterwards.differences, []);
    assert_eq!(shop.on_sale(), [1, 2]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_08_a_correction_meant_for_another_file_changes_nothing() {
    let shop = Shop::open(Site::new().await).await;
    shop.create(shop.site.somebody(), 1, &body("Zinc lamp", &["Home"], 4_000, "L-1")).await;
    shop.settled().await;
    let before = rows(&shop).await;
    let sql = "update products set stock = 7 where id = 1";
    let corrected = shop.products.store().correct("the file before a rebuild", sql, Vec::new()).await;
    assert_eq!(corrected.unwrap(), 0);
    assert_eq!(rows(&shop).await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn products_of_sellers_who_are_away_are_not_found_and_of_those_who_left_nothing_stays() {
    let shop = Shop::open(Site::new().await).await;
    let [one, other] = [shop.site.somebody(), shop.site.somebody()];
    shop.create(one, 1, &body("Zanzibar lamp", &["Home"], 4_000, "L-1")).await;
    shop.create(other, 2, &body("Cotton shirt", &["Fashion"], 4_000, "S-1")).await;
    shop.settled().await;
    shop.set_status(one, UserStatus::Active, UserStatus::Suspended).await;
    shop.create(one, 3, &body("Zanzibar table", &["Home"], 4_000, "L-2")).await;
    shop.settled().await;
    assert_eq!(shop.on_sale(), [2]);
    shop.set_status(one, UserStatus::Suspended, UserStatus::Active).await;
    shop.settled().await;
    assert_eq!(shop.on_sale(), [1, 2, 3]);
    shop.record(one, &UserEvent::Deleted { subject_id: one }).await;
    shop.settled().await;
    assert_eq!(shop.on_sale(), [2]);
    assert_eq!(shop.products.report(&shop.site.tenant).await.unwrap().differences, []);
    shop.products.store().scrub().await;
    let site = shop.close().await;
    assert_eq!(site.holding("zanzibar"), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn e04_e08_views_and_purchases_survive_changes_and_a_rebuild_gives_the_same_rows() {
    let shop = Shop::open(Site::new().await).await;
    let seller = shop.site.somebody();
    // Views may be told before the product.
    shop.views(1, 4, 4).await;
    shop.create(seller, 1, &body("Wireless headphones", &["Audio"], 29_999, "WBH-001")).await;
    shop.views(1, 6, 10).await;
    let buy = ProductCommand::Purchase { buyer: shop.site.somebody(), quantity: 3, order: "1".into() };
    shop.command(seller, 1, buy).await;
    let changes = serde_json::json!({"name": "Better headphones"});
    let changes = domain::Fields::read(changes.as_object().unwrap(), |f| {
        domain::product::ProductChanges::read(f, domain::product::NullMeans::Unchanged)
    });
    shop.command(seller, 1, ProductCommand::Update(changes.unwrap(), seller)).await;
    shop.settled().await;
    let counts = async |shop: &Shop| {
        let sql = "select p.purchases, c.clicks, p.purchase_trend, c.click_trend from products p
            join product_clicks c on c.id = p.id";
        let rows = shop.products.store().query(sql, Vec::new()).await.unwrap();
        rows[0].values().to_vec()
    };
    let before = counts(&shop).await;
    assert_eq!((&before[0], &before[1]), (&3_u64.into(), &10_u64.into()));
    let all = rows(&shop).await;
    let site = shop.close().await;
    std::fs::remove_dir_all(site.views()).unwrap();
    let shop = Shop::open(site).await;
    assert_eq!(counts(&shop).await, before);
    assert_eq!(rows(&shop).await, all);
    assert_eq!(shop.on_sale(), [1]);
    shop.close().await;
}
