//! People for tests: registered over HTTP like anybody else.

use serde_json::{Value, json};

use crate::http::{Answer, Client};

/// The password of everybody in tests.
pub const PASSWORD: &str = "a long and private phrase";

/// The administrator of [`WITH_ADMIN`].
pub const ADMIN: &str = "root@example.com";

/// Settings under which there is an administrator and no limits.
pub const WITH_ADMIN: [(&str, &str); 3] =
    [("limits.enabled", "false"), ("admin_email", ADMIN), ("admin_password", PASSWORD)];

/// A signed-in person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// Their e-mail address.
    pub email: String,
    /// Speaks with their token.
    pub client: Client,
    /// Their refresh token.
    pub refresh: String,
}

impl Person {
    /// Registers `{name}@example.com`.
    pub async fn register(client: &Client, name: &str) -> Self {
        Self::register_at(client, name, &[]).await
    }

    /// Registers with further headers, such as another `host`.
    pub async fn register_at(client: &Client, name: &str, headers: &[(&str, &str)]) -> Self {
        let email = format!("{name}@example.com");
        let body = json!({"username": name, "email": email, "password": PASSWORD, "firstName": "Sample",
            "lastName": "Person"});
        let answer =
            client.send(reqwest::Method::POST, "/api/auth/register", Some(&body), headers).await.expect(201);
        Self::of(client, &answer, email)
    }

    /// Signs in somebody who has an account, with [`PASSWORD`].
    pub async fn enter(client: &Client, email: &str) -> Self {
        let nobody = Self {
            id: String::new(),
            email: email.to_owned(),
            client: client.clone(),
            refresh: String::new(),
        };
        nobody.sign_in().await.0
    }

    /// Signs in again: a new session, and the answer with the history.
    pub async fn sign_in(&self) -> (Self, Answer) {
        let body = json!({"email": self.email, "password": PASSWORD});
        let answer = self.client.post("/api/auth/login", &body).await.expect(200);
        (Self::of(&self.client, &answer, self.email.clone()), answer)
    }

    fn of(client: &Client, answer: &Answer, email: String) -> Self {
        let data = answer.data();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let client = client.bearer(&text(&data["accessToken"]));
        Self { id: text(&data["user"]["id"]), email, client, refresh: text(&data["refreshToken"]) }
    }

    /// Lists a home; gives its document.
    pub async fn list_home(&self, title: &str, price: u64) -> Value {
        let body = json!({"title": title, "location": "Kondapur", "price": price, "propertyType": "APARTMENT",
            "bedrooms": 2, "areaSqft": 1200, "contactName": "Owner", "contactPhone": "9876543210"});
        self.client.post("/api/properties", &body).await.expect(201).data().clone()
    }
}
