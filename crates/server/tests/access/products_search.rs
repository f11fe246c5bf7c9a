//! The search for products over HTTP, with the sample products of the earlier system.

use serde_json::{Value, json};
use testkit::{Answer, Client, Person, TestApp};

use crate::people;

/// Name, categories, price, SKU.
const SAMPLES: [(&str, [&str; 3], f64, &str); 14] = [
    ("Wireless Bluetooth Headphones", ["Electronics", "Audio", "Headphones"], 299.99, "WBH-001"),
    ("Smartphone Pro Max 256GB", ["Electronics", "Mobile", "Smartphones"], 999.99, "SPM-256"),
    ("Gaming Laptop RTX 4070", ["Electronics", "Computers", "Gaming"], 1599.99, "GL-RTX4070"),
    ("4K Smart TV 55 inch", ["Electronics", "TV", "Entertainment"], 699.99, "TV-55-4K"),
    ("Robot Vacuum Cleaner", ["Home", "Appliances", "Cleaning"], 299.99, "RVC-001"),
    ("Air Purifier HEPA Filter", ["Home", "Appliances", "Air Quality"], 249.99, "AP-HEPA-500"),
    ("Garden Tool Set Professional", ["Garden", "Tools", "Outdoor"], 89.99, "GTS-PRO-15"),
    ("Premium Cotton T-Shirt", ["Fashion", "Clothing", "T-Shirts"], 29.99, "PCT-001"),
    ("Leather Jacket Classic", ["Fashion", "Clothing", "Jackets"], 299.99, "LJ-CLASSIC"),
    ("Running Shoes Athletic", ["Fashion", "Footwear", "Sports"], 129.99, "RS-ATHLETIC"),
    ("Programming Fundamentals Book", ["Books", "Education", "Programming"], 49.99, "PFB-001"),
    ("Wireless Bluetooth Earbuds", ["Electronics", "Audio", "Earbuds"], 89.99, "WBE-001"),
    ("Yoga Mat Premium Non-Slip", ["Sports", "Fitness", "Yoga"], 39.99, "YM-PREMIUM"),
    ("Adjustable Dumbbells Set", ["Sports", "Fitness", "Weights"], 199.99, "ADS-001"),
];

/// An application with an administrator, and a seller of the sample products, in whose search all of them are.
async fn shop() -> (TestApp, Person, Person) {
    let overrides =
        [people::WITH_ADMIN.as_slice(), &[("limits.enabled", "false"), ("reads.wait_ms", "60000")]].concat();
    let app = TestApp::with(|_| {}, &overrides).await;
    let admin = people::admin(&app).await;
    let seller = people::with_role(&app.client, &admin, "seller", "SELLER").await;
    for (name, categories, price, sku) in SAMPLES {
        let color = if categories[1] == "Audio" { "black" } else { "white" };
        let body = json!({"name": name, "categories": categories, "price": price, "sku": sku, "stock": 10,
            "attributes": {"color": color}});
        seller.client.post("/api/v1/products", &body).await.expect(201);
    }
    app.drain().await;
    (app, admin, seller)
}

async fn found(client: &Client, query: &str) -> Answer {
    let answer = client.get(&format!("/api/v1/products/search?{query}")).await.expect(200);
    assert_eq!(answer.header("x-stale"), None);
    answer
}

fn ids(answer: &Answer) -> Vec<u64> {
    let data = answer.data();
    let products = data["products"].as_array().or_else(|| data.as_array()).unwrap();
    products.iter().map(|product| product["id"].as_u64().unwrap()).collect()
}

