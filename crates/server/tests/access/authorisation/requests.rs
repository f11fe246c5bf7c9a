//! One request for each operation, with a separate target, valid except possibly for its sender.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Client, Form, PASSWORD};

use super::rules::Who;
use super::world::{Scene, World};
use crate::images;
use crate::people;
use crate::rows::Row;

/// A request that can be sent any number of times.
pub struct Request {
    pub client: Client,
    pub method: Method,
    pub path: String,
    pub body: Option<Value>,
    /// A form with files, instead of a body.
    pub form: Option<Form>,
    /// The cookie that a browser sends.
    pub cookie: Option<String>,
}

impl Request {
    pub async fn send(&self, headers: &[(&str, &str)]) -> Answer {
        if let Some(form) = &self.form {
            return self
                .client
                .send_bytes(self.method.clone(), &self.path, form.clone().finish(), headers)
                .await;
        }
        let cookie = self.cookie.iter().map(|cookie| ("cookie", &**cookie));
        let headers: Vec<_> = headers.iter().copied().chain(cookie).collect();
        self.client.send(self.method.clone(), &self.path, self.body.as_ref(), &headers).await
    }
}

/// Sends the request for a row's operation.
pub async fn ask(world: &World, row: &Row, who: Who) -> Answer {
    match row.service.as_str() {
        "gateway" => realtime(world, row, who).await,
        _ => prepare(world, row, who).await.send(&[]).await,
    }
}

/// Builds the request for a row's operation.
pub async fn prepare(world: &World, row: &Row, who: Who) -> Request {
    match row.service.as_str() {
        "users" if row.path.starts_with("/api/users/{id}/properties") => property(world, row, who).await,
        "users" => user(world, row, who).await,
        "properties" if row.path.starts_with("/api/leads") => lead(world, row, who).await,
        "properties" if row.path == "/api/contact-looks" => {
            request(&world.scene(who).client, row, &row.path, None)
        }
        "properties" => property(world, row, who).await,
        "search" if row.path.contains("/sav") => saved_search(world, row, who).await,
        "search" => search(world, row, who),
        "history" => history(world, row, who).await,
        "files" => file(world, row, who).await,
        "operations" => operation(world, row, who).await,
        "notifications" => notification(world, row, who).await,
        "catalog" => product(world, row, who).await,
        "partners" => partner(world, row, who).await,
        "market" => market(world, row, who).await,
        _ => unknown(row),
    }
}

async fn product(world: &World, row: &Row, who: Who) -> Request {
    let client = if who == Who::Owner { world.shopkeeper.client.clone() } else { world.scene(who).client };
    let id = world.product().await.to_string();
    let path = row.path.replace("{id}", &id);
    match (row.method.as_str(), row.path.as_str()) {
        ("GET", "/api/v1/products/autocomplete") => {
            request(&client, row, "/api/v1/products/autocomplete?q=headphon", None)
        }
        ("GET", "/api/v1/products/{id}/related") => {
            // The caller did not write it, so nothing makes them wait for it.
            world.app.drain().await;
            request(&client, row, &path, None)
        }
        ("POST", "/api/v1/products") => {
            request(&world.scene(who).client, row, &path, Some(world.new_product()))
        }
        ("PUT", "/api/v1/products/by-sku/{sku}") => {
            let path = row.path.replace("{sku}", &world.name());
            let body = json!({"name": "Headphones", "categories": ["Electronics"], "price": 299.99});
            request(&world.scene(who).client, row, &path, Some(body))
        }
        ("POST", "/api/v1/products/import") => {
            let sheet =
                format!("name,categories,price,sku\nHeadphones,Electronics,299.99,{}\n", world.name());
            let form = Form::default().part("file", Some("products.csv"), "text/csv", sheet.as_bytes());
            Request { form: Some(form), ..request(&world.scene(who).client, row, &path, None) }
        }
        ("GET", "/api/v1/products/export") => request(&world.scene(who).client, row, &path, None),
        ("PUT" | "PATCH", _) => request(&client, row, &path, Some(json!({"price": 249.99}))),
        ("POST", "/api/v1/products/{id}/purchase" | "/api/v1/products/{id}/reservations") => {
            request(&client, row, &path, Some(json!({"quantity": 2})))
        }
        ("DELETE", "/api/v1/products/{id}/reservations/{reservation}") => {
            let held = client.post(&path.replace("/{reservation}", ""), &json!({"quantity": 1})).await;
            let reservation = held.data()["id"].as_str().unwrap_or("0197c000-0000-7000-8000-000000000001");
            request(&client, row, &path.replace("{reservation}", reservation), None)
        }
        _ => request(&client, row, &path, None),
    }
}

