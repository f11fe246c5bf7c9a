//! Search over HTTP: read your writes, the earlier systems' parameters, pages, tenants, history.

use serde_json::{Value, json};
use testkit::{Answer, Client, Person, TestApp};

use crate::tenants::sides;

/// Waits for a caller's own writes, however busy the machine is.
async fn patient() -> TestApp {
    TestApp::with(|_| {}, &[("limits.enabled", "false"), ("reads.wait_ms", "60000")]).await
}

fn titles(answer: &Answer) -> Vec<String> {
    let content = answer.data()["content"].as_array().or_else(|| answer.data().as_array()).unwrap();
    content.iter().map(|home| home["title"].as_str().unwrap().to_owned()).collect()
}

async fn found(client: &Client, path: &str) -> Vec<String> {
    let answer = client.get(path).await.expect(200);
    assert_eq!(answer.header("x-stale"), None);
    titles(&answer)
}

async fn home(owner: &Person, title: &str, more: Value) -> String {
    let mut body =
        json!({"title": title, "location": "Kokapet", "price": 5_000_000, "propertyType": "APARTMENT"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = owner.client.post("/api/properties", &body).await.expect(201);
    made.data()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_a_listing_finds_the_change_in_their_next_search() {
    let app = patient().await;
    let owner = Person::register(&app.client, "owner").await;
    for number in 0..10 {
        let title = format!("Peacock home {number}");
        let id = home(&owner, &title, json!({})).await;
        let path = format!("/api/search/properties?query=peacock+{number}");
        assert_eq!(found(&owner.client, &path).await, [&*title]);
        let body = json!({"title": format!("Parrot home {number}"), "location": "Kokapet", "price": 5_000_000,
            "propertyType": "VILLA"});
        owner.client.put(&format!("/api/properties/{id}"), &body).await.expect(200);
        assert_eq!(found(&owner.client, &path).await, [""; 0]);
        let path = format!("/api/search/properties?query=parrot+{number}&propertyType=villa");
        assert_eq!(found(&owner.client, &path).await, [format!("Parrot home {number}")]);
        owner.client.delete(&format!("/api/properties/{id}")).await.expect(204);
        assert_eq!(found(&owner.client, &path).await, [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_asking_that_earlier_clients_know_works() {
    let app = patient().await;
    let owner = Person::register(&app.client, "owner").await;
    home(&owner, "Cheap flat", json!({"price": 3_000_000, "bedrooms": 2})).await;
    home(&owner, "Dear flat", json!({"price": 9_000_000, "bedrooms": 3, "location": "HITEC City"})).await;
    let two =
        home(&owner, "Dearest villa", json!({"price": 20_000_000, "propertyType": "VILLA", "bedrooms": 5}))
            .await;
    app.drain().await;
    let client = &app.client;
    let by_price = "/api/search/properties?sortBy=price&sortOrder=asc&city=&minPrice=&limit=5";
    assert_eq!(found(client, by_price).await, ["Cheap flat", "Dear flat", "Dearest villa"]);
    assert_eq!(found(client, "/api/search/properties?sort=-price&size=1").await, ["Dearest villa"]);
    assert_eq!(found(client, "/api/search/properties?location=hi-tech+city").await, ["Dear flat"]);
    assert_eq!(
        found(client, "/api/search/properties?bedrooms=3%2B&sort=price").await,
        ["Dear flat", "Dearest villa"]
    );
    assert_eq!(found(client, "/api/search/properties?propertyType=VILLA,PLOT").await, ["Dearest villa"]);
    assert_eq!(
        found(client, "/api/properties/search?query=apartmant&sort=price").await,
        ["Cheap flat", "Dear flat"]
    );
    assert_eq!(
        found(client, "/api/properties/filter?maxPrice=3000000&sortBy=createdAt").await,
        ["Cheap flat"]
    );
    assert_eq!(found(client, "/api/public/properties/filter?minPrice=10000000").await, ["Dearest villa"]);
    let body = json!({"query": "flat", "minPrice": "4000000", "maxPrice": 10_000_000, "sortBy": "createdAt",
        "sortOrder": "desc", "page": 0, "size": "10", "city": "", "userId": "somebody", "bedrooms": 3});
    for path in ["/api/search/properties", "/api/search/advanced"] {
        let answer = client.post(path, &body).await.expect(200);
        assert_eq!(titles(&answer), ["Dear flat"], "{path}");
        assert_eq!(answer.data()["totalElements"], 1);
    }
    let wrong = client.get("/api/search/properties?propertyTyp=VILLA").await.expect(400);
    assert!(wrong.text.contains("did you mean propertyType?"), "{}", wrong.text);
    for bad in [
        "bedrooms=many",
        "sort=colour",
        "near=17",
        "radiusKm=3",
        "bbox=1,2,3",
        "cursor=x",
        "sort=distance",
        "minPrice=9&maxPrice=8",
        "polygon=%7B%7D",
        "page=5000&size=100",
        "propertyType=CASTLE",
    ] {
        let answer = client.get(&format!("/api/search/properties?{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text);
    }
    owner.client.delete(&format!("/api/properties/{two}")).await.expect(204);
    app.drain().await;
    client.get(&format!("/api/properties/{two}/similar")).await.expect(410);
    client.get(&format!("/api/properties/similar/{}", owner.id)).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn facets_filters_and_similar_homes() {
    let app = patient().await;
    let owner = Person::register(&app.client, "owner").await;
    let at = |lat: f64| json!({"latitude": lat, "longitude": 78.35, "amenities": "Lift, Gym"});
    let near = home(&owner, "Home near by", at(17.44)).await;
    home(&owner, "Home a bit farther", at(17.45)).await;
    home(&owner, "Home far away", at(17.60)).await;
    home(&owner, "Rented home", json!({"listingType": "RENT", "price": 20_000})).await;
    app.drain().await;
    let answer =
        app.client.get("/api/search/properties?near=17.44,78.35&radiusKm=5&sort=distance").await.expect(200);
    assert_eq!(titles(&answer), ["Home near by", "Home a bit farther"]);
    let first = &answer.data()["content"][1];
    assert!((1.1..1.2).contains(&first["distanceKm"].as_f64().unwrap()), "{first}");
    let answer =
        app.client.get("/api/search/properties?listingType=RENT&query=home&explain=true").await.expect(200);
    let deals = &answer.data()["facets"]["listingType"];
    assert_eq!(*deals, json!([{"value": "SALE", "count": 3}, {"value": "RENT", "count": 1}]));
    assert_eq!(
        answer.data()["facets"]["price"][1],
        json!({"value": "10-to-25-thousand", "count": 1,
        "from": 10_000.0, "to": 25_000.0})
    );
    let explained = &answer.data()["content"][0];
    let part = |name: &str| explained["explain"][name].as_f64().unwrap();
    let product = part("text") * part("featured") * part("verified") * part("freshness") * part("popularity");
    assert!((product - explained["relevanceScore"].as_f64().unwrap()).abs() < 1e-9, "{explained}");
    assert!(explained.get("contactPhone").is_none());
    let filters = app.client.get("/api/search/filters").await.expect(200);
    assert_eq!(filters.data()["totalElements"], 4);
    assert_eq!(filters.data()["filters"]["amenities"][0], json!({"value": "Gym", "count": 3}));
    let similar = found(&app.client, &format!("/api/properties/{near}/similar?limit=2")).await;
    assert_eq!(similar, ["Home a bit farther", "Home far away"]);
    assert_eq!(found(&app.client, "/api/search/featured").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_by_cursor_hold_every_home_once_while_others_come() {
    let app = patient().await;
    let owner = Person::register(&app.client, "owner").await;
    for number in 0..12 {
        home(&owner, &format!("Walled home {number:02}"), json!({})).await;
    }
    let mut all = Vec::new();
    let mut path = "/api/search/properties?query=walled&size=5".to_owned();
    loop {
        let answer = owner.client.get(&path).await.expect(200);
        all.extend(titles(&answer));
        // A listing added between two pages changes no page that was read.
        home(&owner, "Another home", json!({})).await;
        let Some(next) = answer.data()["next"].as_str() else { break };
        path = format!("/api/search/properties?query=walled&size=5&cursor={next}");
    }
    all.sort();
    let expected: Vec<String> = (0..12).map(|number| format!("Walled home {number:02}")).collect();
    assert_eq!(all, expected);
    let other = owner.client.get("/api/search/properties?query=walled&size=5").await.expect(200);
    let next = other.data()["next"].as_str().unwrap();
    owner.client.get(&format!("/api/search/properties?sort=price&cursor={next}")).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_nothing_of_another_tenant() {
    let (_app, [first, second]) = sides().await;
    for (side, other) in [(&first, "Hanamkonda"), (&second, "Kondapur")] {
        for path in ["/api/search/properties?query=home", "/api/properties/search", "/api/properties/filter"]
        {
            let found = found(&side.anyone, path).await;
            assert_eq!(found.len(), 1, "{path}");
            assert!(!found[0].contains(other), "{path}: {found:?}");
        }
    }
    let id = first.id();
    second.anyone.get(&format!("/api/properties/{id}/similar")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_are_in_the_searchers_own_history_and_nobody_elses() {
    let app = patient().await;
    let (asha, ravi) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "ravi").await);
    asha.client.get("/api/search/properties?query=a+quiet+villa").await.expect(200);
    asha.client.post("/api/search/advanced", &json!({"bedrooms": 3})).await.expect(200);
    // The next page belongs to the same search.
    asha.client.get("/api/search/properties?query=a+quiet+villa&page=1").await.expect(200);
    app.client.get("/api/search/properties?query=nobody").await.expect(200);
    let searches = async |person: &Person| {
        let answer = person.client.get("/api/user-history/me/searches").await.expect(200);
        answer.text.matches("\"activityType\":\"PROPERTY_SEARCHED\"").count()
    };
    assert_eq!(searches(&asha).await, 2);
    assert_eq!(searches(&ravi).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_is_found_by_the_direction_that_its_owner_wrote() {
    let app = patient().await;
    let owner = Person::register(&app.client, "owner").await;
    for (title, facing) in [("First", "East"), ("Second", "north-east facing"), ("Third", "the lake")] {
        home(&owner, title, json!({"facing": facing})).await;
    }
    let all = "/api/search/properties?sort=createdAt&facing=";
    assert_eq!(found(&owner.client, &format!("{all}east")).await, ["First"]);
    assert_eq!(found(&owner.client, &format!("{all}EAST,NORTH-EAST")).await, ["First", "Second"]);
    let counts = owner.client.get("/api/search/filters?facing=NORTH_EAST").await.expect(200);
    let told = json!([{"value": "EAST", "count": 1}, {"value": "NORTH_EAST", "count": 1}]);
    assert_eq!((&counts.data()["filters"]["facing"], &counts.data()["totalElements"]), (&told, &json!(1)));
    assert_eq!(found(&owner.client, "/api/search/properties?withPhotos=true").await, [""; 0]);
    assert_eq!(found(&owner.client, "/api/search/properties?withPhotos=false").await.len(), 3);
    app.client.get("/api/search/properties?facing=lake").await.expect(400);
    app.stop().await;
}
