//! Conditional and partial requests (RFC 9110 13 and 14), compressed answers, other origins, and bodies with a byte
//! order mark.

#![expect(clippy::case_sensitive_file_extension_comparisons, reason = "names are as the server writes them")]

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Client, Person, TestApp};

async fn put(client: &Client, path: &str, headers: &[(&str, &str)]) -> u16 {
    let body =
        json!({"title": "Two rooms", "location": "Uppal", "price": 5_000_000, "propertyType": "APARTMENT"});
    client.send(Method::PUT, path, Some(&body), headers).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_applies_only_to_what_its_conditions_name() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let home = asha.list_home("Two rooms", 5_000_000).await;
    let path = format!("/api/properties/{}", home["id"].as_str().unwrap());
    let client = &asha.client;
    assert_eq!(put(client, &path, &[("if-none-match", "*")]).await, 412);
    let tag = async || client.get(&path).await.header("etag").unwrap().to_owned();
    let now = tag().await;
    for (name, value, status) in [
        ("if-match", format!("\"77\", {now}"), 200),
        ("if-match", "\"77\", \"not-ours\"".to_owned(), 412),
        ("if-match", format!("\"a,b\",{now}"), 412),
        ("if-match", "nonsense".to_owned(), 400),
        ("if-none-match", "\"77\", \"other\"".to_owned(), 200),
        ("if-none-match", "nonsense".to_owned(), 400),
    ] {
        assert_eq!(put(client, &path, &[(name, &value)]).await, status, "{name}: {value}");
    }
    let now = tag().await;
    assert_eq!(put(client, &path, &[("if-none-match", &now)]).await, 412);
    assert_eq!(put(client, &path, &[("if-match", "*"), ("if-none-match", "\"1\"")]).await, 200);
    // The same for every command: a status, a profile, a removal.
    let status = json!({"status": "INACTIVE"});
    let headers = [("if-none-match", "*")];
    client.send(Method::PATCH, &format!("{path}/status"), Some(&status), &headers).await.expect(412);
    client
        .send(Method::PUT, "/api/users/profile", Some(&json!({"firstName": "A"})), &headers)
        .await
        .expect(412);
    client.send(Method::DELETE, &path, None, &headers).await.expect(412);
    // What does not exist yet may be made.
    let body =
        json!({"title": "Three rooms", "location": "Uppal", "price": 5_000_000, "propertyType": "APARTMENT"});
    client.send(Method::POST, "/api/properties", Some(&body), &headers).await.expect(201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_sent_for_get_only() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let image = image::DynamicImage::new_rgb8(40, 30);
    let mut png = Vec::new();
    image.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let mut body =
        b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n".to_vec();
    body.extend(png);
    body.extend(b"\r\n--x--\r\n");
    let media = "multipart/form-data; boundary=x";
    let stored =
        asha.client.send_bytes(Method::POST, "/api/files/upload", (media, body), &[]).await.expect(201);
    let path = format!("/api/files/{}", stored.data()["id"].as_str().unwrap());
    let part = [("range", "bytes=0-0")];
    let got = asha.client.bytes(&path, &part).await;
    assert_eq!((got.0, got.2.len()), (206, 1));
    let head = asha.client.send(Method::HEAD, &path, None, &part).await.expect(200);
    assert_eq!(head.header("content-range"), None);
    // Images are compressed already.
    let (status, headers, bytes) = asha.client.bytes(&path, &[("accept-encoding", "br, gzip")]).await;
    assert_eq!((status, headers.get("content-encoding")), (200, None));
    assert_eq!(headers["content-length"], bytes.len().to_string().as_str());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed_and_their_tags_stay_comparable() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let mut path = String::new();
    for n in 0..12 {
        let home = asha.list_home(&format!("Two rooms, number {n}"), 5_000_000).await;
        path = format!("/api/properties/{}", home["id"].as_str().unwrap());
    }
    let css = app.client.get("/").await.text;
    let css = css.split('"').find(|text| text.ends_with(".css")).unwrap().to_owned();
    let ask = async |path: &str, accept: &str| {
        let (status, headers, bytes) = asha.client.bytes(path, &[("accept-encoding", accept)]).await;
        assert_eq!(status, 200, "{path}");
        let coding = headers.get("content-encoding").map(|it| it.to_str().unwrap().to_owned());
        let varies = headers
            .get_all("vary")
            .iter()
            .any(|it| it.to_str().unwrap().to_lowercase().contains("accept-encoding"));
        (coding.unwrap_or_default(), varies, bytes.len())
    };
    for path in ["/api/properties", "/homes", &css, "/v3/api-docs"] {
        let plain = ask(path, "identity").await;
        assert_eq!((&*plain.0, plain.1), ("", true), "{path}");
        for coding in ["br", "gzip"] {
            let small = ask(path, &format!("{coding}, identity;q=0.5")).await;
            assert_eq!((&*small.0, small.1), (coding, true), "{path}");
            assert!(small.2 * 2 < plain.2, "{path}: {} of {}", small.2, plain.2);
        }
    }
    // Secrets are not: not even together with what the caller sent.
    let body = json!({"email": asha.email, "password": testkit::PASSWORD});
    let headers = [("accept-encoding", "br, gzip")];
    let entered = app.client.send(Method::POST, "/api/auth/login", Some(&body), &headers).await.expect(200);
    assert_eq!(entered.header("content-encoding"), None);
    assert!(entered.text.len() > 1024);
    // The tag of a compressed answer is another one, and all conditions accept it.
    let long = json!({"title": "Two rooms", "location": "Uppal", "price": 5_000_000, "propertyType": "APARTMENT",
        "description": "All rooms are bright. ".repeat(60)});
    asha.client.put(&path, &long).await.expect(200);
    let got = asha.client.send(Method::GET, &path, None, &[]).await.expect(200);
    let plain = got.header("etag").unwrap().to_owned();
    let (_, headers, _) = asha.client.bytes(&path, &[("accept-encoding", "br")]).await;
    let tag = headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(tag, format!("{}-br\"", plain.strip_suffix('"').unwrap()));
    for held in [&tag, &plain] {
        let headers = [("accept-encoding", "br"), ("if-none-match", held.as_str())];
        let same = asha.client.send(Method::GET, &path, None, &headers).await.expect(304);
        assert_eq!(same.header("etag"), Some(held.as_str()));
    }
    asha.client.send(Method::PUT, &path, Some(&long), &[("if-match", &tag)]).await.expect(200);
    asha.client.send(Method::PUT, &path, Some(&long), &[("if-none-match", "*")]).await.expect(412);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_origins_may_send_what_their_clients_send() {
    let app = TestApp::start().await;
    for origin in ["http://localhost:3000", "http://127.0.0.1:3000"] {
        let asked = "authorization,content-type,x-user-id,x-session-id,last-event-id,idempotency-key";
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", asked),
        ];
        let told = app.client.send(Method::OPTIONS, "/api/properties", None, &headers).await;
        assert_eq!(told.header("access-control-allow-origin"), Some(origin));
        let allowed = told.header("access-control-allow-headers").unwrap().to_lowercase();
        for name in asked.split(',') {
            assert!(allowed.split(',').any(|one| one.trim() == name), "{name} is not in {allowed}");
        }
        for path in ["/api/properties", "/v3/api-docs", "/asyncapi.yaml"] {
            let told = app.client.send(Method::GET, path, None, &[("origin", origin)]).await.expect(200);
            assert_eq!(told.header("access-control-allow-origin"), Some(origin), "{path}");
            let plain = app.client.get(path).await;
            assert!(plain.header("vary").unwrap().contains("origin"), "{path}");
        }
    }
    let headers = [("origin", "http://evil.example"), ("access-control-request-method", "GET")];
    let told = app.client.send(Method::OPTIONS, "/api/properties", None, &headers).await;
    assert_eq!(told.header("access-control-allow-origin"), None);
    // Such headers say nothing about who calls.
    let (asha, ravi) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "ravi").await);
    let headers = [("x-user-id", asha.id.as_str()), ("x-session-id", "1")];
    app.client.send(Method::GET, "/api/users/profile", None, &headers).await.expect(401);
    let told = ravi.client.send(Method::GET, "/api/users/profile", None, &headers).await.expect(200);
    assert_eq!(told.data()["id"], ravi.id.as_str());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_with_a_byte_order_mark_is_read() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let home =
        json!({"title": "Two rooms", "location": "Uppal", "price": 5_000_000, "propertyType": "APARTMENT"});
    let marked = |value: &Value| format!("\u{feff}{value}").into_bytes();
    let json = "application/json";
    asha.client.send_bytes(Method::POST, "/api/properties", (json, marked(&home)), &[]).await.expect(201);
    let entering = json!({"email": asha.email, "password": testkit::PASSWORD});
    app.client.send_bytes(Method::POST, "/api/auth/login", (json, marked(&entering)), &[]).await.expect(200);
    let utf_16: Vec<u8> = format!("\u{feff}{home}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let refused =
        asha.client.send_bytes(Method::POST, "/api/properties", (json, utf_16), &[]).await.expect(400);
    assert!(refused.text.contains("UTF-8"), "{}", refused.text);
    app.stop().await;
}