fn unknown(row: &Row) -> ! {
    panic!("{} has no request in the authorisation table: write one", row.name())
}

fn request(client: &Client, row: &Row, path: &str, body: Option<Value>) -> Request {
    Request {
        client: client.clone(),
        method: row.method.clone(),
        path: path.to_owned(),
        body,
        form: None,
        cookie: None,
    }
}

async fn user(world: &World, row: &Row, who: Who) -> Request {
    let path = row.path.as_str();
    match (row.method.as_str(), path) {
        ("POST", "/api/auth/register" | "/api/users/register") => {
            let name = world.name();
            let body = json!({"username": name, "email": format!("{name}@example.com"), "password": PASSWORD,
                "firstName": "Fresh", "lastName": "Person"});
            request(&world.scene(who).client, row, path, Some(body))
        }
        ("POST", "/api/auth/login") => {
            let Scene { client, owner } = world.scene(who);
            request(&client, row, path, Some(json!({"emailOrUsername": owner.email, "password": PASSWORD})))
        }
        ("POST", "/api/auth/password-reset") => {
            let Scene { client, owner } = world.scene(who);
            request(&client, row, path, Some(json!({"email": owner.email})))
        }
        ("POST", "/api/auth/logout" | "/api/auth/verify-email/resend") | ("DELETE", "/api/users/profile") => {
            request(&world.fresh(who).await.client, row, path, None)
        }
        (_, "/.well-known/jwks.json" | "/api/users" | "/api/users/search")
        | ("GET", "/api/auth/sessions" | "/api/users/profile") => {
            request(&world.scene(who).client, row, path, None)
        }
        ("PUT", "/api/users/profile") => {
            request(&world.scene(who).client, row, path, Some(json!({"city": "Hyderabad"})))
        }
        ("GET", "/api/auth/oidc/{provider}") => {
            request(&world.scene(who).client, row, "/api/auth/oidc/sample", None)
        }
        ("GET", "/api/auth/oidc/{provider}/callback") => came_back(world, row, who).await,
        ("DELETE", "/api/auth/sessions/{id}") => end_session(world, row, who).await,
        _ => person(world, row, who).await,
    }
}

/// A browser that the provider has just redirected back.
async fn came_back(world: &World, row: &Row, who: Who) -> Request {
    let begun = world.app.client.get("/api/auth/oidc/sample").await.expect(302);
    let cookie = begun.header("set-cookie").and_then(|line| line.split(';').next()).map(str::to_owned);
    let claims = json!({"sub": world.name(), "email": format!("{}@example.com", world.name())});
    let path = world.issuer.approve(begun.header("location").unwrap(), claims);
    Request { cookie, ..request(&world.scene(who).client, row, &path, None) }
}

/// Operations after which the person they concern cannot be reused.
async fn person(world: &World, row: &Row, who: Who) -> Request {
    let Scene { client, owner } = world.fresh(who).await;
    let path = row.path.replace("{id}", &owner.id);
    let body = match row.name().as_str() {
        "POST /api/auth/refresh" => Some(json!({"refreshToken": owner.refresh})),
        "POST /api/auth/verify-email" => {
            let code = people::code(&world.app, &owner, "verify-email").await;
            Some(json!({"userId": owner.id, "verificationCode": code}))
        }
        "POST /api/auth/password-reset/confirm" => {
            world
                .app
                .client
                .post("/api/auth/password-reset", &json!({"email": owner.email}))
                .await
                .expect(202);
            let token = people::code(&world.app, &owner, "password-reset").await;
            Some(json!({"token": token, "newPassword": "another long and private phrase"}))
        }
        "PUT /api/users/{id}" => Some(json!({"firstName": "Changed"})),
        "PATCH /api/users/{id}/role" => Some(json!({"role": "AGENT"})),
        "PATCH /api/users/{id}/status" => Some(json!({"status": "SUSPENDED"})),
        "POST /api/users/{id}/property-count" => Some(json!({"count": 4711})),
        "GET /api/users/{id}" | "DELETE /api/users/{id}" | "GET /api/users/{id}/export" => None,
        _ => unknown(row),
    };
    request(&client, row, &path, body)
}

