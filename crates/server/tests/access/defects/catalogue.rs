//! E1 to E21: the product catalogue of the earlier system.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Client, Person, TestApp};

use crate::people;

async fn shop() -> (TestApp, Person, Person) {
    let overrides = [
        people::WITH_ADMIN.as_slice(),
        &[("reads.wait_ms", "60000"), ("views.sync_enabled", "false"), ("activity.await_activity", "true")],
    ]
    .concat();
    let app = TestApp::with(|_| {}, &overrides).await;
    let admin = people::admin(&app).await;
    let seller = people::with_role(&app.client, &admin, "seller", "SELLER").await;
    (app, admin, seller)
}

async fn create(seller: &Person, sku: &str) -> u64 {
    let body = json!({"name": "Headphones", "categories": ["Electronics", "Audio"], "price": 299.99, "sku": sku,
        "stock": 10});
    seller.client.post("/api/v1/products", &body).await.expect(201).data()["id"].as_u64().unwrap()
}

async fn product(client: &Client, id: u64) -> Value {
    client.get(&format!("/api/v1/products/{id}")).await.expect(200).data().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn e01_only_its_seller_or_an_administrator_changes_a_product() {
    let (app, admin, seller) = shop().await;
    let id = create(&seller, "WBH-001").await;
    let path = format!("/api/v1/products/{id}");
    let person = Person::register(&app.client, "person").await;
    for (client, status) in [(&app.client, 401), (&person.client, 403)] {
        client.delete(&path).await.expect(status);
        client.put(&path, &json!({"price": 1})).await.expect(status);
        client.post("/api/v1/products", &json!({})).await.expect(status);
        client.post("/api/v1/admin/views/sync", &json!({})).await.expect(status);
    }
    admin.client.delete(&path).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn e04_a_change_keeps_what_was_counted() {
    let (app, admin, seller) = shop().await;
    let id = create(&seller, "WBH-001").await;
    let buyer = Person::register(&app.client, "buyer").await;
    product(&buyer.client, id).await;
    let path = format!("/api/v1/products/{id}");
    buyer.client.post(&format!("{path}/purchase"), &json!({"quantity": 3})).await.expect(201);
    app.drain().await;
    admin.client.post("/api/v1/admin/views/sync", &json!({})).await.expect(200);
    let before = product(&seller.client, id).await;
    seller.client.put(&path, &json!({"name": "Other headphones"})).await.expect(200);
    let listed = seller.client.get("/api/v1/products").await.expect(200).data()[0].clone();
    for after in [product(&seller.client, id).await, listed] {
        assert_eq!(after["name"], "Other headphones");
        for kept in ["createdAt", "purchaseCount", "clickCount", "popularityScore", "stock"] {
            assert_eq!(after[kept], before[kept], "{kept}");
        }
        assert_eq!((&after["purchaseCount"], &after["stock"]), (&json!(3), &json!(7)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e05_a_purchase_counts_once_also_after_a_rebuild() {
    let (app, admin, seller) = shop().await;
    let id = create(&seller, "WBH-001").await;
    let buyer = Person::register(&app.client, "buyer").await;
    product(&buyer.client, id).await;
    buyer.client.post(&format!("/api/v1/products/{id}/purchase"), &json!({"quantity": 2})).await.expect(201);
    app.drain().await;
    let counts = async || {
        let listed = app.client.get("/api/v1/products").await.expect(200).data()[0].clone();
        (listed["purchaseCount"].clone(), listed["clickCount"].clone(), listed["stock"].clone())
    };
    assert_eq!(counts().await, (json!(2), json!(1), json!(8)));
    let path = "/api/v1/admin/consumers/catalogue-service-group/rebuild";
    let job = admin.client.post(path, &json!({})).await.expect(202);
    let job = job.header("location").unwrap().to_owned();
    while admin.client.get(&job).await.expect(200).data()["status"] == "RUNNING" {}
    assert_eq!(admin.client.get(&job).await.expect(200).data()["status"], "SUCCEEDED");
    assert_eq!(counts().await, (json!(2), json!(1), json!(8)));
}

#[tokio::test(flavor = "multi_thread")]
async fn e08_views_that_are_passed_on_twice_count_once() {
    let (app, admin, seller) = shop().await;
    let id = create(&seller, "WBH-001").await;
    for name in ["one", "two", "three"] {
        let person = Person::register(&app.client, name).await;
        product(&person.client, id).await;
        app.drain().await;
        for _ in 0..2 {
            admin.client.post("/api/v1/admin/views/sync", &json!({})).await.expect(200);
        }
    }
    let listed = app.client.get("/api/v1/products").await.expect(200).data()[0].clone();
    assert_eq!((&listed["clickCount"], &listed["popularityScore"]), (&json!(3), &json!(0.9)));
    let views = admin.client.get(&format!("/api/v1/admin/views/product/{id}")).await.expect(200);
    assert_eq!(views.data()["totalViews"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn e11_a_deletion_is_answered_as_its_clients_read_it() {
    let (_app, _, seller) = shop().await;
    let id = create(&seller, "WBH-001").await;
    let deleted = seller.client.delete(&format!("/api/v1/products/{id}")).await.expect(200);
    assert_eq!((&deleted.body["success"], deleted.data()), (&json!(true), &json!("Product deleted")));
}

#[tokio::test(flavor = "multi_thread")]
async fn e14_each_refusal_has_its_own_status() {
    let (app, admin, seller) = shop().await;
    let id = create(&seller, "WBH-001").await;
    let path = format!("/api/v1/products/{id}");
    let same = json!({"name": "Others", "categories": ["Audio"], "price": 1, "sku": " wbh-001 "});
    assert_eq!(
        admin.client.post("/api/v1/products", &same).await.expect(409).code(),
        "PRODUCT_ALREADY_EXISTS"
    );
    let both = ["one", "two"].map(|name| {
        let body = json!({"name": name, "categories": ["Audio"], "price": 1, "sku": "wbh-002"});
        let client = seller.client.clone();
        async move { client.post("/api/v1/products", &body).await.status }
    });
    let mut statuses = futures_util::future::join_all(both).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let tag = seller.client.get(&path).await.expect(200).header("etag").unwrap().to_owned();
    let put = async |price: u64| {
        let body = json!({"price": price});
        seller.client.send(Method::PUT, &path, Some(&body), &[("if-match", &tag)]).await
    };
    put(10).await.expect(200);
    assert_eq!(put(20).await.expect(412).code(), "VERSION_CHANGED");
    for query in ["sortBy=colour", "sortDirection=up", "page=-1", "size=0", "page=x"] {
        app.client.get(&format!("/api/v1/products?{query}")).await.expect(400);
    }
    app.client.get("/api/v1/products?size=100000").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn e15_a_product_of_several_categories_is_listed_once() {
    let (app, _, seller) = shop().await;
    for number in 0..5 {
        create(&seller, &format!("SKU-{number}")).await;
    }
    app.drain().await;
    let mut seen = Vec::new();
    for page in 0..3 {
        let answer = app.client.get(&format!("/api/v1/products?size=2&page={page}")).await.expect(200);
        seen.extend(answer.data().as_array().unwrap().iter().map(|product| product["id"].as_u64().unwrap()));
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
}
