//! The requests of each side, and what must not be in the responses.

use reqwest::Method;
use serde_json::json;
use testkit::{Answer, Client, PASSWORD, Person, TestApp};

use super::{Side, sides};
use crate::{people, rows};

/// A response to one side contains nothing of `other`.
#[track_caller]
fn tells_nothing(what: &str, answer: &Answer, other: &Side) {
    let area = other.home["location"].as_str().unwrap();
    // The first page names places in its examples of searches.
    let area = Some(area).filter(|_| what != "/");
    for secret in [other.id(), &other.asha.id, &other.ravi.id].into_iter().chain(area) {
        assert!(!answer.text.contains(secret), "{what} tells {secret}: {}", answer.text);
    }
}

/// Every GET, for a side's own things.
fn reads(side: &Side) -> Vec<String> {
    let fill = |row: &rows::Row| {
        let id = if row.path.starts_with("/api/users/") { &*side.ravi.id } else { side.id() };
        let user = if row.service == "history" { &side.ravi.id } else { &side.asha.id };
        row.path.replace("{id}", id).replace("{userId}", user).replace("{activityType}", "PROPERTY_FAVORITED")
    };
    // The event catalogue is the same file for everybody, and its examples name places.
    let is_asked =
        |row: &rows::Row| row.method == Method::GET && !row.goes_on() && row.path != "/asyncapi.yaml";
    let gets = rows::built().into_iter().filter(is_asked);
    gets.map(|row| fill(&row))
        .chain(["/".to_owned(), "/homes".into(), format!("/homes/{}", side.id())])
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_people_of_two_tenants_see_their_own_things_only() {
    let (app, [first, second]) = sides().await;
    assert_eq!(
        (first.home["city"].as_str(), second.home["city"].as_str()),
        (Some("Hyderabad"), Some("Warangal"))
    );
    let admins = [admin_of(&app, &first).await, admin_of(&app, &second).await];
    for (side, other, admin) in [(&first, &second, &admins[0]), (&second, &first, &admins[1])] {
        let mut shown = 0;
        for path in reads(side) {
            for client in [&side.anyone, &side.asha.client, &side.ravi.client, &admin.client] {
                let answer = client.open(&path).await;
                tells_nothing(&path, &answer, other);
                shown += usize::from(answer.status == 200);
            }
        }
        assert!(shown > 100, "{shown} answers only: the test asks for the wrong things");
        let list = side.anyone.get("/api/properties").await.expect(200);
        assert_eq!(list.data()["totalElements"], 1);
        let favourites = side.ravi.client.get("/api/properties/favorites").await.expect(200);
        assert_eq!(favourites.data()["content"][0]["id"], side.home["id"]);
        let (_, welcome) = side.ravi.sign_in().await;
        tells_nothing("a sign-in", &welcome, other);
        assert_eq!(welcome.data()["user"]["id"], *side.ravi.id);
        for search in ["/api/users", "/api/users?search=asha", "/api/users/search?query=ravi%40example.com"] {
            let found = admin.client.get(search).await.expect(200);
            tells_nothing(search, &found, other);
            assert!(found.data()["totalElements"].as_u64().unwrap() > 0, "{search}");
        }
    }
}

/// An admin of the side's tenant. The settings create one only in the default tenant. The other tenant's admin
/// gets their role through a token signed with the application's key.
pub async fn admin_of(app: &TestApp, side: &Side) -> Person {
    if side.tenant == *app.context.tenants.default_id() {
        return people::sign_in(&side.anyone, people::ADMIN).await;
    }
    let person = Person::register(&side.anyone, "root").await;
    let token = people::tokens(app).issue(
        &side.tenant,
        person.id.parse().unwrap(),
        domain::Ids.id(app.clock.now()),
        domain::user::Role::Admin,
        0,
    );
    Person { client: side.anyone.bearer(&token.unwrap()), ..person }
}

/// Every operation on a thing or a person of the other side, by its id.
fn across(side: &Side) -> Vec<(Method, String)> {
    let fill = |row: rows::Row| {
        let id = if row.path.starts_with("/api/users/") { &*side.ravi.id } else { side.id() };
        let path = row.path.replace("{id}", id).replace("{userId}", &side.ravi.id);
        (row.method, path.replace("{activityType}", "PROPERTY_FAVORITED"))
    };
    let named = |row: &rows::Row| row.path.contains("{id}") || row.path.contains("{userId}");
    let operations = rows::built().into_iter().filter(named).filter(|row| row.service != "operations");
    operations.filter(|row| !row.path.contains("/sessions/")).map(fill).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_another_tenant_does_not_exist_even_for_an_admin() {
    let (app, [first, second]) = sides().await;
    let admins = [admin_of(&app, &first).await, admin_of(&app, &second).await];
    for (side, other, admin) in [(&first, &second, &admins[0]), (&second, &first, &admins[1])] {
        for (method, path) in across(other) {
            for client in [&side.anyone, &side.ravi.client, &admin.client] {
                foreign(client, method.clone(), &path, other).await;
            }
        }
        let second_session = other.ravi.sign_in().await.0;
        let sessions = second_session.client.get("/api/auth/sessions").await.expect(200);
        for session in sessions.data().as_array().unwrap() {
            let path = format!("/api/auth/sessions/{}", session["id"].as_str().unwrap());
            side.ravi.client.delete(&path).await.expect(404);
        }
    }
    app.drain().await;
    for side in [&first, &second] {
        let home = side.asha.client.get(&format!("/api/properties/{}", side.id())).await.expect(200);
        assert_eq!((&home.data()["title"], &home.data()["version"]), (&side.home["title"], &json!(1)));
        assert_eq!(home.data()["favoritesCount"], 1);
        assert_eq!(side.asha.client.get("/api/users/profile").await.expect(200).data()["role"], "USER");
    }
}

/// Lists are empty. Everything else is refused or not found.
async fn foreign(client: &Client, method: Method, path: &str, other: &Side) {
    let body = json!({"title": "A home taken over", "location": "Elsewhere", "price": 1, "propertyType": "VILLA",
        "role": "ADMIN", "status": "SOLD", "reason": "because", "firstName": "Taken", "activityId": other.id()});
    let answer = client.send(method.clone(), path, Some(&body), &[]).await;
    let data = answer.data();
    let empty = data["empty"] == true || data["totalActivities"] == 0 || nothing_in(data);
    let refused = [400, 401, 403, 404].contains(&answer.status);
    assert!(refused || (answer.status == 200 && empty), "{method} {path}: {} {}", answer.status, answer.text);
    let area = other.home["location"].as_str().unwrap();
    assert!(!answer.text.contains(area), "{method} {path}: {}", answer.text);
}

/// Whether a history is empty: no array has entries.
fn nothing_in(data: &serde_json::Value) -> bool {
    match data {
        serde_json::Value::Array(items) => items.is_empty(),
        serde_json::Value::Object(members) => {
            members.values().all(|value| !value.is_array() || nothing_in(value))
        }
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_at_its_own_host_only() {
    let (app, [first, second]) = sides().await;
    for (side, host) in [(&first, "second.test"), (&second, "first.test")] {
        let away = app.client.at(host);
        let abroad = side.ravi.client.at(host);
        for row in rows::built().into_iter().filter(|row| row.who != "P") {
            let id = if row.path.starts_with("/api/properties") { side.id() } else { &*side.ravi.id };
            let path = row.path.replace("{id}", id).replace("{userId}", &side.ravi.id);
            let answer = abroad.send(row.method.clone(), &path, Some(&json!({})), &[]).await;
            assert_eq!(answer.status, 401, "{} at {host}: {}", row.name(), answer.text);
        }
        assert_eq!(abroad.get("/api/properties").await.status, 401);
        let refresh = json!({"refreshToken": side.ravi.refresh});
        assert_eq!(away.post("/api/auth/refresh", &refresh).await.status, 401);
        side.anyone.post("/api/auth/refresh", &refresh).await.expect(200);
        let code = people::mailed(&app, &side.tenant, &side.asha, "verify-email").await;
        let confirm = json!({"userId": side.asha.id, "verificationCode": code});
        assert_eq!(away.post("/api/auth/verify-email", &confirm).await.status, 400);
        side.anyone.post("/api/auth/verify-email", &confirm).await.expect(200);
    }
    let service = people::service(&app);
    let path = format!("/api/users/{}/property-count", second.ravi.id);
    service.at("second.test").post(&path, &json!({})).await.expect(401);
    service.at("first.test").post(&path, &json!({})).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_passwords_and_keys_are_a_tenants_own() {
    let (app, [first, second]) = sides().await;
    assert_ne!(first.ravi.id, second.ravi.id);
    // A password changed in one tenant is not changed in the other. An account closed in one stays open in the
    // other.
    first.anyone.post("/api/auth/password-reset", &json!({"email": first.ravi.email})).await.expect(202);
    let token = people::mailed(&app, &first.tenant, &first.ravi, "password-reset").await;
    let confirm = json!({"token": token, "newPassword": "quite another phrase"});
    assert_eq!(second.anyone.post("/api/auth/password-reset/confirm", &confirm).await.status, 400);
    first.anyone.post("/api/auth/password-reset/confirm", &confirm).await.expect(200);
    let old = json!({"email": first.ravi.email, "password": PASSWORD});
    assert_eq!(first.anyone.post("/api/auth/login", &old).await.status, 401);
    second.anyone.post("/api/auth/login", &old).await.expect(200);
    second.ravi.client.get("/api/users/profile").await.expect(200);
    first.asha.client.delete("/api/users/profile").await.expect(204);
    app.drain().await;
    first.anyone.get(&format!("/api/properties/{}", first.id())).await.expect(410);
    second.anyone.get(&format!("/api/properties/{}", second.id())).await.expect(200);
    second.asha.client.get("/api/users/profile").await.expect(200);
    // An idempotency key of one tenant has no meaning in the other.
    let body =
        json!({"title": "A home with a key", "location": "Somewhere", "price": 1, "propertyType": "VILLA"});
    let key = [("idempotency-key", "the same key")];
    let ravi = people::sign_in(&second.anyone, &second.ravi.email).await;
    let other = Person::register(&first.anyone, "third").await;
    let here = other.client.send(Method::POST, "/api/properties", Some(&body), &key).await.expect(201);
    let there = ravi.client.send(Method::POST, "/api/properties", Some(&body), &key).await.expect(201);
    assert_ne!(here.data()["id"], there.data()["id"]);
}