/// Everybody ends another session of their own. Only `Other` tries to end one of the owner's.
async fn end_session(world: &World, row: &Row, who: Who) -> Request {
    let Scene { client, owner } = world.fresh(who).await;
    let (second, _) = owner.sign_in().await;
    let whose = match who {
        Who::Anonymous | Who::Service | Who::Other | Who::Owner => &second.client,
        _ => &client,
    };
    let sessions = whose.get("/api/auth/sessions").await.expect(200);
    let id = sessions.data()[0]["id"].as_str().unwrap().to_owned();
    request(&client, row, &row.path.replace("{id}", &id), None)
}

async fn property(world: &World, row: &Row, who: Who) -> Request {
    let Scene { client, owner } = world.scene(who);
    match row.name().as_str() {
        "PUT /api/properties/by-reference/{reference}" => {
            let path = row.path.replace("{reference}", "A%2017");
            return request(&client, row, &path, Some(home("A home with a number")));
        }
        "POST /api/properties/import" => {
            let sheet = b"id,price,location,type\nA 18,51 lakh,Miyapur,Villa\n";
            let form = Form::default().part("file", Some("homes.csv"), "text/csv", sheet);
            return Request { form: Some(form), ..request(&client, row, &row.path, None) };
        }
        "GET /api/jobs/{id}/report" => {
            let path = row.path.replace("{id}", &world.import(&owner).await);
            return request(&client, row, &path, None);
        }
        _ => {}
    }
    if !row.path.contains("{id}") || row.path.starts_with("/api/users/") {
        let path = row.path.replace("{userId}", &owner.id).replace("{id}", &owner.id);
        let body = match row.name().as_str() {
            "POST /api/properties" => Some(home("A home of my own")),
            _ if row.method == Method::GET => None,
            _ => unknown(row),
        };
        return request(&client, row, &path, body);
    }
    let id = match row.name().as_str() {
        "POST /api/properties/{id}/approve" | "POST /api/properties/{id}/reject" => {
            world.pending(&owner).await
        }
        _ => world.listing(&owner).await,
    };
    // Nobody can enquire about or report their own listing.
    let id = match row.name().as_str() {
        "POST /api/properties/{id}/leads" | "POST /api/properties/{id}/report" if who == Who::Owner => {
            world.listing(&world.stranger()).await
        }
        _ => id,
    };
    let body = match row.name().as_str() {
        "PUT /api/properties/{id}" => Some(home("A home with another title")),
        "POST /api/properties/{id}/images" => {
            // A caller with permission uses a photo of their own.
            let photo = if matches!(who, Who::Anonymous | Who::Service) { &owner.client } else { &client };
            Some(json!({"fileIds": [images::upload(photo, 64, 48).await]}))
        }
        "PATCH /api/properties/{id}/status" => Some(json!({"status": "SOLD"})),
        "POST /api/properties/{id}/reject" => Some(json!({"reason": "The photos show another home"})),
        "POST /api/properties/{id}/leads" => Some(json!({"message": "Is it still there?"})),
        "POST /api/properties/{id}/report" => Some(json!({"cause": "DUPLICATE"})),
        "POST /api/properties/{id}/feature"
        | "POST /api/properties/{id}/verify"
        | "POST /api/properties/{id}/approve" => Some(json!({})),
        "DELETE /api/properties/{id}"
        | "POST /api/properties/{id}/view"
        | "POST /api/properties/{id}/share"
        | "POST /api/properties/{id}/favorite"
        | "DELETE /api/properties/{id}/favorite" => None,
        _ if row.method == Method::GET => None,
        _ => unknown(row),
    };
    request(&client, row, &row.path.replace("{id}", &id), body)
}

async fn lead(world: &World, row: &Row, who: Who) -> Request {
    let Scene { client, owner } = world.scene(who);
    if row.method == Method::GET {
        return request(&client, row, &row.path, None);
    }
    let path = row.path.replace("{id}", &world.lead(&owner).await);
    request(&client, row, &path, Some(json!({"status": "CONTACTED", "note": "Comes on Sunday"})))
}

fn home(title: &str) -> Value {
    json!({"title": title, "location": "Miyapur", "price": 5_100_000, "propertyType": "VILLA"})
}

