//! Two tenants with the same people: neither sees anything of the other.

pub mod apart;

use domain::TenantId;
use serde_json::{Value, json};
use testkit::{Client, Person, TestApp};

use crate::people;

/// One tenant's side: a client, two people, and a home that only this tenant has.
pub struct Side {
    pub tenant: TenantId,
    pub anyone: Client,
    pub asha: Person,
    pub ravi: Person,
    pub home: Value,
}

impl Side {
    pub fn id(&self) -> &str {
        self.home["id"].as_str().unwrap()
    }
}

/// Two tenants, each with its own host.
pub async fn sides() -> (TestApp, [Side; 2]) {
    let second = |settings: &mut hyderabadinfra::settings::Settings| {
        let mut tenant = settings.tenants["hyderabad"].clone();
        settings.tenants.get_mut("hyderabad").unwrap().hosts = vec!["first.test".into()];
        tenant.hosts = vec!["second.test".into()];
        tenant.city = "Warangal".into();
        settings.tenants.insert("second".into(), tenant);
    };
    let app = TestApp::with(second, &people::WITH_ADMIN).await;
    let sides = [
        side(&app, "hyderabad", "first.test", "Kondapur").await,
        side(&app, "second", "second.test", "Hanamkonda").await,
    ];
    (app, sides)
}

async fn side(app: &TestApp, tenant: &str, host: &str, area: &str) -> Side {
    let anyone = app.client.at(host);
    let asha = Person::register(&anyone, "asha").await;
    let ravi = Person::register(&anyone, "ravi").await;
    let body = json!({"title": format!("A home in {area}"), "location": area, "price": 4_200_000,
        "propertyType": "APARTMENT", "sourceReference": "row-1", "contactName": format!("Contact of {area}")});
    let home = asha.client.post("/api/properties", &body).await.expect(201).data().clone();
    let id = home["id"].as_str().unwrap();
    for suffix in ["favorite", "share", "view"] {
        ravi.client.post(&format!("/api/properties/{id}/{suffix}"), &json!({})).await.expect(204);
    }
    ravi.client.put("/api/users/profile", &json!({"city": area})).await.expect(200);
    app.drain().await;
    Side { tenant: TenantId::stored(tenant), anyone, asha, ravi, home }
}
