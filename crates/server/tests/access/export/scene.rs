//! A person who uses every feature.

use serde_json::{Value, json};
use testkit::{Person, TestApp};

use super::text;
use crate::{images, people};

/// A home that reveals its owner only to a person who asks for the contact.
pub async fn home(owner: &Person, title: &str, phone: &str) -> String {
    let body = json!({"title": title, "location": "Kondapur", "price": 7_500_000, "propertyType": "APARTMENT",
        "contactName": "Sample Owner", "contactPhone": phone});
    text(&owner.client.post("/api/properties", &body).await.expect(201).data()["id"]).to_owned()
}

/// Asha, who uses every feature; Ravi, with whom she deals; Meera, about whom she learns nothing.
pub struct Scene {
    pub app: TestApp,
    pub admin: Person,
    pub asha: Person,
    pub ravi: Person,
    pub meera: Person,
}

impl Scene {
    pub async fn new() -> Self {
        let moderated = |settings: &mut hyderabadinfra::settings::Settings| {
            settings.tenants.get_mut("hyderabad").unwrap().moderation = true;
        };
        let app = TestApp::with(moderated, &people::WITH_ADMIN).await;
        let admin = people::admin(&app).await;
        let [asha, ravi, meera] = [
            Person::confirmed(&app, "asha").await,
            Person::confirmed(&app, "ravi").await,
            Person::confirmed(&app, "meera").await,
        ];
        Self { app, admin, asha, ravi, meera }
    }

    async fn decide(&self, home: &str, what: &str, body: Value) {
        self.admin.client.post(&format!("/api/properties/{home}/{what}"), &body).await.expect(200);
    }

    /// Asha's homes: one approved with a photo, one rejected, and one removed by an admin.
    pub async fn homes(&self) -> [String; 3] {
        let asha = &self.asha;
        let mut homes = Vec::new();
        for title in ["A good home", "A bad home", "A home that is no more"] {
            homes.push(home(asha, title, "9876500001").await);
        }
        let [good, bad, gone] = <[String; 3]>::try_from(homes).unwrap();
        let photo = images::upload(&asha.client, 40, 30).await;
        let path = format!("/api/properties/{good}/images");
        asha.client.post(&path, &json!({"fileIds": [photo]})).await.expect(201);
        images::send(&asha.client, "Deed.pdf", &images::pdf("Sale deed")).await;
        self.decide(&good, "approve", json!({})).await;
        self.decide(&good, "verify", json!({})).await;
        self.decide(&bad, "reject", json!({"reason": "The photos show another home"})).await;
        self.admin.client.delete(&format!("/api/properties/{gone}")).await.expect(204);
        [good, bad, gone]
    }

    /// Enquiries in both directions, and a report about Asha's home, of which she does not learn.
    pub async fn enquiries(&self, own: &str, theirs: &str) -> [String; 2] {
        let (asha, ravi) = (&self.asha, &self.ravi);
        let ask = json!({"message": "On Sunday?", "name": "Sample Seeker", "phone": "9876500002"});
        let received = ravi.client.post(&format!("/api/properties/{own}/leads"), &ask).await.expect(201);
        let sent = asha.client.post(&format!("/api/properties/{theirs}/leads"), &json!({})).await.expect(201);
        let [received, sent] = [&received, &sent].map(|asked| text(&asked.data()["id"]).to_owned());
        let note = json!({"status": "CONTACTED", "note": "Wants it badly"});
        ravi.client.patch(&format!("/api/leads/{sent}"), &note).await.expect(200);
        let note = json!({"note": "Bring the keys"});
        asha.client.patch(&format!("/api/leads/{received}"), &note).await.expect(200);
        let report = json!({"cause": "FRAUD", "details": "Said in confidence"});
        self.meera.client.post(&format!("/api/properties/{own}/report"), &report).await.expect(201);
        [received, sent]
    }

    /// Asha views, searches and saves. Ravi takes one of the saved homes off the market.
    pub async fn looks(&self) -> [String; 2] {
        let asha = &self.asha;
        let mut homes = Vec::new();
        for title in ["A home of Ravi's", "Another of Ravi's"] {
            let id = home(&self.ravi, title, "9876500003").await;
            self.decide(&id, "approve", json!({})).await;
            self.app.drain().await;
            asha.client.get(&format!("/api/properties/{id}")).await.expect(200);
            asha.client.post(&format!("/api/properties/{id}/favorite"), &json!({})).await.expect(204);
            homes.push(id);
        }
        let [shown, hidden] = <[String; 2]>::try_from(homes).unwrap();
        self.ravi.client.delete(&format!("/api/properties/{hidden}")).await.expect(204);
        asha.client.post(&format!("/api/properties/{shown}/share"), &json!({})).await.expect(204);
        asha.client.get("/api/search/properties?query=kondapur").await.expect(200);
        let wish = json!({"name": "A flat for us", "filters": {"location": "Kondapur"}, "channels": ["IN_APP"],
            "frequency": "INSTANT"});
        asha.client.post("/api/search/save", &wish).await.expect(201);
        // It matches, and Asha is notified.
        let fits = home(&self.ravi, "A third of Ravi's", "9876500003").await;
        self.decide(&fits, "approve", json!({})).await;
        [shown, hidden]
    }

    /// Two people ask for the contact of Asha's home, and she learns of it.
    pub async fn contacts(&self, own: &str) {
        for looker in [&self.ravi, &self.meera] {
            looker.client.get(&format!("/api/properties/{own}/contact")).await.expect(200);
        }
    }

    /// Asha's notifications, one of which she has read.
    pub async fn notifications(&self) {
        let told =
            json!({"to": self.asha.id, "template": "GENERAL", "variables": {"message": "Namaste, Asha"}});
        self.admin.client.post("/api/notifications/email", &told).await.expect(202);
        for _ in 0..2 {
            self.app.drain().await;
        }
        let inbox = self.asha.client.get("/api/notifications/me").await.expect(200);
        let entries = inbox.data()["content"].as_array().unwrap();
        assert!(entries.len() >= 2, "{}", inbox.text);
        let path = format!("/api/notifications/{}/read", text(&entries[0]["id"]));
        self.asha.client.put(&path, &json!({})).await.expect(200);
    }
}