async fn file(world: &World, row: &Row, who: Who) -> Request {
    let Scene { client, owner } = world.scene(who);
    let upload = match row.path.as_str() {
        "/api/files/upload" => Some("file"),
        "/api/files/upload/multiple" | "/api/files/bulk" => Some("files"),
        _ => None,
    };
    if let Some(field) = upload {
        let form = Form::default().part(field, Some("door.jpg"), "image/jpeg", &images::jpeg(64, 48));
        return Request { form: Some(form), ..request(&client, row, &row.path, None) };
    }
    if row.path == "/api/files/optimize" {
        return request(&client, row, &row.path, Some(json!({"all": false})));
    }
    let id = images::upload(&owner.client, 64, 48).await;
    let path = match row.path.as_str() {
        "/api/files/property/{id}" => row.path.replace("{id}", &world.listing(&owner).await),
        _ => row.path.replace("{id}", &id),
    };
    let path = path.replace("{userId}", &owner.id).replace("{fileName}", &format!("{id}.webp"));
    request(&client, row, &path, None)
}

fn search(world: &World, row: &Row, who: Who) -> Request {
    let body = (row.method == Method::POST).then(|| json!({"query": "home", "bedrooms": "2"}));
    let Scene { client, owner } = world.scene(who);
    request(&client, row, &row.path.replace("{userId}", &owner.id), body)
}

async fn saved_search(world: &World, row: &Row, who: Who) -> Request {
    let Scene { client, owner } = world.scene(who);
    let wish = json!({"name": "For us", "filters": {"city": "Hyderabad", "bedrooms": "2"}});
    if row.method == Method::POST {
        return request(&client, row, &row.path, Some(wish));
    }
    if row.method == Method::GET {
        return request(&client, row, &row.path.replace("{userId}", &owner.id), None);
    }
    let saved = owner.client.post("/api/search/save", &wish).await.expect(201);
    let path = row.path.replace("{id}", saved.data()["id"].as_str().unwrap());
    let body = (row.method == Method::PUT).then(|| json!({"frequency": "WEEKLY"}));
    request(&client, row, &path, body)
}

async fn history(world: &World, row: &Row, who: Who) -> Request {
    let Scene { client, owner } = world.scene(who);
    let path = row.path.replace("{userId}", &owner.id).replace("{activityType}", "PROPERTY_CREATED");
    let body = match row.name().as_str() {
        "POST /api/user-history/{userId}/hide" => {
            world.pending(&owner).await;
            let own = owner.client.get("/api/user-history/me").await.expect(200);
            Some(json!({"activityId": own.data()["activities"][0]["activityId"]}))
        }
        "POST /api/user-history/replay" => None,
        _ if row.method == Method::GET => None,
        _ => unknown(row),
    };
    request(&client, row, &path, body)
}

async fn notification(world: &World, row: &Row, who: Who) -> Request {
    let Scene { client, owner } = world.scene(who);
    let general = json!({"to": owner.id, "template": "GENERAL", "variables": {"message": "Hello"}});
    let mut path = row.path.replace("{userId}", &owner.id);
    if row.path.contains("{id}") {
        let admin = world.scene(Who::Admin).client;
        let sent = admin.post("/api/notifications/email", &general).await.expect(202);
        path = row.path.replace("{id}", sent.data()["id"].as_str().unwrap());
    }
    if row.path == "/api/notifications/unsubscribe" {
        path = format!("{path}?token={}", people::stop_token(&world.app, &owner, "PROPERTY_ALERT"));
    }
    let body = match row.name().as_str() {
        "POST /api/notifications/email" => Some(general),
        "POST /api/notifications/sms" => {
            let variables = json!({"title": "A villa"});
            Some(json!({"to": "98765 43210", "template": "PROPERTY_ALERT", "variables": variables}))
        }
        "PUT /api/notifications/preferences" => Some(json!({"channels": {"LEAD": {"SMS": false}}})),
        "PUT /api/notifications/{id}/read"
        | "DELETE /api/notifications/{id}"
        | "POST /api/notifications/unsubscribe" => None,
        _ if row.method == Method::GET => None,
        _ => unknown(row),
    };
    request(&client, row, &path, body)
}

