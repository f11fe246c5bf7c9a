//! Whoever comes back is told what others did meanwhile.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, TestApp, WITH_ADMIN};

const PRICE: u64 = 5_000_000;

async fn home(owner: &Person, title: &str) -> String {
    owner.list_home(title, PRICE).await["id"].as_str().unwrap().to_owned()
}

async fn told(person: &Person, path: &str) -> Value {
    let answer = person.client.get(path).await.expect(200);
    assert!(answer.header("x-stale").is_none(), "{path}");
    answer.data().clone()
}

fn list<'a>(data: &'a Value, name: &str) -> &'a Vec<Value> {
    data[name].as_array().unwrap()
}

/// Four homes that the seeker saved, an enquiry about the first one, and a saved search.
async fn lived_in(app: &TestApp, owner: &Person, seeker: &Person) -> (Vec<String>, String) {
    let mut homes = Vec::new();
    for title in ["Cheaper", "Soon sold", "Soon gone", "As ever"] {
        let id = home(owner, title).await;
        seeker.client.post(&format!("/api/properties/{id}/favorite"), &json!({})).await.expect(204);
        homes.push(id);
    }
    let ask = format!("/api/properties/{}/leads", homes[0]);
    let lead = seeker.client.post(&ask, &json!({"message": "Is it still there?"})).await.expect(201);
    let wish = json!({"name": "Here", "filters": {"location": "Kondapur"}, "frequency": "WEEKLY"});
    seeker.client.post("/api/search/save", &wish).await.expect(201);
    app.drain().await;
    (homes, lead.data()["id"].as_str().unwrap().to_owned())
}

async fn change_everything(owner: &Person, homes: &[String], lead: &str) {
    let cheaper =
        json!({"title": "Cheaper", "location": "Kondapur", "price": 4_000_000, "propertyType": "APARTMENT"});
    let path = |id: &String| format!("/api/properties/{id}");
    owner.client.put(&path(&homes[0]), &cheaper).await.expect(200);
    let sold = json!({"status": "SOLD"});
    owner.client.patch(&format!("{}/status", path(&homes[1])), &sold).await.expect(200);
    owner.client.delete(&path(&homes[2])).await.expect(204);
    for follow_up in [json!({"status": "CONTACTED"}), json!({"note": "Comes on Sunday"})] {
        owner
            .client
            .send(Method::PATCH, &format!("/api/leads/{lead}"), Some(&follow_up), &[])
            .await
            .expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_is_told_what_others_did_meanwhile() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let (homes, lead) = lived_in(&app, &owner, &seeker).await;
    app.clock.advance(5 * 3600);
    let owner = Person::enter(&app.client, &owner.email).await;
    change_everything(&owner, &homes, &lead).await;
    home(&owner, "Brand new").await;
    app.drain().await;
    let seeker = Person::enter(&app.client, &seeker.email).await;
    let since = told(&seeker, "/api/user-history/me/since").await;
    let from = since["from"].as_str().unwrap().to_owned();
    assert_eq!(told(&seeker, "/api/user-history/me/since").await, since, "reading does not move it");

    let news = told(&seeker, &format!("/api/properties/news?since={from}")).await;
    let saved = list(&news["savedHomes"], "entries");
    assert_eq!((&news["savedHomes"]["count"], saved.len()), (&json!(3), 3), "{news}");
    assert_eq!((&saved[0]["propertyId"], &saved[0]["availability"]), (&json!(homes[2]), &json!("WITHDRAWN")));
    assert_eq!((&saved[1]["title"], &saved[1]["availability"]), (&json!("Soon sold"), &json!("SOLD")));
    assert_eq!((&saved[2]["previousPrice"], &saved[2]["price"]), (&json!(PRICE), &json!(4_000_000)));
    let answers = &news["answers"];
    assert_eq!((&answers["count"], &answers["entries"][0]["status"]), (&json!(1), &json!("CONTACTED")));
    assert_eq!((&news["leads"]["count"], &news["ownHomes"]["homes"]), (&json!(0), &json!(0)));
    let now = told(&seeker, "/api/user-history/me").await["summary"]["lastActivityTimestamp"].clone();
    let later = told(&seeker, &format!("/api/properties/news?since={}", now.as_str().unwrap())).await;
    assert_eq!((&later["savedHomes"]["count"], &later["answers"]["count"]), (&json!(0), &json!(0)));

    let matches = told(&seeker, &format!("/api/search/matches/me?since={from}")).await;
    let [found] = &list(&matches, "searches")[..] else { panic!("one search: {matches}") };
    assert_eq!((&found["newHomes"], &found["homes"][0]["title"]), (&json!(1), &json!("Brand new")));
    assert_eq!(found["search"]["name"], "Here");

    let of_owner = told(&owner, "/api/properties/news").await;
    assert_eq!(of_owner["leads"]["count"], 1);
    assert_eq!(of_owner["leads"]["entries"][0]["leadId"], json!(lead));
    assert_eq!((&of_owner["ownHomes"]["homes"], &of_owner["ownHomes"]["saves"]), (&json!(4), &json!(3)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn saved_homes_are_shown_then_and_now_also_those_that_are_gone() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let (homes, lead) = lived_in(&app, &owner, &seeker).await;
    change_everything(&owner, &homes, &lead).await;
    app.drain().await;
    let saved = told(&seeker, "/api/properties/favorites/changes").await;
    assert_eq!(saved["totalElements"], 4);
    let each = list(&saved, "content").iter().rev().zip(&homes);
    let prices = [Some(4_000_000), Some(PRICE), None, Some(PRICE)];
    let availabilities = ["ON_THE_MARKET", "SOLD", "WITHDRAWN", "ON_THE_MARKET"];
    for ((home, id), (price, availability)) in each.zip(prices.into_iter().zip(availabilities)) {
        assert_eq!((&home["propertyId"], &home["savedPrice"]), (&json!(id), &json!(PRICE)));
        assert_eq!(
            (home["property"]["price"].as_u64(), &home["availability"]),
            (price, &json!(availability))
        );
    }
    let first = told(&seeker, "/api/properties/favorites/changes?size=3").await;
    let next = first["next"].as_str().unwrap();
    let last = told(&seeker, &format!("/api/properties/favorites/changes?size=3&cursor={next}")).await;
    assert_eq!(list(&last, "content")[0]["propertyId"], json!(homes[0]));
    assert_eq!(told(&owner, "/api/properties/favorites/changes").await["totalElements"], 0);
    for wrong in ["/api/properties/news?since=lately", "/api/search/matches/me?since=0"] {
        seeker.client.get(wrong).await.expect(400);
    }
    app.client.get("/api/properties/news").await.expect(401);
    app.stop().await;
}
