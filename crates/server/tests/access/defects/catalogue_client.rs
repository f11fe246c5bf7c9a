//! The calls of the earlier catalogue's collection, as it sends them, with a token: it had no sign-in. Calls 21 to 27 went
//! to its search engine itself.

use serde_json::{Value, json};
use testkit::{Answer, TestApp};

use crate::people;

const SAMPLES: &str = include_str!("../../../src/demo/products.json");

fn names(answer: &Answer) -> Vec<String> {
    let products = match answer.data() {
        Value::Array(products) => products,
        found => found["products"].as_array().unwrap(),
    };
    products.iter().map(|product| product["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn e11_the_calls_of_the_earlier_collection_work() {
    let overrides = [people::WITH_ADMIN.as_slice(), &[("reads.wait_ms", "60000")]].concat();
    let app = TestApp::with(|_| {}, &overrides).await;
    let client = people::admin(&app).await.client;
    let samples: Vec<Value> = serde_json::from_str(SAMPLES).unwrap();
    let first = client.post("/api/v1/products", &samples[0]).await.expect(201);
    for member in [
        "id",
        "name",
        "description",
        "categories",
        "price",
        "sku",
        "attributes",
        "images",
        "createdAt",
        "updatedAt",
        "clickCount",
        "purchaseCount",
        "popularityScore",
    ] {
        assert!(first.data().get(member).is_some(), "{member} is missing in {}", first.text);
    }
    for sample in &samples[1..] {
        client.post("/api/v1/products", sample).await.expect(201);
    }
    let get = async |path: &str| client.get(&format!("/api/v1/{path}")).await.expect(200);
    get("products/1?userId=user123&sessionId=session456").await;
    let change = json!({"name": "Wireless Bluetooth Headphones Pro", "description": "Updated", "price": 349.99,
        "attributes": {"color": "black", "battery_life": "40 hours", "noise_cancellation": "adaptive", "wireless": "true",
            "version": "2.0"}});
    let changed = client.put("/api/v1/products/1", &change).await.expect(200);
    assert_eq!(changed.data()["attributes"]["version"], "2.0");
    let listed = get("products?page=0&size=10&sortBy=createdAt&sortDirection=desc").await;
    assert_eq!((names(&listed).len(), listed.header("x-total-count")), (10, Some("14")));
    let found =
        get("products/search?q=headphones&categories=Electronics&minPrice=100&maxPrice=500&page=0&size=10\
        &sortBy=popularityScore&sortDirection=desc")
        .await;
    assert!(names(&found).contains(&"Wireless Bluetooth Headphones Pro".to_owned()), "{}", found.text);
    for member in [
        "totalElements",
        "totalPages",
        "currentPage",
        "pageSize",
        "first",
        "last",
        "hasNext",
        "hasPrevious",
        "facets",
    ] {
        assert!(found.data().get(member).is_some(), "{member} is missing in {}", found.text);
    }
    assert!(
        names(&get("products/1/related?limit=5").await).contains(&"Wireless Bluetooth Earbuds".to_owned())
    );
    assert!(!names(&get("products/popular?limit=10").await).is_empty());
    assert!(get("products/autocomplete?q=wire&limit=5").await.text.contains("Wireless"));
    get("products/categories?categories=Electronics&categories=Audio&page=0&size=10&sortBy=name&sortDirection=asc").await;
    let batch = "/api/v1/admin/publish-batch?topic=product-events&messageCount=100&eventType=TestEvent";
    let published = client.post(batch, &json!({})).await.expect(200);
    assert_eq!(published.data()["messageCount"], 100);
    client.post("/api/v1/admin/sync/full", &json!({})).await.expect(202);
    get("admin/sync/status").await;
    client.post("/api/v1/admin/sync/product/1", &json!({})).await.expect(200);
    for path in ["admin/stats/publisher", "health", "health/detailed", "health/metrics"] {
        get(path).await;
    }
    for typed in ["headphon", "bluetoot", "hedphones", "blue"] {
        let found = get(&format!("products/search?q={typed}")).await;
        assert!(names(&found).iter().any(|name| name.contains("Headphones")), "{typed}: {}", found.text);
    }
    assert!(get("products/autocomplete?q=wireles&limit=5").await.text.contains("Headphones"));
    let wrong = json!({"name": "", "description": "x", "categories": [], "price": -10, "sku": ""});
    let wrong = client.post("/api/v1/products", &wrong).await.expect(400);
    for field in ["name", "categories", "price", "sku"] {
        assert!(wrong.field(field).is_some(), "{field}: {}", wrong.text);
    }
    client.post("/api/v1/products", &samples[0]).await.expect(409);
    client.get("/api/v1/products/99999").await.expect(404);
    client.delete("/api/v1/products/1").await.expect(200);
}