/// What an admin of the tenant manages for its partners. Each request has a webhook or a key of its own.
async fn partner(world: &World, row: &Row, who: Who) -> Request {
    let (client, admin) = (world.scene(who).client, world.scene(Who::Admin).client);
    let webhook = json!({"url": "https://partner.invalid/hook", "events": ["LEAD_UPDATED"]});
    let key = json!({"name": "Their shop", "scopes": ["listings:read"]});
    let is_key = row.path.starts_with("/api/v1/admin/api-keys");
    if !row.path.contains("{id}") {
        let body = if is_key { key } else { webhook };
        return request(&client, row, &row.path, (row.method == Method::POST).then_some(body));
    }
    let (list, body) = if is_key { ("api-keys", key) } else { ("webhooks", webhook) };
    let made = admin.post(&format!("/api/v1/admin/{list}"), &body).await.expect(201);
    let id = made.data()["id"].as_str().unwrap();
    let path = row.path.replace("{id}", id).replace("{delivery}", &"0".repeat(64));
    if row.path.ends_with("/enable") {
        let off = json!({"enabled": false});
        admin.patch(&format!("/api/v1/admin/webhooks/{id}"), &off).await.expect(200);
    }
    let body = (row.method == Method::PATCH).then(|| json!({"description": "Another shop"}));
    request(&client, row, &path, body)
}

/// Figures of an area with enough homes for an estimate.
async fn market(world: &World, row: &Row, who: Who) -> Request {
    const VALUE: &str = "/api/market/value?locality=Kondapur&propertyType=APARTMENT&areaSqft=1200";
    let Scene { client, owner } = world.scene(who);
    let path = match row.path.as_str() {
        "/api/market/areas" => row.path.clone(),
        "/api/market/areas/{slug}" => {
            world.listing(&owner).await;
            row.path.replace("{slug}", "kondapur")
        }
        "/api/market/properties/{id}" => row.path.replace("{id}", &world.listing(&owner).await),
        "/api/market/value" => {
            while world.app.client.get(VALUE).await.status == 404 {
                world.listing(&owner).await;
            }
            VALUE.to_owned()
        }
        "/api/market/costs" => format!("{}?price=8500000", row.path),
        _ => unknown(row),
    };
    request(&client, row, &path, None)
}

/// Connections are closed as soon as they are answered.
async fn realtime(world: &World, row: &Row, who: Who) -> Answer {
    let client = &world.scene(who).client;
    match row.path.as_str() {
        "/api/realtime" => {
            let shake = [
                ("connection", "upgrade"),
                ("upgrade", "websocket"),
                ("sec-websocket-version", "13"),
                ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ];
            client.head(&row.path, &shake).await
        }
        "/api/realtime/stream" => client.head(&row.path, &[]).await,
        _ => request(client, row, &row.path, None).send(&[]).await,
    }
}

async fn operation(world: &World, row: &Row, who: Who) -> Request {
    let id = match row.path.as_str() {
        "/api/jobs/{id}" => world.job().await,
        "/api/v1/admin/views/product/{id}" | "/api/v1/admin/sync/product/{id}" => {
            world.product().await.to_string()
        }
        _ => "0000000000000000".to_owned(),
    };
    let name = if row.path.starts_with("/actuator/metrics/") { "process_open_fds" } else { "journal" };
    let path = row.path.replace("{id}", &id).replace("{name}", name);
    let path = path.replace("{group}", "properties-service-group");
    if row.path.starts_with("/api/v1/admin/streams/") {
        let path = row
            .path
            .replace("{type}", "property")
            .replace("{id}", &world.listing(&world.scene(who).owner).await);
        return request(&world.scene(who).client, row, &path, None);
    }
    match row.name().as_str() {
        "POST /api/v1/admin/dead-letters/{id}/discard" => {
            let body = Some(json!({"reason": "nobody needs it"}));
            return request(&world.scene(who).client, row, &path, body);
        }
        "POST /api/v1/admin/publish-batch" => {
            return request(&world.scene(who).client, row, &path, None);
        }
        "POST /actuator/loggers/{name}" => {
            let body = Some(json!({"configuredLevel": "INFO"}));
            return request(&world.scene(who).client, row, &path, body);
        }
        "POST /api/v1/admin/dead-letters/{id}/redrive"
        | "POST /api/v1/admin/consumers/{group}/pause"
        | "POST /api/v1/admin/consumers/{group}/resume"
        | "POST /api/v1/admin/consumers/{group}/rebuild"
        | "POST /api/v1/admin/sync/full"
        | "POST /api/v1/admin/sync/product/{id}"
        | "POST /api/v1/admin/views/sync"
        | "POST /api/v1/admin/backups" => {}
        _ if row.method == Method::GET => {}
        _ => unknown(row),
    }
    request(&world.scene(who).client, row, &path, None)
}
