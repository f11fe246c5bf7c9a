//! H25: each mistake has its own status, code and field, and no input causes a server error.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Person, TestApp};

use crate::{people, rows};

fn home() -> Value {
    json!({"title": "A home of mine", "location": "Kondapur", "price": 4_500_000, "propertyType": "APARTMENT"})
}

#[track_caller]
fn fields(answer: &Answer, names: &[&str]) {
    assert_eq!((answer.status, answer.code()), (400, "VALIDATION_FAILED"), "{}", answer.text);
    let errors = answer.body["error"]["fieldErrors"].as_object().unwrap();
    assert_eq!(errors.keys().map(String::as_str).collect::<Vec<_>>(), names, "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn h25_what_is_made_has_an_address() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let made = asha.client.post("/api/properties", &home()).await.expect(201);
    let location = made.header("location").unwrap();
    assert_eq!(location, format!("/api/properties/{}", made.data()["id"].as_str().unwrap()));
    assert!(made.header("etag").is_some() && made.header("x-event-position").is_some());
    asha.client.get(location).await.expect(200);
    let body = json!({"username": "ravi", "email": "ravi@example.com", "password": testkit::PASSWORD,
        "firstName": "Ravi", "lastName": "K"});
    let joined = app.client.post("/api/auth/register", &body).await.expect(201);
    let token = joined.data()["accessToken"].as_str().unwrap();
    app.client.bearer(token).get(joined.header("location").unwrap()).await.expect(200);
    assert_eq!(app.client.post("/api/auth/register", &body).await.expect(409).code(), "EMAIL_TAKEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn h25_everything_wrong_is_named_by_its_field() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let post = async |change: Value| {
        let mut body = home();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        asha.client.post("/api/properties", &body).await
    };
    fields(
        &asha.client.post("/api/properties", &json!({})).await,
        &["location", "price", "propertyType", "title"],
    );
    fields(
        &post(json!({"price": 0, "bedrooms": 51, "pincode": "12"})).await,
        &["bedrooms", "pincode", "price"],
    );
    fields(&post(json!({"price": -1})).await, &["price"]);
    fields(&post(json!({"price": "a lot"})).await, &["price"]);
    fields(
        &post(json!({"propertyType": "CASTLE", "listingType": "BARTER"})).await,
        &["listingType", "propertyType"],
    );
    fields(&post(json!({"latitude": 91, "longitude": 181})).await, &["latitude", "longitude"]);
    fields(&post(json!({"latitude": 17.4})).await, &["longitude"]);
    fields(&post(json!({"latitude": "NaN", "longitude": 78})).await, &["latitude"]);
    fields(
        &post(json!({"contactPhone": "123", "contactEmail": "nobody"})).await,
        &["contactEmail", "contactPhone"],
    );
    fields(&post(json!({"amenities": [1, 2]})).await, &["amenities"]);
    let made = post(json!({"price": "4500000", "bedrooms": "3", "areaSqft": "1200.5", "latitude": "17.4",
        "longitude": "78.3", "description": "", "amenities": "Lift, Gym"}));
    let made = made.await.expect(201);
    let numbers = ["price", "bedrooms", "areaSqft", "latitude"].map(|member| made.data()[member].clone());
    assert_eq!(json!(numbers), json!([4_500_000, 3, 1200.5, 17.4]));
    assert_eq!(made.data()["amenities"], json!(["Lift", "Gym"]));
    fields(
        &asha.client.put("/api/users/profile", &json!({"dateOfBirth": "yesterday"})).await,
        &["dateOfBirth"],
    );
    fields(
        &app.client.post("/api/auth/register", &json!({"email": "x"})).await,
        &["email", "password", "username"],
    );
    for (query, field) in [
        ("sortBy=owner", "sortBy"),
        ("sortBy=price%3Bdrop", "sortBy"),
        ("sort=-nothing", "sort"),
        ("sortDir=sideways", "sortDir"),
        ("size=0", "size"),
        ("page=-1", "page"),
        ("page=4000&size=100", "page"),
        ("cursor=made-up", "cursor"),
        ("pagee=1", "pagee"),
    ] {
        fields(&app.client.get(&format!("/api/properties?{query}")).await, &[field]);
    }
    app.client.get("/api/properties?sortBy=&size=1000&limit=&sortOrder=ASC").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn h25_each_mistake_has_its_status() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let made = asha.client.post("/api/properties", &home()).await.expect(201);
    let path = format!("/api/properties/{}", made.data()["id"].as_str().unwrap());
    let unknown = "/api/properties/01900000-0000-7000-8000-000000000000";
    for missing in [unknown, "/api/properties/nothing"] {
        assert_eq!(app.client.get(missing).await.expect(404).code(), "PROPERTY_NOT_FOUND");
    }
    assert_eq!(app.client.get("/api/nothing").await.expect(404).code(), "NO_SUCH_ROUTE");
    let wrong = app.client.delete("/api/properties").await.expect(405);
    assert_eq!(wrong.code(), "METHOD_NOT_ALLOWED");
    assert!(wrong.header("allow").is_some(), "{:?}", wrong.headers);
    let status = format!("{path}/status");
    let moved = asha.client.patch(&status, &json!({"status": "DRAFT"})).await.expect(409);
    assert_eq!(moved.code(), "STATUS_TRANSITION");
    fields(&asha.client.patch(&status, &json!({"status": "LOST"})).await, &["status"]);
    let put =
        async |tag: &str| asha.client.send(Method::PUT, &path, Some(&home()), &[("if-match", tag)]).await;
    assert_eq!(put("\"7-0\"").await.expect(412).code(), "VERSION_CHANGED");
    fields(&put("nonsense").await, &["If-Match"]);
    put(made.header("etag").unwrap()).await.expect(200);
    let text = [("content-type", "text/plain")];
    let answer = asha.client.send(Method::POST, "/api/properties", None, &text).await;
    fields(&answer, &["location", "price", "propertyType", "title"]);
    raw(&app, &asha).await;
    let key = [("idempotency-key", "key-1")];
    let mut body = home();
    let first = asha.client.send(Method::POST, "/api/properties", Some(&body), &key).await.expect(201);
    let again = asha.client.send(Method::POST, "/api/properties", Some(&body), &key).await.expect(201);
    assert_eq!(first.data()["id"], again.data()["id"]);
    body["price"] = 1.into();
    let reused = asha.client.send(Method::POST, "/api/properties", Some(&body), &key).await.expect(422);
    assert_eq!(reused.code(), "IDEMPOTENCY_KEY_REUSED");
    asha.client.delete(&path).await.expect(204);
    assert_eq!(asha.client.get(&path).await.expect(410).code(), "PROPERTY_REMOVED");
}

/// Bodies that are not JSON objects of a reasonable size.
async fn raw(app: &TestApp, asha: &Person) {
    let http = reqwest::Client::builder().timeout(std::time::Duration::from_secs(20)).build().unwrap();
    let send = async |media: &str, body: Vec<u8>| {
        let request = http.post(format!("{}/api/properties", app.base)).bearer_auth(asha.client.token());
        let answer = request.header("content-type", media).body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        (status, body["error"]["code"].as_str().unwrap().to_owned())
    };
    let is = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(send("text/plain", b"{}".to_vec()).await, is(415, "UNSUPPORTED_MEDIA_TYPE"));
    for body in [&b"{"[..], b"[]", b"7", b"{\"title\": \"\xff\"}"] {
        assert_eq!(send("application/json", body.to_vec()).await, is(400, "VALIDATION_FAILED"));
    }
    let large = format!("{{\"title\": \"{}\"}}", "x".repeat(2 * 1024 * 1024));
    assert_eq!(send("application/json", large.into_bytes()).await, is(413, "PAYLOAD_TOO_LARGE"));
}

/// Far more than a connection buffers. A server that responds without reading on would reset the connection.
#[tokio::test(flavor = "multi_thread")]
async fn h25_who_sends_too_much_still_hears_why() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let body = || ("application/json", vec![b' '; 20 * 1024 * 1024]);
    for (client, path, status) in [
        (&asha.client, "/api/properties", 413),
        (&app.client, "/api/auth/login", 413),
        (&app.client, "/api/nothing", 404),
        (&app.client, "/sign-in", 413),
    ] {
        let answer = client.send_bytes(Method::POST, path, body(), &[]).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h25_a_failure_is_a_problem_for_whoever_asks_for_one() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let accept = [("accept", "application/problem+json"), ("x-correlation-id", "test-4711")];
    let answer =
        asha.client.send(Method::POST, "/api/properties", Some(&json!({"title": "A home"})), &accept).await;
    assert_eq!((answer.status, answer.header("content-type")), (400, Some("application/problem+json")));
    let problem = &answer.body;
    assert_eq!((&problem["status"], &problem["code"]), (&json!(400), &json!("VALIDATION_FAILED")));
    assert_eq!(
        (&problem["instance"], &problem["correlationId"]),
        (&json!("/api/properties"), &json!("test-4711"))
    );
    assert_eq!(problem["errors"][0]["pointer"], "/location");
    assert_eq!(answer.header("x-correlation-id"), Some("test-4711"));
    let plain = asha.client.post("/api/properties", &json!({})).await;
    assert_eq!((&plain.body["success"], &plain.body["path"]), (&json!(false), &json!("/api/properties")));
    assert_eq!(plain.body["correlationId"].as_str(), plain.header("x-correlation-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn h25_no_input_is_a_failure_of_ours() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let bodies = [
        json!({}),
        json!([]),
        json!({"title": {"a": []}, "price": {}, "role": 7, "email": [], "password": 1}),
        json!({"userId": "x", "verificationCode": {}, "token": "a.b", "newPassword": "long enough", "status": null}),
        json!({"refreshToken": "é".repeat(400), "activityId": "x", "reason": "\u{0}", "email": "a@b.c\u{0}"}),
    ];
    let ids =
        ["x", "%00", "%F0%9F%8F%A0", "01900000-0000-7000-8000-000000000000", "..%2F..%2Fetc", "-1", "me"];
    let queries =
        ["", "?page=99999999999999999999", "?size=%FF", "?cursor=W10", "?cursor=WyJ4IiwieSJd", "?sort=%00"];
    for row in rows::built() {
        if row.goes_on()
            || row.path == "/api/auth/logout"
            || (row.method == Method::DELETE && row.path.starts_with("/api/users/"))
        {
            continue; // they would end the session that asks, or never end
        }
        for (turn, id) in ids.iter().enumerate() {
            let path = ["{id}", "{userId}", "{activityType}"]
                .iter()
                .fold(row.path.clone(), |path, name| path.replace(name, id));
            let body = &bodies[turn % bodies.len()];
            let query = if row.method == Method::GET { queries[turn % queries.len()] } else { "" };
            let answer =
                admin.client.send(row.method.clone(), &format!("{path}{query}"), Some(body), &[]).await;
            assert!(answer.status < 500, "{} {path}{query} {body}: {}", row.method, answer.text);
        }
    }
    app.drain().await;
    admin.client.get("/api/users/profile").await.expect(200);
}
