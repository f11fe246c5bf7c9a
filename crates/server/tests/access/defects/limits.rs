//! H9: limits, uniform responses, and text that is never interpreted.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, PASSWORD, Person, TestApp};

use crate::people;

#[track_caller]
fn limited(answer: &Answer) {
    assert_eq!((answer.status, answer.code()), (429, "RATE_LIMITED"), "{}", answer.text);
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

async fn login(app: &TestApp, body: Value) -> Answer {
    app.client.post("/api/auth/login", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn h09_an_account_takes_so_many_attempts_a_minute() {
    let app = TestApp::with(|_| {}, &[("limits.sign_in_per_account", "3")]).await;
    let (asha, ravi) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "ravi").await);
    let guesses = [
        json!({"email": asha.email, "password": "a wrong guess"}),
        json!({"emailOrUsername": asha.email.to_uppercase(), "password": "a wrong guess"}),
        // Members that the service ignores must not select another bucket.
        json!({"emailOrUsername": "  ", "username": "", "email": format!(" {} ", asha.email), "password": "a wrong guess"}),
    ];
    for guess in guesses {
        assert_eq!(login(&app, guess).await.status, 401);
    }
    let right = json!({"email": asha.email, "password": PASSWORD});
    limited(&login(&app, right.clone()).await);
    limited(&login(&app, json!({"emailOrUsername": null, "email": asha.email, "password": PASSWORD})).await);
    // A missing account is limited in the same way, and other accounts are not.
    for _ in 0..3 {
        let nobody = json!({"email": "nobody@example.com", "password": "a wrong guess"});
        assert_eq!(login(&app, nobody).await.status, 401);
    }
    limited(&login(&app, json!({"email": "nobody@example.com", "password": "a wrong guess"})).await);
    assert_eq!(login(&app, json!({"email": ravi.email, "password": PASSWORD})).await.status, 200);
    app.clock.advance(60);
    assert_eq!(login(&app, right).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn h09_an_address_takes_so_many_attempts_a_minute() {
    let limits = [("limits.sign_in_per_address", "4"), ("limits.registrations_per_address", "2")];
    let app = TestApp::with(|_| {}, &limits).await;
    Person::register(&app.client, "asha").await;
    let ravi = Person::register(&app.client, "ravi").await;
    let third = json!({"username": "third", "email": "third@example.com", "password": PASSWORD,
        "firstName": "Third", "lastName": "Person"});
    for path in ["/api/auth/register", "/api/users/register"] {
        limited(&app.client.post(path, &third).await);
        // Being signed in does not lift the limit.
        limited(&ravi.client.post(path, &third).await);
    }
    for guess in 0..2 {
        let body = json!({"email": format!("guess{guess}@example.com"), "password": "a wrong guess"});
        assert_eq!(login(&app, body).await.status, 401);
        let body = json!({"email": format!("guess{guess}@example.com")});
        assert_eq!(app.client.post("/api/auth/password-reset", &body).await.status, 202);
    }
    limited(&login(&app, json!({"email": ravi.email, "password": PASSWORD})).await);
    limited(&app.client.post("/api/auth/password-reset", &json!({"email": ravi.email})).await);
    app.clock.advance(60);
    app.client.post("/api/auth/register", &third).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn h09_calls_and_contacts_are_limited() {
    let limits = [
        ("limits.anonymous_per_second", "5"),
        ("limits.user_per_second", "5"),
        ("limits.user_burst", "12"),
        ("limits.contact_reveals_per_user", "2"),
    ];
    let app = TestApp::with(|_| {}, &limits).await;
    let asha = Person::register(&app.client, "asha").await;
    let ravi = Person::confirmed(&app, "ravi").await;
    let id = asha.list_home("A home to ask about", 4_000_000).await["id"].as_str().unwrap().to_owned();
    app.clock.advance(60);
    for _ in 0..5 {
        app.client.get("/api/properties").await.expect(200);
    }
    limited(&app.client.get("/api/properties").await);
    limited(&app.client.bearer("made up").get("/api/properties").await);
    let contact = format!("/api/properties/{id}/contact");
    for _ in 0..2 {
        ravi.client.get(&contact).await.expect(200);
    }
    limited(&ravi.client.get(&contact).await);
    asha.client.get(&contact).await.expect(200);
    let answers = async || ravi.client.get("/api/users/profile").await.status;
    let mut last = 200;
    for _ in 0..12 {
        last = answers().await;
    }
    assert_eq!(last, 429);
    app.clock.advance(1);
    assert_eq!(answers().await, 200);
    app.client.get("/api/properties").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn h09_every_answer_tells_how_the_limits_stand() {
    let limits = [
        ("limits.anonymous_per_second", "5"),
        ("limits.user_per_second", "4"),
        ("limits.user_burst", "12"),
        ("limits.contact_reveals_per_user", "2"),
        ("limits.sign_in_per_account", "3"),
    ];
    let app = TestApp::with(|_| {}, &limits).await;
    let asha = Person::register(&app.client, "asha").await;
    let ravi = Person::confirmed(&app, "ravi").await;
    let id = asha.list_home("A home to ask about", 4_000_000).await["id"].as_str().unwrap().to_owned();
    app.clock.advance(60);
    let told = |answer: &Answer| {
        ["ratelimit-policy", "ratelimit"].map(|name| answer.header(name).unwrap_or_default().to_owned())
    };
    for (left, wait) in [(4, 1), (3, 1), (2, 1), (1, 1), (0, 1), (0, 1)] {
        let answer = app.client.get("/api/properties").await;
        let expected = [r#""address";q=5;w=1"#.to_owned(), format!(r#""address";r={left};t={wait}"#)];
        assert_eq!(told(&answer), expected, "{}", answer.status);
    }
    let contact = format!("/api/properties/{id}/contact");
    let answer = ravi.client.get(&contact).await.expect(200);
    assert_eq!(
        told(&answer),
        [r#""contact";q=2;w=60, "person";q=12;w=3"#, r#""contact";r=1;t=30, "person";r=11;t=1"#]
    );
    ravi.client.get(&contact).await.expect(200);
    let refused = ravi.client.get(&contact).await.expect(429);
    assert_eq!(told(&refused)[1], r#""contact";r=0;t=30"#);
    assert_eq!(refused.header("retry-after"), Some("30"));
    app.clock.advance(60);
    let answer = login(&app, json!({"email": asha.email, "password": PASSWORD})).await.expect(200);
    assert!(told(&answer)[1].contains(r#""sign-in-account";r=2;t=20"#), "{:?}", told(&answer));
}

/// A response without the parts that differ for each request.
fn uniform(answer: &Answer) -> (u16, Value, Vec<String>) {
    let mut body = answer.body.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("correlationId");
        members.remove("timestamp");
    }
    let mut headers: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    headers.sort();
    (answer.status, body, headers)
}

#[tokio::test(flavor = "multi_thread")]
async fn h09_sign_in_and_reset_do_not_tell_who_has_an_account() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let (asha, gone) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "gone").await);
    let away = Person::register(&app.client, "away").await;
    gone.client.delete("/api/users/profile").await.expect(204);
    let status = format!("/api/users/{}/status", away.id);
    admin.client.patch(&status, &json!({"status": "SUSPENDED"})).await.expect(200);
    let names = [&*asha.email, "asha", &gone.email, &away.email, "nobody@example.com", "nobody"];
    let mut signs = Vec::new();
    for name in names {
        signs
            .push(uniform(&login(&app, json!({"emailOrUsername": name, "password": "a wrong guess"})).await));
    }
    assert!(signs.iter().all(|answer| *answer == signs[0]), "{signs:#?}");
    assert_eq!(signs[0].0, 401);
    let mut resets = Vec::new();
    for email in [&*asha.email, &gone.email, &away.email, "nobody@example.com"] {
        resets.push(uniform(&app.client.post("/api/auth/password-reset", &json!({"email": email})).await));
    }
    assert!(resets.iter().all(|answer| *answer == resets[0]), "{resets:#?}");
    assert_eq!(resets[0].0, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn h09_what_people_type_is_text_on_every_page() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let body = json!({"title": "<script>alert('title')</script>", "price": 6_500_000, "propertyType": "VILLA",
        "location": "\"><img src=x onerror=alert(1)>", "description": "</p><svg onload=alert(2)> & so on",
        "amenities": ["<b>Lift</b>"], "facing": "<i>East</i>", "contactName": "<u>Owner</u>"});
    let made = owner.client.post("/api/properties", &body).await.expect(201);
    let id = made.data()["id"].as_str().unwrap();
    app.drain().await;
    for page in ["/".to_owned(), "/homes".into(), format!("/homes/{id}")] {
        let answer = app.client.open(&page).await.expect(200);
        assert!(answer.text.contains("alert("), "{page} shows the home");
        for raw in ["<script>alert", "<img src=x", "<svg onload", "<b>Lift", "<i>East", "<u>Owner"] {
            assert!(!answer.text.contains(raw), "{page}: {raw}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert!(
            policy.contains("object-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    // Data must never be interpreted as a page.
    let data = app.client.get(&format!("/api/properties/{id}")).await.expect(200);
    assert_eq!(data.header("content-type"), Some("application/json"));
    assert_eq!(data.header("content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'"));
    assert_eq!(data.header("x-content-type-options"), Some("nosniff"));
    let search = app.client.send(Method::GET, "/homes?q=<script>alert(3)</script>", None, &[]).await;
    assert!(!search.text.contains("<script>alert"), "{}", search.text);
}

/// An import beside a running server was 25 times slower than one into the data directory.
#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_calls_as_often_as_the_server_can_answer() {
    let settings = [
        ("limits.user_per_second", "1"),
        ("limits.user_burst", "3"),
        ("admin_email", testkit::ADMIN),
        ("admin_password", PASSWORD),
    ];
    let app = TestApp::with(|_| {}, &settings).await;
    let admin = Person::enter(&app.client, testkit::ADMIN).await;
    let asha = Person::register(&app.client, "asha").await;
    for _ in 0..9 {
        admin.client.get("/api/users/profile").await.expect(200);
    }
    for _ in 0..3 {
        asha.client.get("/api/users/profile").await.expect(200);
    }
    limited(&asha.client.get("/api/users/profile").await);
}
