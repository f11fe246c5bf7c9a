//! Moderation is binding: only moderators undo their decisions, and changes by an owner are reviewed again.

use serde_json::{Value, json};
use testkit::{Answer, Person, TestApp, WITH_ADMIN};

use crate::people;

struct Scene {
    app: TestApp,
    admin: Person,
    moderator: Person,
    owner: Person,
}

impl Scene {
    async fn open(moderation: bool) -> Self {
        let mut settings = WITH_ADMIN.to_vec();
        if moderation {
            settings.push(("tenants.hyderabad.moderation", "true"));
        }
        let app = TestApp::with(|_| {}, &settings).await;
        let admin = people::admin(&app).await;
        let moderator = people::with_role(&app.client, &admin, "moderator", "MODERATOR").await;
        let owner = Person::register(&app.client, "owner").await;
        Self { app, admin, moderator, owner }
    }

    /// The path of a listing that is approved, verified, featured and on the market.
    async fn praised(&self, owner: &Person) -> String {
        let home = owner.list_home("A home to praise", 5_000_000).await;
        let path = format!("/api/properties/{}", home["id"].as_str().unwrap());
        for operation in ["approve", "verify", "feature"] {
            self.admin.client.post(&format!("{path}/{operation}"), &json!({})).await.expect(200);
        }
        path
    }

    async fn seen(&self, path: &str) -> Value {
        self.app.drain().await;
        let home = self.owner.client.get(&format!("{path}?include=favorite")).await.expect(200);
        let home = home.data();
        json!([home["status"], home["isVerified"], home["isFeatured"], home["nextStatuses"]])
    }
}

async fn moves(person: &Person, path: &str, status: &str) -> Answer {
    person.client.patch(&format!("{path}/status"), &json!({"status": status})).await
}

