//! Owners see who requested the contact of their listings.

use serde_json::{Value, json};
use testkit::{ADMIN, Answer, Person, TestApp, WITH_ADMIN};

use crate::rebuild::{assert_succeeded, rebuild};

async fn home(owner: &Person, title: &str) -> String {
    owner.list_home(title, 9_000_000).await["id"].as_str().unwrap().to_owned()
}

async fn look(app: &TestApp, person: &Person, home: &str) {
    app.clock.advance(60);
    person.client.get(&format!("/api/properties/{home}/contact")).await.expect(200);
}

async fn asked(owner: &Person, query: &str) -> Answer {
    let answer = owner.client.get(&format!("/api/contact-looks{query}")).await.expect(200);
    assert!(answer.header("x-stale").is_none());
    answer
}

fn looks(answer: &Answer) -> Vec<Value> {
    answer.data()["content"].as_array().unwrap().clone()
}

/// Who requested the contact, and of which listing.
fn told(looks: &[Value]) -> Vec<(String, String)> {
    let words = |look: &Value| {
        let by = &look["lookedBy"];
        let who = by["firstName"].as_str().unwrap_or(by["kind"].as_str().unwrap());
        (who.to_owned(), look["title"].as_str().unwrap().to_owned())
    };
    looks.iter().map(words).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(who, title)| ((*who).to_owned(), (*title).to_owned())).collect()
}

async fn rename(person: &Person, name: &str) {
    person.client.put("/api/users/profile", &json!({"firstName": name})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_sees_who_was_shown_the_contact_and_no_more_of_them() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let owner = Person::confirmed(&app, "owner").await;
    let (ravi, meera) = (Person::confirmed(&app, "ravi").await, Person::confirmed(&app, "meera").await);
    rename(&ravi, "Ravi").await;
    rename(&meera, "Meera").await;
    let (villa, flat) = (home(&owner, "Villa in Miyapur").await, home(&owner, "Flat in Miyapur").await);
    look(&app, &ravi, &villa).await;
    look(&app, &meera, &flat).await;
    look(&app, &admin, &villa).await;
    // Viewing one's own contact is not recorded.
    look(&app, &owner, &villa).await;
    app.drain().await;

    let all = asked(&owner, "").await;
    let (v, f) = ("Villa in Miyapur", "Flat in Miyapur");
    assert_eq!(told(&looks(&all)), pairs(&[("STAFF", v), ("Meera", f), ("Ravi", v)]));
    assert_eq!(all.data()["totalElements"], 3);
    let ravis = json!({"kind": "PERSON", "firstName": "Ravi", "emailConfirmed": true});
    assert_eq!(looks(&all)[2]["lookedBy"], ravis, "and nothing else");
    for person in [&ravi, &meera, &admin] {
        for hidden in [&*person.id, &*person.email] {
            assert!(!all.text.contains(hidden), "{hidden}: {}", all.text);
        }
    }
    let of_villa = asked(&owner, &format!("?propertyId={villa}")).await;
    assert_eq!(told(&looks(&of_villa)), pairs(&[("STAFF", v), ("Ravi", v)]));

    // Page by page, each entry appears once.
    let first = asked(&owner, "?size=2").await;
    let next = first.data()["next"].as_str().unwrap();
    let second = asked(&owner, &format!("?size=2&cursor={next}")).await;
    let both = [looks(&first), looks(&second)].concat();
    assert_eq!(both, looks(&all));
    assert_eq!(looks(&asked(&owner, "?size=2&page=1").await), looks(&second));
    owner.client.get("/api/contact-looks?cursor=x").await.expect(400);
    owner.client.get("/api/contact-looks?propertyId=7").await.expect(400);
    app.client.get("/api/contact-looks").await.expect(401);

    // Only the owner sees it. To others, the listing looks like one that does not exist.
    for other in [&ravi, &admin] {
        let nobodys = app.context.aggregates.fresh();
        for query in [String::new(), format!("?propertyId={villa}"), format!("?propertyId={nobodys}")] {
            assert_eq!(asked(other, &query).await.data()["totalElements"], 0);
        }
    }

    // The owner's latest changes and people's current names are shown.
    let title = json!({"title": "Villa by the lake", "location": "Miyapur", "price": 9_000_000, "propertyType": "VILLA"});
    owner.client.put(&format!("/api/properties/{villa}"), &title).await.expect(200);
    rename(&ravi, "Ravindra").await;
    let now = told(&looks(&asked(&owner, &format!("?propertyId={villa}")).await));
    assert_eq!(now[1], ("Ravindra".to_owned(), "Villa by the lake".to_owned()));

    // The name of a person who left disappears at once, and the export equals the list.
    ravi.client.delete(&format!("/api/users/{}", ravi.id)).await.expect(204);
    let left = asked(&owner, "").await;
    assert_eq!(looks(&left)[2]["lookedBy"], json!({"kind": "LEFT", "emailConfirmed": false}));
    let taken = owner.client.get("/api/users/me/export").await.expect(200);
    assert_eq!(taken.data()["contactLooks"], left.data()["content"]);

    // The result does not depend on when an event was applied.
    let group = "properties-service-group";
    let made = rebuild(&admin.client, &format!("/api/v1/admin/consumers/{group}/rebuild")).await;
    assert_succeeded(&made, group);
    assert_eq!(looks(&asked(&owner, "").await), looks(&left));
    app.stop().await;
}
