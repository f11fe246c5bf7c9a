//! The product catalogue over HTTP.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Client, Person, TestApp};

use crate::people;

/// An application with an administrator and a seller.
async fn shop(overrides: &[(&'static str, &str)]) -> (TestApp, Person, Person) {
    let overrides = [people::WITH_ADMIN.as_slice(), &[("reads.wait_ms", "60000")], overrides].concat();
    let app = TestApp::with(|_| {}, &overrides).await;
    let admin = people::admin(&app).await;
    let seller = people::with_role(&app.client, &admin, "seller", "SELLER").await;
    (app, admin, seller)
}

fn headphones(sku: &str) -> Value {
    json!({"name": "Wireless headphones", "description": "They keep noise out.",
        "categories": ["Electronics", "Audio", "Headphones"], "price": 299.99, "sku": sku,
        "attributes": {"color": "black", "wireless": true}, "images": ["https://example.com/1.jpg"]})
}

async fn create(client: &Client, body: &Value) -> Value {
    client.post("/api/v1/products", body).await.expect(201).data().clone()
}

async fn product(client: &Client, id: u64) -> Value {
    client.get(&format!("/api/v1/products/{id}")).await.expect(200).data().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn products_are_numbered_from_one_and_named_by_their_sku() {
    let (app, admin, seller) = shop(&[]).await;
    let made = seller.client.post("/api/v1/products", &headphones("wbh-001")).await.expect(201);
    assert_eq!(made.header("location"), Some("/api/v1/products/1"));
    let first = made.data();
    assert_eq!(
        (&first["id"], &first["sku"], &first["price"]),
        (&json!(1), &json!("WBH-001"), &json!(299.99))
    );
    assert_eq!(first["attributes"], json!({"color": "black", "wireless": "true"}));
    assert_eq!((&first["clickCount"], &first["purchaseCount"]), (&json!(0), &json!(0)));
    let taken = admin.client.post("/api/v1/products", &headphones(" WBH-001 ")).await.expect(409);
    assert_eq!(taken.code(), "PRODUCT_ALREADY_EXISTS");
    assert_eq!(taken.field("sku"), Some("belongs to product 1"));
    // A refusal uses up no number.
    assert_eq!(create(&admin.client, &headphones("WBH-002")).await["id"], 2);
    let wrong = json!({"name": " ", "categories": [], "price": -10, "sku": " "});
    let wrong = seller.client.post("/api/v1/products", &wrong).await.expect(400);
    for field in ["name", "categories", "price", "sku"] {
        assert!(wrong.field(field).is_some(), "{field}: {}", wrong.text);
    }
    for path in ["/api/v1/products/99999", "/api/v1/products/0", "/api/v1/products/01", "/api/v1/products/x"]
    {
        assert_eq!(app.client.get(path).await.expect(404).code(), "PRODUCT_NOT_FOUND", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_given_at_once_have_no_gap_and_no_double() {
    let (_app, _, seller) = shop(&[]).await;
    let clients: Vec<Client> = (0..40).map(|_| seller.client.clone()).collect();
    let made = clients.iter().enumerate().map(|(number, client)| async move {
        // Half of them ask for a SKU that another one has.
        client.post("/api/v1/products", &headphones(&format!("SKU-{}", number % 20))).await
    });
    let answers = futures_util::future::join_all(made).await;
    let mut ids: Vec<u64> = answers.iter().filter_map(|answer| answer.data()["id"].as_u64()).collect();
    ids.sort_unstable();
    assert_eq!(ids.len(), 20, "each SKU is taken once");
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)));
    let mut ids = std::collections::BTreeSet::from_iter(ids);
    for number in 20..40 {
        ids.insert(
            create(&seller.client, &headphones(&format!("SKU-{number}"))).await["id"].as_u64().unwrap(),
        );
    }
    assert_eq!(ids, (1..=40).collect(), "numbers that were refused are given again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_keeps_what_it_does_not_name() {
    let (app, admin, seller) = shop(&[]).await;
    create(&seller.client, &headphones("WBH-001")).await;
    create(&seller.client, &headphones("WBH-002")).await;
    let body = json!({"name": "Better headphones", "description": null, "price": "249.50",
        "attributes": {"color": "silver", "version": 2}});
    let changed = seller.client.put("/api/v1/products/1", &body).await.expect(200);
    assert_eq!(changed.data()["description"], "They keep noise out.");
    assert_eq!(changed.data()["price"], 249.5);
    assert_eq!(changed.data()["attributes"], json!({"color": "silver", "version": "2"}));
    let patch = json!({"description": null, "attributes": {"version": null, "weight": "200 g"}});
    let patched = seller.client.patch("/api/v1/products/1", &patch).await.expect(200);
    assert_eq!(patched.data()["description"], Value::Null);
    assert_eq!(patched.data()["attributes"], json!({"color": "silver", "weight": "200 g"}));
    assert!(
        seller
            .client
            .patch("/api/v1/products/1", &json!({"sku": null}))
            .await
            .expect(400)
            .field("sku")
            .is_some()
    );
    let taken = seller.client.put("/api/v1/products/1", &json!({"sku": "wbh-002"})).await.expect(409);
    assert_eq!(taken.code(), "PRODUCT_ALREADY_EXISTS");
    seller.client.put("/api/v1/products/1", &json!({"sku": "WBH-003"})).await.expect(200);
    // The old one is free.
    create(&admin.client, &headphones("WBH-001")).await;
    let events = admin.client.get("/api/v1/admin/streams/product/1").await.expect(200);
    let updated = events.data().to_string();
    assert!(updated.contains("changedFields") && updated.contains("previousValues"), "{updated}");
    let other = people::with_role(&app.client, &admin, "other", "SELLER").await;
    other.client.put("/api/v1/products/1", &json!({"price": 1})).await.expect(403);
    admin.client.put("/api/v1/products/1", &json!({"status": "INACTIVE"})).await.expect(200);
    app.client.get("/api/v1/products/1").await.expect(404);
    assert_eq!(product(&seller.client, 1).await["status"], "INACTIVE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_product_is_gone_and_its_sku_is_free() {
    let (app, _, seller) = shop(&[]).await;
    create(&seller.client, &headphones("WBH-001")).await;
    let key = [("idempotency-key", "delete-1")];
    let path = "/api/v1/products/1";
    seller.client.send(Method::DELETE, path, None, &key).await.expect(200);
    seller.client.send(Method::DELETE, path, None, &key).await.expect(200);
    app.client.get(path).await.expect(404);
    seller.client.put(path, &json!({"price": 1})).await.expect(404);
    let listed = seller.client.get("/api/v1/products").await.expect(200);
    assert_eq!((listed.data(), listed.header("x-total-count")), (&json!([]), Some("0")));
    assert_eq!(create(&seller.client, &headphones("WBH-001")).await["id"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_an_array_with_its_pages_in_headers() {
    let (app, _, seller) = shop(&[]).await;
    for number in 1..=7 {
        let mut body = headphones(&format!("SKU-{number}"));
        body["price"] = json!(number * 10);
        create(&seller.client, &body).await;
    }
    app.drain().await;
    let ids = |answer: &testkit::Answer| -> Vec<u64> {
        answer.data().as_array().unwrap().iter().map(|product| product["id"].as_u64().unwrap()).collect()
    };
    let newest = app.client.get("/api/v1/products?size=3").await.expect(200);
    assert_eq!(ids(&newest), [7, 6, 5]);
    assert_eq!(newest.header("x-total-count"), Some("7"));
    let mut seen = ids(&newest);
    let mut link = newest.header("link").unwrap().to_owned();
    while let Some(next) = link.split(", ").find(|part| part.contains("rel=\"next\"")) {
        let path = next.trim_start_matches('<').split('>').next().unwrap().to_owned();
        let page = app.client.get(&path).await.expect(200);
        seen.extend(ids(&page));
        link = page.header("link").unwrap().to_owned();
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    let cheapest =
        app.client.get("/api/v1/products?sortBy=price&sortDirection=asc&page=1&size=3").await.expect(200);
    assert_eq!(ids(&cheapest), [4, 5, 6]);
    let bad = app.client.get("/api/v1/products?sortBy=colour").await.expect(400);
    assert!(bad.field("sortBy").is_some_and(|message| message.contains("popularityScore")));
    app.client.get("/api/v1/products?mine=true").await.expect(401);
    seller.client.put("/api/v1/products/3", &json!({"status": "DISCONTINUED"})).await.expect(200);
    assert_eq!(
        ids(&seller.client.get("/api/v1/products?mine=true&sortDirection=asc").await.expect(200)).len(),
        7
    );
    assert_eq!(seller.client.get("/api/v1/products").await.expect(200).header("x-total-count"), Some("6"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_buys_what_is_not_there() {
    let (app, _, seller) = shop(&[]).await;
    let mut body = headphones("WBH-001");
    body["stock"] = json!(20);
    create(&seller.client, &body).await;
    let buyer = Person::register(&app.client, "buyer").await;
    let buys = (0..60).map(|number| {
        let client = buyer.client.clone();
        async move {
            let key = format!("purchase-{number}");
            let path = "/api/v1/products/1/purchase";
            let body = json!({"quantity": 1, "orderId": format!("order-{number}")});
            let first = client.send(Method::POST, path, Some(&body), &[("idempotency-key", &key)]).await;
            let again = client.send(Method::POST, path, Some(&body), &[("idempotency-key", &key)]).await;
            assert_eq!(first.status, again.status, "{}", again.text);
            if first.status == 201 {
                assert_eq!(first.data(), again.data());
                assert_eq!(first.data()["orderId"], format!("order-{number}"));
            } else {
                assert_eq!(again.code(), "OUT_OF_STOCK");
            }
            first.status
        }
    });
    let statuses = futures_util::future::join_all(buys).await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 20, "{statuses:?}");
    app.drain().await;
    let left = product(&seller.client, 1).await;
    assert_eq!((&left["stock"], &left["purchaseCount"]), (&json!(0), &json!(20)));
    for bad in [json!({}), json!({"quantity": 0}), json!({"quantity": 1.5}), json!({"quantity": 1001})] {
        let answer = buyer.client.post("/api/v1/products/1/purchase", &bad).await.expect(400);
        assert!(answer.field("quantity").is_some(), "{bad}");
    }
    let history = people::history(&buyer).await;
    assert_eq!(history.iter().filter(|kind| *kind == "PRODUCT_PURCHASED").count(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_keeps_others_away_until_it_is_over() {
    let (app, _, seller) = shop(&[]).await;
    let mut body = headphones("WBH-001");
    body["stock"] = json!(3);
    create(&seller.client, &body).await;
    let [one, other] =
        [Person::register(&app.client, "one").await, Person::register(&app.client, "other").await];
    let path = "/api/v1/products/1/reservations";
    let held = one.client.post(path, &json!({"quantity": 2, "minutes": 10})).await.expect(201);
    let buy = async |person: &Person, quantity: u64| {
        person.client.post("/api/v1/products/1/purchase", &json!({"quantity": quantity})).await
    };
    assert_eq!(buy(&other, 2).await.expect(409).field("quantity"), Some("only 1 are left"));
    let location = held.header("location").unwrap().to_owned();
    other.client.delete(&location).await.expect(404);
    one.client.delete(&location).await.expect(204);
    buy(&other, 1).await.expect(201);
    one.client.post(path, &json!({"quantity": 2, "minutes": 10})).await.expect(201);
    buy(&other, 1).await.expect(409);
    app.clock.advance(601);
    let [(one, _), (other, _)] = [one.sign_in().await, other.sign_in().await];
    buy(&other, 1).await.expect(201);
    one.client.post(path, &json!({"quantity": 2})).await.expect(409);
    let (seller, _) = seller.sign_in().await;
    create(&seller.client, &headphones("WBH-002")).await;
    let uncounted = one.client.post("/api/v1/products/2/reservations", &json!({"quantity": 1})).await;
    assert_eq!(uncounted.expect(409).code(), "STOCK_NOT_COUNTED");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_cost_nothing_keep_no_whole_stock_from_others() {
    let (app, _, seller) = shop(&[]).await;
    let mut body = headphones("WBH-001");
    body["stock"] = json!(100);
    create(&seller.client, &body).await;
    let path = "/api/v1/products/1/reservations";
    let one = Person::register(&app.client, "one").await;
    for many in [json!({"quantity": 6}), json!({"quantity": 1, "minutes": 16})] {
        let refused = one.client.post(path, &many).await.expect(403);
        assert_eq!(refused.code(), "EMAIL_NOT_CONFIRMED", "{many}");
    }
    one.client.post(path, &json!({"quantity": 5, "minutes": 15})).await.expect(201);
    let other = Person::confirmed(&app, "other").await;
    other.client.post(path, &json!({"quantity": 95, "minutes": 60})).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_counted_once_and_passed_on_in_batches() {
    let settings =
        [("activity.await_activity", "true"), ("views.sync_enabled", "false"), ("views.sync_batch", "2")];
    let (app, admin, seller) = shop(&settings).await;
    for number in 1..=5 {
        create(&seller.client, &headphones(&format!("SKU-{number}"))).await;
    }
    let [one, other] =
        [Person::register(&app.client, "one").await, Person::register(&app.client, "other").await];
    for id in 1..=5 {
        product(&one.client, id).await;
    }
    product(&one.client, 1).await;
    product(&other.client, 1).await;
    // Its seller does not count.
    product(&seller.client, 1).await;
    app.drain().await;
    let views = async |id: u64| {
        admin.client.get(&format!("/api/v1/admin/views/product/{id}")).await.expect(200).data().clone()
    };
    assert_eq!((&views(1).await["totalViews"], &views(1).await["dailyViews"]), (&json!(2), &json!(2)));
    let stats = admin.client.get("/api/v1/admin/views/stats").await.expect(200).data().clone();
    assert_eq!(
        (&stats["pendingProducts"], &stats["pendingViews"], &stats["totalTracked"]),
        (&json!(5), &json!(6), &json!(5))
    );
    let synced = admin.client.post("/api/v1/admin/views/sync", &json!({})).await.expect(200).data().clone();
    assert_eq!(
        (&synced["productsSynced"], &synced["viewsSynced"], &synced["failed"]),
        (&json!(5), &json!(6), &json!(0))
    );
    let again = admin.client.post("/api/v1/admin/views/sync", &json!({})).await.expect(200).data().clone();
    assert_eq!((&again["productsSynced"], &again["viewsSynced"]), (&json!(0), &json!(0)));
    let stats = admin.client.get("/api/v1/admin/views/sync-stats").await.expect(200).data().clone();
    assert_eq!((&stats["runs"], &stats["batchSize"], &stats["failures"]), (&json!(2), &json!(2), &json!(0)));
    assert_eq!(product(&app.client, 1).await["clickCount"], 2);
    let popular = app.client.get("/api/v1/products?sortBy=popularityScore&size=1").await.expect(200);
    assert_eq!(popular.data()[0]["id"], 1);
    admin.client.get("/api/v1/admin/views/product/99").await.expect(404);
    let history = people::history(&one).await;
    assert_eq!(history.iter().filter(|kind| *kind == "PRODUCT_VIEWED").count(), 5, "repeats are one entry");
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_passed_on_once_although_their_group_is_paused() {
    const CONSUMER: &str = "/api/v1/admin/consumers/catalogue-service-group";
    let (app, admin, seller) =
        shop(&[("activity.await_activity", "true"), ("views.sync_enabled", "false")]).await;
    create(&seller.client, &headphones("WBH-001")).await;
    let one = Person::register(&app.client, "one").await;
    product(&one.client, 1).await;
    app.drain().await;
    let post = async |path: &str| admin.client.post(path, &json!({})).await.expect(200).data().clone();
    post(&format!("{CONSUMER}/pause")).await;
    for _ in 0..3 {
        assert_eq!(post("/api/v1/admin/views/sync").await["failed"], 1);
    }
    post(&format!("{CONSUMER}/resume")).await;
    app.drain().await;
    let synced = post("/api/v1/admin/views/sync").await;
    assert_eq!((&synced["viewsSynced"], &synced["failed"]), (&json!(0), &json!(0)), "the first run did it");
    assert_eq!(product(&app.client, 1).await["clickCount"], 1);
    let path = "/api/v1/admin/events?log=activity&eventType=PRODUCT_VIEWS_SYNCED";
    let events = admin.client.get(path).await.expect(200);
    assert_eq!(events.data()["content"].as_array().unwrap().len(), 1, "{}", events.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_absent_seller_has_is_not_on_sale() {
    let (app, admin, seller) = shop(&[]).await;
    create(&seller.client, &headphones("WBH-001")).await;
    create(&admin.client, &headphones("WBH-002")).await;
    let status = format!("/api/users/{}/status", seller.id);
    let listed = async || {
        app.drain().await;
        app.client.get("/api/v1/products").await.expect(200).header("x-total-count").unwrap().to_owned()
    };
    assert_eq!(listed().await, "2");
    admin.client.patch(&status, &json!({"status": "SUSPENDED"})).await.expect(200);
    assert_eq!(listed().await, "1");
    app.client.get("/api/v1/products/1").await.expect(404);
    admin.client.patch(&status, &json!({"status": "ACTIVE"})).await.expect(200);
    assert_eq!(listed().await, "2");
    admin.client.delete(&format!("/api/users/{}", seller.id)).await.expect(204);
    assert_eq!(listed().await, "1");
    app.client.get("/api/v1/products/1").await.expect(404);
    assert_eq!(product(&admin.client, 1).await["name"], "", "what they wrote is erased");
}