fn body(change: &Value) -> Value {
    let mut body = json!({"title": "A home to praise", "location": "Kondapur", "price": 5_000_000,
        "propertyType": "APARTMENT", "bedrooms": 2, "areaSqft": 1200, "contactName": "Owner",
        "contactPhone": "9876543210"});
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_home_goes_to_the_moderators_again() {
    let scene = Scene::open(true).await;
    let home = scene.owner.list_home("A home to reject", 5_000_000).await;
    let path = format!("/api/properties/{}", home["id"].as_str().unwrap());
    let reason = json!({"reason": "The photos show another home"});
    scene.moderator.client.post(&format!("{path}/reject"), &reason).await.expect(200);
    moves(&scene.owner, &path, "DRAFT").await.expect(200);
    assert_eq!(scene.seen(&path).await, json!(["DRAFT", false, false, ["PENDING_REVIEW"]]));
    assert_eq!(moves(&scene.owner, &path, "ACTIVE").await.expect(409).code(), "STATUS_TRANSITION");
    moves(&scene.owner, &path, "PENDING_REVIEW").await.expect(200);
    scene.app.client.get(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_matters_is_looked_at_again_and_a_small_one_is_not() {
    let scene = Scene::open(true).await;
    let path = scene.praised(&scene.owner).await;
    let small = json!({"price": 4_500_000, "amenities": ["Lift"], "bathrooms": 2});
    let kept = scene.owner.client.put(&path, &body(&small)).await.expect(200);
    assert_eq!(kept.data()["isVerified"], true);
    let offered = ["INACTIVE", "SOLD", "RENTED", "EXPIRED"];
    assert_eq!(scene.seen(&path).await, json!(["ACTIVE", true, true, offered]));
    for change in [
        json!({"title": "A palace with a pool"}),
        json!({"contactPhone": "9876500000"}),
        json!({"price": 9_000_000}),
    ] {
        let path = scene.praised(&scene.owner).await;
        let answer = scene.owner.client.put(&path, &body(&change)).await.expect(200);
        assert_eq!(answer.data()["status"], "PENDING_REVIEW", "{change}");
        assert_eq!(scene.seen(&path).await, json!(["PENDING_REVIEW", false, false, []]), "{change}");
        scene.app.client.get(&path).await.expect(404);
        let found = scene.app.client.get("/api/search/properties?size=50").await.expect(200);
        assert!(!found.text.contains(path.rsplit('/').next().unwrap()), "{change}: {}", found.text);
        scene.moderator.client.post(&format!("{path}/approve"), &json!({})).await.expect(200);
        scene.app.drain().await;
        scene.app.client.get(&path).await.expect(200);
    }
    // The same holds off the market.
    let path = scene.praised(&scene.owner).await;
    moves(&scene.owner, &path, "INACTIVE").await.expect(200);
    scene.owner.client.put(&path, &body(&json!({"title": "Another home"}))).await.expect(200);
    moves(&scene.owner, &path, "ACTIVE").await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_moderates_an_edit_that_matters_takes_the_marks_all_the_same() {
    let scene = Scene::open(false).await;
    let path = scene.praised(&scene.owner).await;
    scene.owner.client.put(&path, &body(&json!({"title": "A palace with a pool"}))).await.expect(200);
    let offered = ["INACTIVE", "SOLD", "RENTED", "EXPIRED"];
    assert_eq!(scene.seen(&path).await, json!(["ACTIVE", false, false, offered]));
    let featured = scene.app.client.get("/api/properties/featured").await.expect(200);
    assert_eq!(featured.data()["totalElements"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn moderators_take_live_homes_down_and_only_they_put_them_back() {
    for moderation in [false, true] {
        let scene = Scene::open(moderation).await;
        let reason = json!({"reason": "It is not theirs"});
        for (before, judge) in
            [("", &scene.moderator), ("SOLD", &scene.admin), ("INACTIVE", &scene.moderator)]
        {
            let path = scene.praised(&scene.owner).await;
            if !before.is_empty() {
                moves(&scene.owner, &path, before).await.expect(200);
            }
            judge.client.post(&format!("{path}/reject"), &reason).await.expect(200);
            assert_eq!(scene.seen(&path).await, json!(["REJECTED", true, true, []]));
            scene.app.client.get(&path).await.expect(404);
            for status in ["DRAFT", "ACTIVE", "PENDING_REVIEW"] {
                let refused = moves(&scene.owner, &path, status).await.expect(409);
                assert_eq!(refused.code(), "HELD_BY_MODERATOR");
            }
            moves(judge, &path, "ACTIVE").await.expect(200);
            scene.app.drain().await;
            scene.app.client.get(&path).await.expect(200);
        }
        let path = scene.praised(&scene.owner).await;
        for judge in [&scene.moderator, &scene.admin] {
            moves(judge, &path, "INACTIVE").await.expect(200);
            assert_eq!(moves(&scene.owner, &path, "ACTIVE").await.expect(409).code(), "HELD_BY_MODERATOR");
            moves(&scene.moderator, &path, "ACTIVE").await.expect(200);
        }
        moves(&scene.moderator, &path, "SOLD").await.expect(403);
        moves(&scene.owner, &path, "INACTIVE").await.expect(200);
        moves(&scene.moderator, &path, "ACTIVE").await.expect(409);
        moves(&scene.owner, &path, "ACTIVE").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_judges_their_own_home() {
    let scene = Scene::open(true).await;
    for (judge, other) in [(&scene.moderator, &scene.admin), (&scene.admin, &scene.moderator)] {
        let home = judge.list_home("A home of a judge", 5_000_000).await;
        let path = format!("/api/properties/{}", home["id"].as_str().unwrap());
        for (operation, body) in [
            ("approve", json!({})),
            ("verify", json!({})),
            ("feature", json!({})),
            ("reject", json!({"reason": "For a trial"})),
        ] {
            let refused = judge.client.post(&format!("{path}/{operation}"), &body).await.expect(403);
            assert_eq!(refused.code(), "OWN_LISTING");
        }
        other.client.post(&format!("{path}/approve"), &json!({})).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_settled_by_whoever_takes_the_home_down_and_not_by_its_owners_edit() {
    let scene = Scene::open(true).await;
    let path = scene.praised(&scene.owner).await;
    let visitor = Person::register(&scene.app.client, "visitor").await;
    visitor.client.post(&format!("{path}/report"), &json!({"cause": "FRAUD"})).await.expect(201);
    scene.owner.client.put(&path, &body(&json!({"title": "Another home"}))).await.expect(200);
    scene.app.drain().await;
    let waits = async || scene.admin.client.get("/api/moderation/queue").await.expect(200);
    assert_eq!(waits().await.data()["content"][0]["reportCount"], 1);
    let reason = json!({"reason": "It is not theirs"});
    scene.moderator.client.post(&format!("{path}/reject"), &reason).await.expect(200);
    scene.app.drain().await;
    assert_eq!(waits().await.data()["totalElements"], 0);
}
