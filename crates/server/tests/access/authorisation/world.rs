//! All callers that the table needs, in an application where a moderator reviews listings first.

use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::json;
use testkit::{Client, Issuer, Person, TestApp};

use super::rules::Who;
use crate::people;

pub struct World {
    pub app: TestApp,
    pub issuer: Issuer,
    admin: Person,
    moderator: Person,
    support: Person,
    seller: Person,
    /// A seller who owns the products of the table.
    pub shopkeeper: Person,
    user: Person,
    other: Person,
    owner: Person,
    service: Client,
    names: AtomicUsize,
}

/// A caller, and the person that the request concerns.
pub struct Scene {
    /// The caller's client.
    pub client: Client,
    /// The person concerned.
    pub owner: Person,
}

impl World {
    pub async fn new() -> Self {
        let issuer = Issuer::start().await;
        let moderated = |settings: &mut hyderabadinfra::settings::Settings| {
            issuer.trusted_by(settings, "sample");
            settings.tenants.get_mut("hyderabad").unwrap().moderation = true;
            // So that people read their own e-mails here.
            settings.mail.show_codes = true;
            settings.webhooks.most_per_tenant = 10_000.try_into().unwrap();
            settings.backup.directory = Some(settings.data_dir.join("backups"));
            settings.backup.keys_directory = Some(settings.data_dir.join("backup-keys"));
        };
        let app = TestApp::with(moderated, &people::WITH_ADMIN).await;
        let admin = people::admin(&app).await;
        let client = &app.client;
        let world = Self {
            moderator: people::with_role(client, &admin, "moderator", "MODERATOR").await,
            support: people::with_role(client, &admin, "support", "SUPPORT").await,
            seller: people::with_role(client, &admin, "seller", "SELLER").await,
            shopkeeper: people::with_role(client, &admin, "shopkeeper", "SELLER").await,
            user: Person::confirmed(&app, "user").await,
            other: Person::confirmed(&app, "other").await,
            owner: Person::confirmed(&app, "owner").await,
            service: people::service(&app),
            names: AtomicUsize::new(0),
            admin,
            app,
            issuer,
        };
        for person in [&world.moderator, &world.support, &world.seller] {
            person.confirm(&world.app).await;
        }
        world.listing(&world.other).await;
        world
    }

    /// A name that is not taken yet.
    pub fn name(&self) -> String {
        format!("fresh-{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// The people who can be reused.
    pub fn scene(&self, who: Who) -> Scene {
        let client = match who {
            Who::Anonymous => &self.app.client,
            Who::Service => &self.service,
            Who::User => &self.user.client,
            Who::Owner => &self.owner.client,
            Who::Other => &self.other.client,
            Who::Seller => &self.seller.client,
            Who::Support => &self.support.client,
            Who::Moderator => &self.moderator.client,
            Who::Admin => &self.admin.client,
        };
        Scene { client: client.clone(), owner: self.owner.clone() }
    }

    /// A job that the admin started.
    pub async fn job(&self) -> String {
        let path = "/api/v1/admin/consumers/users-service-group/rebuild";
        loop {
            let answer = self.admin.client.post(path, &json!({})).await;
            // The previous job may still be running.
            if answer.status != 409 {
                return answer.expect(202).data()["jobId"].as_str().unwrap().to_owned();
            }
        }
    }

    /// A finished import of the owner.
    pub async fn import(&self, owner: &Person) -> String {
        let sheet = ("text/csv", b"id,price,location,type\nA 19,51 lakh,Miyapur,Villa\n".to_vec());
        loop {
            let begun =
                owner.client.send_bytes(Method::POST, "/api/properties/import", sheet.clone(), &[]).await;
            // The previous one may still be running.
            if begun.status != 409 {
                let id = begun.expect(202).data()["jobId"].as_str().unwrap().to_owned();
                let path = format!("/api/jobs/{id}");
                while owner.client.get(&path).await.expect(200).data()["status"] == "RUNNING" {}
                return id;
            }
        }
    }

    /// People for an operation after which they, or their session, are gone.
    pub async fn fresh(&self, who: Who) -> Scene {
        let client = &self.app.client;
        let owner = Person::register(client, &self.name()).await;
        let role = match who {
            Who::Owner => return Scene { client: owner.client.clone(), owner },
            Who::Anonymous | Who::Service => return Scene { owner, ..self.scene(who) },
            Who::User | Who::Other => "USER",
            Who::Seller => "SELLER",
            Who::Support => "SUPPORT",
            Who::Moderator => "MODERATOR",
            Who::Admin => "ADMIN",
        };
        let person = people::with_role(client, &self.admin, &self.name(), role).await;
        Scene { client: person.client, owner }
    }

    /// A person who has no other part in the request.
    pub fn stranger(&self) -> Person {
        self.other.clone()
    }

    /// An enquiry to `owner` about a listing.
    pub async fn lead(&self, owner: &Person) -> String {
        let path = format!("/api/properties/{}/leads", self.listing(owner).await);
        let asked = self.user.client.post(&path, &json!({"message": "Is it still there?"})).await.expect(201);
        asked.data()["id"].as_str().unwrap().to_owned()
    }

    /// A product of the shopkeeper.
    pub async fn product(&self) -> u64 {
        let product = self.shopkeeper.client.post("/api/v1/products", &self.new_product()).await.expect(201);
        product.data()["id"].as_u64().unwrap()
    }

    /// A product that nobody has.
    pub fn new_product(&self) -> serde_json::Value {
        json!({"name": "Headphones", "categories": ["Electronics"], "price": 299.99, "sku": self.name(), "stock": 100})
    }

    /// A listing of `owner` that waits for moderation.
    pub async fn pending(&self, owner: &Person) -> String {
        owner.list_home("A home that waits", 4_500_000).await["id"].as_str().unwrap().to_owned()
    }

    /// A listing of `owner` on the market.
    pub async fn listing(&self, owner: &Person) -> String {
        let id = self.pending(owner).await;
        self.moderator.client.post(&format!("/api/properties/{id}/approve"), &json!({})).await.expect(200);
        self.app.drain().await;
        id
    }
}
