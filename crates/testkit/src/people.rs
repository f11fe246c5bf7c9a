//! People for tests. They register over HTTP like any other user.

use std::time::Duration;

use domain::{StreamId, TenantId, UserId};
use serde_json::{Value, json};

use crate::TestApp;
use crate::drain::until;
use crate::http::{Answer, Client};

/// Everybody's password in tests.
pub const PASSWORD: &str = "a long and private phrase";

/// The administrator of [`WITH_ADMIN`].
pub const ADMIN: &str = "root@example.com";

/// Settings with an administrator and without limits.
pub const WITH_ADMIN: [(&str, &str); 3] =
    [("limits.enabled", "false"), ("admin_email", ADMIN), ("admin_password", PASSWORD)];

/// A signed-in person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// Their e-mail address.
    pub email: String,
    /// A client with their token.
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

    /// Registers, and confirms the e-mail address.
    pub async fn confirmed(app: &TestApp, name: &str) -> Self {
        let person = Self::register(&app.client, name).await;
        person.confirm(app).await;
        person
    }

    /// Confirms the address with the code from the e-mail, in the default tenant.
    pub async fn confirm(&self, app: &TestApp) {
        let code = mailed(app, app.context.tenants.default_id(), self, "verify-email").await;
        let body = json!({"userId": self.id, "verificationCode": code});
        app.client.post("/api/auth/verify-email", &body).await.expect(200);
    }

    /// The same with the code from the mailbox, which `admin` reads.
    pub async fn confirm_by_mailbox(&self, admin: &Self) {
        let code = until("a letter with a code", Duration::from_mins(1), async || {
            let shown = admin.client.get("/api/v1/admin/mailbox").await.expect(200).data().clone();
            let own =
                shown.as_array()?.iter().find(|l| l["to"] == *self.email && l["channel"] == "email")?.clone();
            let (_, rest) = own["body"].as_str()?.split_once("&code=")?;
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            Some(rest.chars().take_while(|c| plain(*c)).collect::<String>())
        });
        let body = json!({"userId": self.id, "verificationCode": code.await});
        self.client.post("/api/auth/verify-email", &body).await.expect(200);
    }

    /// Signs in to an existing account, with [`PASSWORD`].
    pub async fn enter(client: &Client, email: &str) -> Self {
        let nobody = Self {
            id: String::new(),
            email: email.to_owned(),
            client: client.clone(),
            refresh: String::new(),
        };
        nobody.sign_in().await.0
    }

    /// Signs in again. Returns the person with a new session, and the response, which contains the history.
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

    /// The same person with a separate browser that shares no connection.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self { client: self.client.apart(), ..self.clone() }
    }

    /// Lists a home and returns its document.
    pub async fn list_home(&self, title: &str, price: u64) -> Value {
        let body = json!({"title": title, "location": "Kondapur", "price": price, "propertyType": "APARTMENT",
            "bedrooms": 2, "areaSqft": 1200, "contactName": "Owner", "contactPhone": "9876543210"});
        self.client.post("/api/properties", &body).await.expect(201).data().clone()
    }
}

/// The code from an e-mail to `person`. Purposes are `verify-email` and `password-reset`.
pub async fn mailed(app: &TestApp, tenant: &TenantId, person: &Person, purpose: &str) -> String {
    let user: UserId = person.id.parse().unwrap();
    let aggregates = &app.context.aggregates;
    let events = aggregates.journal().read_stream(&StreamId::new(tenant, "user", user), 0).await.unwrap();
    let member = if purpose == "verify-email" { "verification" } else { "reset" };
    let nonce = events.iter().rev().find_map(|event| {
        let data: Value = serde_json::from_str(&event.data).unwrap();
        data[member]["nonce"].as_str().map(str::to_owned)
    });
    let code = aggregates.keys().mail_token(purpose, tenant, user, &nonce.expect("a mail was asked for"));
    if purpose == "verify-email" { code } else { format!("{user}.{code}") }
}
