//! The ids of other people's things are not revealed: a request for one gets the same response as for an unknown
//! id.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Person};

use crate::people;

/// A response without the parts that differ for each request.
fn bare(answer: &Answer, id: &str) -> (u16, Value) {
    let mut body: Value = serde_json::from_str(&answer.text.replace(id, "ID")).unwrap();
    for member in ["correlationId", "timestamp"] {
        body.as_object_mut().unwrap().remove(member);
    }
    (answer.status, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn other_peoples_ids_are_answered_as_ids_that_are_nobodys() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let [owner, seeker, stranger] = ["owner", "seeker", "stranger"];
    let owner = Person::register(&app.client, owner).await;
    let seeker = Person::confirmed(&app, seeker).await;
    let stranger = Person::register(&app.client, stranger).await;
    let support = people::with_role(&app.client, &admin, "support", "SUPPORT").await;
    let moderator = people::with_role(&app.client, &admin, "moderator", "MODERATOR").await;
    let home = owner.list_home("A home to ask about", 4_000_000).await["id"].as_str().unwrap().to_owned();
    let id = |answer: Answer, member: &str| answer.data()[member].as_str().unwrap().to_owned();
    let enquiry = json!({"message": "Is it still there?"});
    let lead = seeker.client.post(&format!("/api/properties/{home}/leads"), &enquiry).await.expect(201);
    let search = json!({"name": "Villas", "filters": {"propertyType": "VILLA"}});
    let search = owner.client.post("/api/search/save", &search).await.expect(201);
    let job = admin.client.post("/api/v1/admin/consumers/users-service-group/rebuild", &json!({})).await;
    let (lead, search, job) = (id(lead, "id"), id(search, "id"), id(job.expect(202), "jobId"));
    let told = async || {
        let inbox = owner.client.get("/api/notifications/me").await.expect(200);
        inbox.data()["content"][0]["id"].as_str().map(str::to_owned)
    };
    let notification =
        testkit::until("the owner is told of the enquiry", Duration::from_secs(30), told).await;
    let nobodys = app.context.aggregates.fresh().to_string();
    let table = [
        (Method::PATCH, "/api/leads/", lead, json!({"status": "CONTACTED"})),
        (Method::PATCH, "/api/leads/", search.clone(), json!({"status": "no such"})),
        (Method::PUT, "/api/search/saved/", search.clone(), json!({"name": "Others"})),
        (Method::PUT, "/api/search/saved/", search.clone(), json!({"name": 7})),
        (Method::DELETE, "/api/search/saved/", search, Value::Null),
        (Method::GET, "/api/jobs/", job, Value::Null),
        (Method::DELETE, "/api/notifications/", notification, Value::Null),
    ];
    for (method, path, theirs, body) in table {
        let body = Some(&body).filter(|body| !body.is_null());
        for client in [&stranger.client, &support.client, &moderator.client, &app.client] {
            let ask = async |id: &str| {
                let answer = client.send(method.clone(), &format!("{path}{id}"), body, &[]).await;
                bare(&answer, id)
            };
            let (known, unknown) = (ask(&theirs).await, ask(&nobodys).await);
            assert_eq!(known, unknown, "{method} {path}");
            assert!([401, 404].contains(&known.0), "{method} {path}: {known:?}");
        }
    }
}