/// The read model of the listings stands still, and still nobody sees what is gone.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_removed_or_off_the_market_is_shown_to_nobody_any_more() {
    let app = TestApp::with(|_| {}, &testkit::WITH_ADMIN).await;
    let admin = Person::enter(&app.client, testkit::ADMIN).await;
    let (asha, ravi) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "ravi").await);
    let mut paths = Vec::new();
    for n in 0..2 {
        let home = asha.list_home(&format!("Home {n}"), 5_000_000).await;
        paths.push(format!("/api/properties/{}", home["id"].as_str().unwrap()));
    }
    for path in &paths {
        app.client.get(path).await.expect(200);
    }
    let group = "/api/v1/admin/consumers/properties-service-group/pause";
    admin.client.post(group, &json!({"reason": "a test"})).await;
    asha.client.delete(&paths[0]).await.expect(204);
    asha.client.patch(&format!("{}/status", paths[1]), &json!({"status": "INACTIVE"})).await.expect(200);
    for client in [&app.client, &ravi.client, &admin.client] {
        client.get(&paths[0]).await.expect(410);
    }
    for client in [&app.client, &ravi.client] {
        let told = client.get(&paths[1]).await.expect(200);
        assert_eq!(told.data()["status"], "INACTIVE", "{}", told.text);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_far_beyond_a_list_says_so() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    asha.list_home("Two rooms", 5_000_000).await;
    // Their own lists wait for what they wrote.
    asha.client.get("/api/properties").await.expect(200);
    for (page, words) in [
        ("999", "There is no page 999: the list has 1 page."),
        ("4000000000", "There is no page 4000000000: the list has 1 page."),
        ("99999999999", "There is no page “99999999999”"),
        ("0", "There is no page “0”"),
    ] {
        let told = app.client.get(&format!("/homes?page={page}")).await.expect(200);
        assert!(told.text.contains(words), "{page}: {}", told.text);
    }
    let body = json!({"title": "Land in Uppal", "location": "Uppal", "price": 5_000_000, "propertyType": "PLOT", "area": 1200,
        "areaUnit": "SQYD"});
    asha.client.post("/api/properties", &body).await.expect(201);
    asha.client.get("/api/properties").await.expect(200);
    let told = app.client.get("/homes?rooms=3").await.expect(200).text;
    assert!(told.contains("This page does not know “rooms” in its address"), "{told}");
    assert!(told.contains("1,200 sq yd"), "{told}");
    app.stop().await;
}
