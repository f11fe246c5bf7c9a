//! Words of a search become filters, texts are compared in one form, and a search that finds nothing is relaxed.

use serde_json::{Value, json};
use testkit::{Answer, Person, TestApp};

/// Waits for a caller's own writes, however busy the machine is.
async fn patient() -> TestApp {
    TestApp::with(|_| {}, &[("limits.enabled", "false"), ("reads.wait_ms", "60000")]).await
}

async fn list(owner: &Person, home: Value) {
    let mut body =
        json!({"title": "A home", "location": "Kokapet", "price": 5_000_000, "propertyType": "APARTMENT"});
    body.as_object_mut().unwrap().extend(home.as_object().unwrap().clone());
    owner.client.post("/api/properties", &body).await.expect(201);
}

async fn search(owner: &Person, parameters: &[(&str, &str)]) -> Answer {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let answer = owner.client.get(&format!("/api/search/properties?{query}")).await.expect(200);
    assert_eq!(answer.header("x-stale"), None);
    answer
}

fn titles(answer: &Answer) -> Vec<String> {
    let content = answer.data()["content"].as_array().unwrap().iter();
    let mut titles: Vec<String> = content.map(|home| home["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

async fn two() -> (TestApp, Person) {
    let app = patient().await;
    let owner = Person::register(&app.client, "owner").await;
    let flat = json!({"title": "2BHK Apartment", "location": "Kondapur", "price": 25_000, "listingType": "RENT",
        "bedrooms": 2, "furnishedStatus": "SEMI_FURNISHED", "areaSqft": 1200, "parkingSpaces": 1, "facing": "East"});
    list(&owner, flat).await;
    let villa = json!({"title": "3BHK Villa", "location": "Gachibowli", "price": "1.2 cr", "propertyType": "VILLA",
        "bedrooms": 3, "description": "In a gated community, ready to move in."});
    list(&owner, villa).await;
    (app, owner)
}

/// What a home states decides; a home that states nothing is found, too.
#[tokio::test(flavor = "multi_thread")]
async fn what_only_some_listings_state_is_a_filter_for_those() {
    let app = patient().await;
    let owner = Person::register(&app.client, "owner").await;
    let home = |title: &str, more: Value| {
        let mut home = json!({"title": title, "location": "Miyapur", "price": 9_000, "listingType": "PG"});
        home.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        home
    };
    for (title, more) in [
        ("Hostel one", json!({"forWhom": "MEN", "gatedCommunity": false})),
        ("Hostel two", json!({"forWhom": "WOMEN", "gatedCommunity": true})),
        ("Hostel three", json!({"forWhom": "ANYONE"})),
        ("Hostel four", json!({})),
    ] {
        list(&owner, home(title, more)).await;
    }
    for (query, expected, parameter) in [
        ("pg for girls in miyapur", &["Hostel four", "Hostel three", "Hostel two"][..], ("forWhom", "WOMEN")),
        ("boys pg miyapur", &["Hostel four", "Hostel one", "Hostel three"], ("forWhom", "MEN")),
        ("gated pg", &["Hostel four", "Hostel three", "Hostel two"], ("gatedCommunity", "true")),
    ] {
        let answer = search(&owner, &[("q", query)]).await;
        assert_eq!(titles(&answer), expected, "{query}");
        let filters = answer.data()["understood"]["filters"].as_array().unwrap().clone();
        let told = filters.iter().find(|filter| filter["parameters"].get(parameter.0).is_some());
        assert_eq!(told.unwrap()["parameters"][parameter.0], parameter.1, "{query}: {filters:?}");
    }
    let strict = search(&owner, &[("q", "pg miyapur"), ("forWhom", "WOMEN")]).await;
    assert_eq!(titles(&strict), ["Hostel three", "Hostel two"]);
    let other = search(&owner, &[("q", "boys pg miyapur"), ("forWhom", "WOMEN")]).await;
    assert_eq!(titles(&other), ["Hostel three", "Hostel two"], "the parameter wins");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_mean_a_filter_or_nothing_hide_no_home() {
    let (_app, owner) = two().await;
    for (query, expected) in [
        ("2 bhk flat kondapur", "2BHK Apartment"),
        ("2 bhk flat in kondapur", "2BHK Apartment"),
        ("flat for rent in kondapur", "2BHK Apartment"),
        ("2bhk apartment near kondapur", "2BHK Apartment"),
        ("3 bhk villa for sale in gachibowli", "3BHK Villa"),
        ("the villa", "3BHK Villa"),
        ("villa at gachibowli", "3BHK Villa"),
        ("buy villa", "3BHK Villa"),
        ("gachibowli mein 3 bhk", "3BHK Villa"),
        ("kondapur lo flat kavali", "2BHK Apartment"),
        ("kondapurlo adde ki flat", "2BHK Apartment"),
        ("flat for rent near kondapur under 30k", "2BHK Apartment"),
        ("semi furnished flat around 1200 sqft", "2BHK Apartment"),
        ("3bhk ready to move gachibowli 1.5 cr", "3BHK Villa"),
        ("gated villa", "3BHK Villa"),
        ("east facing flat with parking", "2BHK Apartment"),
        ("appartment kondpur", "2BHK Apartment"),
        ("villa gachibolwi", "3BHK Villa"),
        ("family flat owner", "2BHK Apartment"),
        ("house in gachibowli above 1 crore", "3BHK Villa"),
    ] {
        let answer = search(&owner, &[("q", query)]).await;
        assert_eq!(titles(&answer), [expected], "{query}");
        assert_eq!(answer.data().get("relaxed"), None, "{query}");
        assert_ne!(answer.data().get("understood"), None, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_tells_how_the_words_were_understood() {
    let (_app, owner) = two().await;
    let answer = search(&owner, &[("q", "2 bhk flat in Kondapur with parking"), ("explain", "true")]).await;
    let understood = &answer.data()["understood"];
    let expected = json!([
        {"words": "2 bhk", "label": "2 BHK", "parameters": {"bedrooms": "2"},
            "without": "flat in Kondapur with parking", "isOverridden": false},
        {"words": "flat", "label": "Apartment", "parameters": {"propertyType": "APARTMENT"},
            "without": "2 bhk in Kondapur with parking", "isOverridden": false},
        {"words": "Kondapur", "label": "Kondapur", "parameters": {"location": "Kondapur"},
            "without": "2 bhk flat in with parking", "isOverridden": false},
    ]);
    assert_eq!(understood["filters"], expected);
    assert_eq!(understood["text"], json!(["parking"]));
    assert_eq!(understood["ignored"], json!(["in", "with"]));
    let explained = &answer.data()["content"][0]["explain"]["words"];
    assert_eq!(*explained, json!(["parking", "apartment", "kondapur"]));

    // The parameters that are told ask for the same.
    let same = [("bedrooms", "2"), ("propertyType", "APARTMENT"), ("location", "Kondapur"), ("q", "parking")];
    assert_eq!(titles(&search(&owner, &same).await), ["2BHK Apartment"]);
    // A parameter wins, quoted words are text, and without words nothing is told.
    let answer = search(&owner, &[("q", "villa"), ("propertyType", "APARTMENT")]).await;
    assert_eq!(titles(&answer), ["2BHK Apartment"]);
    assert_eq!(answer.data()["understood"]["filters"][0]["isOverridden"], true);
    let answer = search(&owner, &[("q", "\"villa\"")]).await;
    assert_eq!(answer.data()["understood"]["filters"], json!([]));
    assert_eq!(search(&owner, &[]).await.data().get("understood"), None);
    let past = owner.client.get("/api/search/history/me?size=10").await.expect(200);
    let searches = past.data()["content"].as_array().unwrap().clone();
    let flat =
        searches.iter().find(|one| one["searchQuery"] == "2 bhk flat in Kondapur with parking").unwrap();
    assert_eq!(flat["understood"]["filters"], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_finds_nothing_offers_what_most_of_its_words_find() {
    let (_app, owner) = two().await;
    list(&owner, json!({"title": "Villa like flat", "location": "Manikonda"})).await;
    // The field says otherwise than the title: found as text, because nothing else is.
    let answer = search(&owner, &[("q", "villa in manikonda")]).await;
    assert_eq!(titles(&answer), ["Villa like flat"]);
    assert_eq!(answer.data()["relaxed"], json!({"how": "AS_TEXT", "leftOut": []}));
    let answer = search(&owner, &[("q", "3 bhk villa in gachibowli with helipad")]).await;
    assert_eq!(titles(&answer), ["3BHK Villa"]);
    assert_eq!(answer.data()["relaxed"], json!({"how": "LEFT_OUT", "leftOut": ["helipad"]}));
    assert_eq!(answer.data()["totalElements"], 1);
    let answer = search(&owner, &[("q", "3 bhk villa in Gachibowli under 50 lakh")]).await;
    assert_eq!(titles(&answer), ["3BHK Villa"]);
    assert_eq!(answer.data()["relaxed"]["leftOut"], json!(["under 50 lakh"]));
    // Parameters always hold, and what matches only a lesser part is not offered.
    let answer = search(&owner, &[("q", "villa with helipad"), ("location", "Kondapur")]).await;
    assert_eq!(titles(&answer), [""; 0]);
    for query in ["helipad", "helipad jacuzzi", "villa helipad jacuzzi"] {
        let answer = search(&owner, &[("q", query)]).await;
        assert_eq!((titles(&answer).len(), answer.data().get("relaxed")), (0, None), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn relaxed_results_come_in_pages() {
    let (_app, owner) = two().await;
    for number in 0..5 {
        list(&owner, json!({"title": format!("Lake house {number}"), "location": "Gandipet"})).await;
    }
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer =
            search(&owner, &[("q", "lake gandipet helipad"), ("size", "2"), ("cursor", &cursor)]).await;
        assert_eq!(answer.data()["totalElements"], 5);
        assert_eq!(answer.data()["relaxed"]["leftOut"], json!(["helipad"]));
        all.extend(titles(&answer));
        let Some(next) = answer.data()["next"].as_str() else { break };
        next.clone_into(&mut cursor);
    }
    all.sort();
    assert_eq!(all, ["Lake house 0", "Lake house 1", "Lake house 2", "Lake house 3", "Lake house 4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_found_in_every_form_that_unicode_gives_it() {
    let app = patient().await;
    let owner = Person::register(&app.client, "owner").await;
    let (composed, decomposed) = ("पहा\u{95c}ी शरीफ", "पहा\u{921}\u{93c}ी शरीफ");
    for (number, place) in [composed, decomposed].into_iter().enumerate() {
        list(&owner, json!({"title": format!("Home {number} {place}"), "location": place})).await;
    }
    list(&owner, json!({"title": "Étage élevé", "location": "Amberpēt", "amenities": "Café"})).await;
    list(&owner, json!({"title": "Telugu title", "location": "గచ్చిబౌలి"})).await;
    list(
        &owner,
        json!({"title": "Urdu title", "location": "\u{6a9}\u{648}\u{6a9}\u{627} \u{67e}\u{6cc}\u{679}"}),
    )
    .await;
    for (parameter, text, many) in [
        ("q", composed, 2),
        ("q", decomposed, 2),
        ("location", composed, 2),
        ("location", decomposed, 2),
        ("location", "Amberpet", 1),
        ("location", "AMBERPE\u{304}T", 1),
        ("q", "etage eleve", 1),
        ("q", "E\u{301}tage e\u{301}leve\u{301}", 1),
        ("q", "ＥＴＡＧＥ", 1),
        ("amenities", "cafe", 1),
        ("q", "గచ్చిబౌలి", 1),
        ("location", "గచ్చి\u{200c}బౌలి", 1),
        // A virama is part of its word: a half of the word is not the word.
        ("location", "గచ", 0),
        ("location", "\u{643}\u{648}\u{643}\u{627} \u{67e}\u{64a}\u{679}", 1),
    ] {
        let answer = search(&owner, &[(parameter, text)]).await;
        assert_eq!(answer.data()["totalElements"], many, "{parameter} {text}");
    }
    let suggested = owner.client.get("/api/search/suggestions?query=amberpe").await.expect(200);
    assert_eq!(suggested.data()[0], "Amberpēt");
    // Both forms count as one value of a facet.
    let facets = search(&owner, &[("facets", "true")]).await;
    let places = facets.data()["facets"]["location"].as_array().unwrap().clone();
    assert_eq!((places.len(), &places[0]["count"]), (4, &json!(2)), "{places:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_find_a_person_in_every_form_of_the_name() {
    let app = crate::people::app().await;
    let person = Person::register(&app.client, "renee").await;
    let names = json!({"firstName": "Renée", "lastName": "Sample"});
    person.client.put("/api/users/profile", &names).await.expect(200);
    let admin = crate::people::admin(&app).await;
    app.drain().await;
    for text in ["ren%C3%A9e", "rene%CC%81e", "RENEE"] {
        let found = admin.client.get(&format!("/api/users?search={text}")).await.expect(200);
        assert_eq!(found.data()["totalElements"], 1, "{text}");
    }
}