/// The count of a value in a list of counts.
fn count(counts: &Value, value: &str) -> u64 {
    let counts = counts.as_array().unwrap().iter();
    counts.clone().find(|count| count["value"] == value).map_or(0, |count| count["count"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_probes_of_the_earlier_clients_find_the_headphones() {
    let (app, ..) = shop().await;
    for text in ["headphon", "bluetoot", "hedphones", "blue", "WBH-001"] {
        let answer = found(&app.client, &format!("q={text}")).await;
        assert_eq!(ids(&answer)[0], 1, "{text}");
        let first = &answer.data()["products"][0];
        assert_eq!(
            (&first["name"], &first["price"], &first["inStock"], &first["priceRange"]),
            (&json!("Wireless Bluetooth Headphones"), &json!(299.99), &json!(true), &json!("250-500"))
        );
        assert!(first["relevanceScore"].as_f64().unwrap() > 0.0);
    }
    let answer = found(&app.client, "q=hedphones&explain=true").await;
    assert_eq!(answer.data()["didYouMean"], "headphones");
    let first = &answer.data()["products"][0];
    assert_eq!(first["highlights"]["name"], "Wireless Bluetooth <em>Headphones</em>");
    assert!(first["explain"]["text"].as_f64().unwrap() > 0.0 && first["explain"]["freshness"].is_number());
    let names = app.client.get("/api/v1/products/autocomplete?q=wireles").await.expect(200);
    assert_eq!(names.data(), &json!(["Wireless Bluetooth Earbuds", "Wireless Bluetooth Headphones"]));
    let missing = app.client.get("/api/v1/products/autocomplete").await.expect(400);
    assert!(missing.field("q").is_some(), "{}", missing.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_and_each_facet_leaves_its_own_out() {
    let (app, ..) = shop().await;
    let answer =
        found(&app.client, "categories=Electronics&attr.color=black&sortBy=price&sortDirection=asc").await;
    assert_eq!(ids(&answer), [12, 1]);
    let data = answer.data();
    assert_eq!(
        (&data["totalElements"], &data["totalPages"], &data["currentPage"], &data["pageSize"]),
        (&json!(2), &json!(1), &json!(0), &json!(20))
    );
    for (name, value) in [("first", true), ("last", true), ("hasNext", false), ("hasPrevious", false)] {
        assert_eq!(data[name], value, "{name}");
    }
    let facets = &data["facets"];
    assert_eq!(count(&facets["categories"], "Electronics"), 2);
    assert_eq!(count(&facets["categories"], "Fashion"), 0, "none of them is black");
    assert_eq!(
        (count(&facets["attributes"]["color"], "black"), count(&facets["attributes"]["color"], "white")),
        (2, 3),
        "without the filter on colours"
    );
    assert_eq!(count(&facets["priceRanges"], "250-500"), 1);
    assert_eq!(count(&facets["inStock"], "true"), 2);
    assert_eq!(count(&facets["tags"], "available"), 2);

    let both = found(&app.client, "categories=Books,Garden&maxPrice=60").await;
    assert_eq!(ids(&both), [11]);
    let pages = found(&app.client, "size=5&page=2&sortBy=name&sortDirection=asc").await;
    assert_eq!((ids(&pages).len(), &pages.data()["hasPrevious"]), (4, &json!(true)));
    let newest = found(&app.client, "size=3").await;
    assert_eq!(ids(&newest), [14, 13, 12], "without words, the newest first");
    for (query, field) in [
        ("sortBy=stars", "sortBy"),
        ("sortDirection=up", "sortDir"),
        ("size=0", "size"),
        ("page=-1", "page"),
        ("page=9999", "page"),
        ("minPrice=9&maxPrice=5", "maxPrice"),
        ("inStock=perhaps", "inStock"),
        ("attr.=black", "attr."),
        ("colour=black", "colour"),
    ] {
        let answer = app.client.get(&format!("/api/v1/products/search?{query}")).await.expect(400);
        assert!(answer.field(field).is_some(), "{query}: {}", answer.text);
    }
    let by_name = "size=5&sortBy=name&sortDirection=asc";
    let first = found(&app.client, by_name).await;
    assert!(first.header("link").unwrap().contains("rel=\"next\""), "{:?}", first.header("link"));
    let (mut walked, mut next) = (ids(&first), first.data()["next"].as_str().map(str::to_owned));
    while let Some(cursor) = next {
        let page = found(&app.client, &format!("{by_name}&cursor={cursor}")).await;
        walked.extend(ids(&page));
        next = page.data()["next"].as_str().map(str::to_owned);
    }
    assert_eq!(walked, ids(&found(&app.client, "sortBy=name&sortDirection=asc").await));
    let cursor = first.data()["next"].as_str().unwrap();
    let other = app.client.get(&format!("/api/v1/products/search?size=5&cursor={cursor}")).await.expect(400);
    assert!(other.field("cursor").is_some(), "of another order: {}", other.text);
    let deep = app.client.get("/api/v1/products/categories?categories=Books&page=9999").await.expect(400);
    assert!(!deep.field("page").unwrap().contains("cursor"), "there is none: {}", deep.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_a_product_finds_the_change_in_their_next_search() {
    let (app, _, seller) = shop().await;
    for number in 0..5 {
        let body = json!({"name": format!("Peacock lamp {number}"), "categories": ["Home", "Lamps"], "price": 10,
            "sku": format!("LAMP-{number}")});
        let made = seller.client.post("/api/v1/products", &body).await.expect(201);
        let path = format!("/api/v1/products/{}", made.data()["id"]);
        let named = format!("q=lamp+{number}&categories=Lamps");
        assert_eq!(ids(&found(&seller.client, &named).await).len(), 1);
        seller.client.put(&path, &json!({"name": format!("Parrot lamp {number}")})).await.expect(200);
        assert_eq!(ids(&found(&seller.client, &format!("q=peacock+{number}")).await), [0; 0]);
        assert_eq!(ids(&found(&seller.client, &format!("q=parrot+{number}")).await).len(), 1);
        seller.client.put(&path, &json!({"status": "INACTIVE"})).await.expect(200);
        assert_eq!(ids(&found(&seller.client, &named).await), [0; 0]);
        seller.client.delete(&path).await.expect(200);
        assert_eq!(ids(&found(&seller.client, &named).await), [0; 0]);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn popular_related_and_categories_are_lists_of_their_own() {
    let (app, ..) = shop().await;
    let buyer = Person::register(&app.client, "buyer").await;
    for (id, quantity) in [(5, 3), (8, 2)] {
        let body = json!({"quantity": quantity});
        buyer.client.post(&format!("/api/v1/products/{id}/purchase"), &body).await.expect(201);
    }
    for path in ["/api/v1/products/popular?limit=2", "/api/v1/products/popular?limit=2&sortBy=trendingScore"]
    {
        let popular = buyer.client.get(path).await.expect(200);
        assert_eq!(ids(&popular), [5, 8], "{path}");
        assert_eq!(
            (&popular.data()[0]["popularityScore"], &popular.data()[0]["purchaseCount"]),
            (&json!(2.1), &json!(3))
        );
    }
    let wrong = app.client.get("/api/v1/products/popular?sortBy=price").await.expect(400);
    assert!(wrong.field("sortBy").is_some());

    let related = app.client.get("/api/v1/products/1/related?limit=3").await.expect(200);
    assert_eq!(ids(&related)[0], 12);
    assert_eq!(related.data()[0]["reason"], "Also in Audio");
    for path in ["/api/v1/products/99999/related", "/api/v1/products/x/related"] {
        assert_eq!(app.client.get(path).await.expect(404).code(), "PRODUCT_NOT_FOUND", "{path}");
    }

    let tree = app.client.get("/api/v1/products/categories").await.expect(200);
    let top = &tree.data()[0];
    assert_eq!((&top["name"], &top["count"]), (&json!("Electronics"), &json!(5)));
    assert_eq!(top["children"][0]["path"], "Electronics > Audio");
    let some =
        "/api/v1/products/categories?categories=Books&categories=Garden&sortBy=price&sortDirection=asc";
    assert_eq!(ids(&app.client.get(some).await.expect(200)), [11, 7]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e16_operators_see_that_everything_agrees_and_heal_it_with_a_job() {
    let (app, admin, seller) = shop().await;
    let status = admin.client.get("/api/v1/admin/sync/status").await.expect(200);
    let data = status.data();
    assert_eq!(
        (&data["mysqlProductCount"], &data["elasticsearchProductCount"], &data["inSync"]),
        (&json!(14), &json!(14), &json!(true)),
        "{}",
        status.text
    );
    assert_eq!(data["mysqlChecksum"], data["elasticsearchChecksum"]);
    assert_eq!((&data["missing"], &data["stale"], &data["orphaned"]), (&json!([]), &json!([]), &json!([])));

    let started = admin.client.post("/api/v1/admin/sync/full", &json!({})).await.expect(202);
    assert_eq!((&started.data()["syncType"], &started.data()["status"]), (&json!("full"), &json!("started")));
    let job = started.header("location").unwrap().to_owned();
    let done = testkit::until("the sync", std::time::Duration::from_mins(1), async || {
        let job = admin.client.get(&job).await.expect(200);
        (job.data()["status"] != "RUNNING").then_some(job)
    });
    let done = done.await;
    let result = &done.data()["result"];
    assert_eq!(
        (&done.data()["status"], &result["differences"]),
        (&json!("SUCCEEDED"), &json!(0)),
        "{}",
        done.text
    );
    assert_eq!(result["inSync"], true);

    seller.client.delete("/api/v1/products/3").await.expect(200);
    let one = admin.client.post("/api/v1/admin/sync/product/3", &json!({})).await.expect(200);
    assert_eq!(
        (&one.data()["syncType"], &one.data()["status"], &one.data()["productId"]),
        (&json!("product"), &json!("completed"), &json!(3))
    );
    admin.client.post("/api/v1/admin/sync/product/99999", &json!({})).await.expect(200);
    admin.client.post("/api/v1/admin/sync/product/x", &json!({})).await.expect(404);
    app.stop().await;
}
