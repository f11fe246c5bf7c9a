//! Past searches: each person's own, and suggestions for everybody.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Client, Person, TestApp};

use crate::people;
use crate::tenants::sides;

async fn history(client: &Client, path: &str) -> Vec<Value> {
    let answer = client.get(&format!("/api/search/history/{path}")).await.expect(200);
    assert_eq!(answer.header("x-stale"), None);
    answer.data()["content"].as_array().unwrap().clone()
}

async fn patient() -> TestApp {
    let overrides = [people::WITH_ADMIN.as_slice(), &[("reads.wait_ms", "60000")]].concat();
    TestApp::with(|_| {}, &overrides).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_finds_their_own_past_searches_at_once() {
    let app = patient().await;
    let asha = Person::register(&app.client, "asha").await;
    let home = asha.list_home("A quiet home", 5_000_000).await["id"].as_str().unwrap().to_owned();
    assert_eq!(history(&asha.client, "me").await, [json!(null); 0]);
    asha.client
        .get("/api/search/properties?query=a+quiet+home&sort=price&include=favorite&record=true")
        .await
        .expect(200);
    let mine = history(&asha.client, "me").await;
    assert_eq!(mine[0]["searchQuery"], "a quiet home");
    assert_eq!(mine[0]["searchFilters"], json!({"query": "a quiet home", "sort": "price"}));
    assert_eq!((&mine[0]["resultsCount"], &mine[0]["selectedPropertyId"]), (&json!(1), &Value::Null));
    // A listing opened right after a search counts as its result. One opened later does not.
    app.clock.advance(60);
    asha.client.post(&format!("/api/properties/{home}/share"), &json!({})).await.expect(204);
    asha.client.get(&format!("/api/properties/{home}")).await.expect(200);
    assert_eq!(history(&asha.client, "me").await[0]["selectedPropertyId"], json!(home));
    asha.client.post("/api/search/advanced", &json!({"bedrooms": 3, "city": "Hyderabad"})).await.expect(200);
    assert_eq!(history(&asha.client, "me").await.len(), 2);
    app.clock.advance(31 * 60);
    let (asha, _) = asha.sign_in().await;
    asha.client.get(&format!("/api/properties/{home}")).await.expect(200);
    let mine = history(&asha.client, "me").await;
    assert_eq!(mine[0]["searchFilters"], json!({"bedrooms": 3, "city": "Hyderabad"}));
    assert_eq!((&mine[0]["searchQuery"], &mine[0]["selectedPropertyId"]), (&Value::Null, &Value::Null));
    // Searches of anonymous visitors belong to nobody. What a program asks beside a search belongs to no history.
    app.client.get("/api/search/properties?query=nobody").await.expect(200);
    asha.client.get("/api/search/properties?query=beside&record=false").await.expect(200);
    asha.client.post("/api/search/properties", &json!({"bedrooms": 9, "record": false})).await.expect(200);
    assert_eq!(history(&asha.client, &asha.id).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn past_searches_come_in_pages_and_go_with_the_person() {
    let app = patient().await;
    let asha = Person::register(&app.client, "asha").await;
    for number in 0..7 {
        asha.client.get(&format!("/api/search/properties?query=home+{number}")).await.expect(200);
    }
    let mut all = Vec::new();
    let mut path = "/api/search/history/me?size=3".to_owned();
    loop {
        let answer = asha.client.get(&path).await.expect(200);
        assert_eq!(answer.data()["totalElements"], 7);
        let content = answer.data()["content"].as_array().unwrap();
        all.extend(content.iter().map(|search| search["searchQuery"].as_str().unwrap().to_owned()));
        let Some(next) = answer.data()["next"].as_str() else { break };
        path = format!("/api/search/history/me?size=3&cursor={next}");
    }
    let expected: Vec<String> = (0..7).rev().map(|number| format!("home {number}")).collect();
    assert_eq!(all, expected);
    assert_eq!(history(&asha.client, "me?page=2&size=3").await.len(), 1);
    for bad in ["cursor=x", "size=0", "pag=1", "page=9999&size=100"] {
        let answer = asha.client.get(&format!("/api/search/history/me?{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text);
    }
    let admin = people::admin(&app).await;
    assert_eq!(history(&admin.client, &asha.id).await.len(), 7);
    let looks = people::history(&admin).await;
    assert_eq!(looks.iter().filter(|kind| *kind == "PERSONAL_DATA_VIEWED").count(), 1, "{looks:?}");
    asha.client.send(Method::DELETE, &format!("/api/users/{}", asha.id), None, &[]).await.expect(204);
    app.drain().await;
    admin.client.get(&format!("/api/search/history/{}", asha.id)).await.expect(404);
    admin.client.get("/api/search/history/nobody").await.expect(404);
    let kept = app.stop().await;
    let models = testkit::read_models(kept.path()).await;
    let tables = models.iter().flat_map(|(_, tables)| tables);
    let rows = tables.filter(|(table, _)| table == "search_history").flat_map(|(_, rows)| rows);
    assert_eq!(
        rows.filter(|row| (0..3).any(|column| row.text(column) == Some(&*asha.id))).count(),
        0,
        "no row of hers is left"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn localities_words_and_what_many_searched_for_are_suggested() {
    let app = patient().await;
    let mut people = Vec::new();
    for number in 0..5 {
        let person = Person::register(&app.client, &format!("searcher-{number}")).await;
        person.client.get("/api/search/properties?query=Gated+villa+3BHK").await.expect(200);
        people.push(person);
    }
    for (title, location) in [
        ("Gated corner home", "Gachibowli"),
        ("Another gated home", "Gachibowli"),
        ("A home up high", "HITEC City"),
        ("Quiet home", "Punjagutta"),
    ] {
        let body = json!({"title": title, "location": location, "price": 5_000_000, "propertyType": "VILLA"});
        people[0].client.post("/api/properties", &body).await.expect(201);
    }
    app.drain().await;
    let ask = async |path: &str| app.client.get(&format!("/api/search/suggestions?{path}")).await;
    for (typed, expected) in [
        ("query=ga", json!(["Gachibowli", "gated villa 3 bhk", "gated"])),
        ("q=gahcib", json!(["Gachibowli"])),
        ("query=Hi-Te", json!(["HITEC City"])),
        ("query=panjag", json!(["Punjagutta"])),
        ("query=g&limit=1", json!(["Gachibowli"])),
        ("query=nothing+like+it", json!([])),
    ] {
        assert_eq!(*ask(typed).await.expect(200).data(), expected, "{typed}");
    }
    let detailed = ask("query=ga&details=true").await.expect(200);
    let one = |text: &str, kind: &str, count: u64| json!({"text": text, "kind": kind, "count": count});
    let expected =
        [one("Gachibowli", "LOCALITY", 2), one("gated villa 3 bhk", "SEARCH", 5), one("gated", "WORD", 2)];
    assert_eq!(*detailed.data(), json!(expected));
    assert_eq!(ask("").await.expect(200).data()[0], "Gachibowli");
    assert!(ask("limit=1000").await.expect(200).data().as_array().unwrap().len() < 50);
    for bad in ["limit=0", "limit=x", "details=perhaps", "quer=x"] {
        assert_eq!(ask(bad).await.status, 400, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_another_tenant_is_suggested() {
    let (app, [first, second]) = sides().await;
    for number in 0..5 {
        let person = Person::register_at(&first.anyone, &format!("searcher-{number}"), &[]).await;
        person.client.get("/api/search/properties?query=banyan+tree").await.expect(200);
    }
    app.drain().await;
    let ask = async |client: &Client| client.get("/api/search/suggestions?limit=50").await.expect(200).text;
    let (mine, others) = (ask(&first.anyone).await, ask(&second.anyone).await);
    assert!(mine.contains("banyan tree") && mine.contains("Kondapur"), "{mine}");
    assert!(others.contains("Hanamkonda"), "{others}");
    assert!(!others.contains("banyan") && !others.contains("Kondapur"), "{others}");
}
