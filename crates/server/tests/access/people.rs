//! People with every role, services, and codes from e-mails that were never sent.

use domain::Ids;
use http_kit::Tokens;
use serde_json::json;
pub use testkit::{ADMIN, WITH_ADMIN, mailed};
use testkit::{Client, Person, TestApp};

/// An application with an admin.
pub async fn app() -> TestApp {
    TestApp::with(|_| {}, &WITH_ADMIN).await
}

/// Signs in a person who has an account.
pub async fn sign_in(client: &Client, email: &str) -> Person {
    Person::enter(client, email).await
}

/// The admin, signed in.
pub async fn admin(app: &TestApp) -> Person {
    sign_in(&app.client, ADMIN).await
}

/// Registers a person with a role and signs them in with it.
pub async fn with_role(client: &Client, admin: &Person, name: &str, role: &str) -> Person {
    let person = Person::register(client, name).await;
    let path = format!("/api/users/{}/role", person.id);
    admin.client.patch(&path, &json!({"role": role})).await.expect(200);
    sign_in(client, &person.email).await
}

/// Tokens signed with the application's own key, but issued outside of it.
pub fn tokens(app: &TestApp) -> Tokens {
    let key = std::fs::read(app.data_dir().join("keys/jwt.der")).unwrap();
    Tokens::new(&key, app.clock.clone(), 600).unwrap()
}

/// An internal service.
pub fn service(app: &TestApp) -> Client {
    let id = Ids.id(app.clock.now());
    app.client.bearer(&tokens(app).issue_internal(app.context.tenants.default_id(), id).unwrap())
}

/// [`mailed`] in the default tenant.
pub async fn code(app: &TestApp, person: &Person, purpose: &str) -> String {
    mailed(app, app.context.tenants.default_id(), person, purpose).await
}

/// The activity types in a person's own history, newest first.
pub async fn history(person: &Person) -> Vec<String> {
    let answer = person.client.get("/api/user-history/me?size=100").await.expect(200);
    assert_eq!(answer.header("x-stale"), None);
    let entries = answer.data()["activities"].as_array().unwrap();
    entries.iter().map(|entry| entry["activityType"].as_str().unwrap().to_owned()).collect()
}

/// The token of an e-mail of `kind` that stops such e-mails, in the default tenant.
pub fn stop_token(app: &TestApp, person: &Person, kind: &str) -> String {
    let tenant = app.context.tenants.default_id();
    let code =
        app.context.aggregates.keys().mail_token("stop-emails", tenant, person.id.parse().unwrap(), kind);
    format!("{}.{kind}.{code}", person.id)
}
