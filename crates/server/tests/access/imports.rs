//! `POST /api/properties/import`: a sheet as a job, for its owner.

#![expect(clippy::format_collect, reason = "small sheets of tests")]

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Client, Form, Person, TestApp};

use crate::people;

const PATH: &str = "/api/properties/import";

async fn send(client: &Client, query: &str, sheet: &str) -> Answer {
    let body = ("text/csv; charset=utf-8", sheet.as_bytes().to_vec());
    client.send_bytes(Method::POST, &format!("{PATH}{query}"), body, &[]).await
}

async fn ended(client: &Client, begun: &Answer) -> Value {
    let job = begun.header("location").unwrap();
    loop {
        let told = client.get(job).await.expect(200).data().clone();
        if told["status"] != "RUNNING" {
            return told;
        }
    }
}

/// Imports a sheet to its end. Returns the result and the report.
async fn imported(client: &Client, query: &str, sheet: &str) -> (Value, String) {
    let begun = send(client, query, sheet).await.expect(202);
    let told = ended(client, &begun).await;
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    let result = told["result"].clone();
    let report = client.get(result["report"].as_str().unwrap()).await.expect(200);
    assert_eq!(report.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(report.header("content-disposition").unwrap().starts_with("attachment"));
    (result, report.text)
}

fn counts(result: &Value) -> [u64; 5] {
    ["created", "updated", "unchanged", "skipped", "rejected"].map(|name| result[name].as_u64().unwrap())
}

const SHEET: &str = "\
id,price,location,type,BHK,Corner
A1,90 lakh,Uppal,Flat,2,yes
A2,80 lakh,Uppal,Castle,2,no
A1,90 lakh,Uppal,Flat,2,yes
A3,\"32,000\",Kondapur,Flat,3 BHK,no
";

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_checked_imported_and_imported_again() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let sheet = SHEET.replace("BHK,Corner", "BHK,For").replace(",yes", ",Sale").replace(",no", ",Rent");
    let (checked, report) = imported(&owner.client, "?check=true", &sheet).await;
    assert_eq!((counts(&checked), &checked["check"]), ([2, 0, 0, 1, 1], &json!(true)));
    assert!(
        report.starts_with("line,action,listing,reason\n2,created,,\n3,rejected,,\"type \"\"Castle\"\""),
        "{report}"
    );
    let mine = async || owner.client.get("/api/properties/my-properties").await.expect(200).data().clone();
    assert_eq!(mine().await["totalElements"], 0, "a check writes nothing");

    let (done, report) = imported(&owner.client, "", &sheet).await;
    assert_eq!((counts(&done), &done["rows"]), ([2, 0, 0, 1, 1], &json!(4)));
    assert!(report.contains("\n4,skipped,,repeats line 2\n"), "{report}");
    let shown = mine().await;
    let homes = shown["content"].as_array().unwrap();
    let rented = homes.iter().find(|home| home["sourceReference"] == "A3").unwrap();
    assert_eq!((&rented["price"], &rented["listingType"]), (&json!(32_000), &json!("RENT")));
    assert_eq!(
        (&rented["title"], &rented["bedrooms"]),
        (&json!("3 BHK apartment for rent in Kondapur"), &json!(3))
    );
    assert!(report.contains(rented["id"].as_str().unwrap()), "{report}");

    let (again, report) = imported(&owner.client, "", &sheet.replace("90 lakh", "95 lakh")).await;
    assert_eq!(counts(&again), [0, 1, 1, 1, 1]);
    assert!(report.contains(",changed: price\n"), "{report}");
    app.drain().await;
    let history = people::history(&owner).await;
    let done = |kind: &str| history.iter().filter(|told| *told == kind).count();
    assert_eq!((done("PROPERTY_CREATED"), done("PROPERTY_UPDATED"), done("IMPORT_FINISHED")), (2, 1, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_carries_a_map_and_what_is_wrong_is_told_by_field() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let form = |sheet: &[u8], map: &str| {
        Form::default().part("file", Some("homes.csv"), "text/csv", sheet).part(
            "map",
            None,
            "text/plain",
            map.as_bytes(),
        )
    };
    let ask = async |form: Form| owner.client.send_bytes(Method::POST, PATH, form.finish(), &[]).await;
    let sheet = b"Village;Rate;Acres\nMokila;240;3.5\n";
    let map = "location = \"Village\"\nprice = { column = \"Rate\", unit = \"lakh\" }\n\
        area = { column = \"Acres\", unit = \"acre\" }\npropertyType = { value = \"PLOT\" }\n";
    let begun = ask(form(sheet, map)).await.expect(202);
    assert_eq!(begun.data()["notes"], json!([]));
    assert_eq!(counts(&ended(&owner.client, &begun).await["result"]), [1, 0, 0, 0, 0]);

    let wrong = |answer: &Answer, field: &str| {
        answer.body["error"]["fieldErrors"][field]
            .as_str()
            .unwrap_or_else(|| panic!("{}", answer.text))
            .to_owned()
    };
    let answer = ask(form(sheet, &map.replace("Rate", "Rates"))).await.expect(400);
    assert!(wrong(&answer, "map").contains("did you mean \"Rate\"?"), "{}", answer.text);
    let answer = ask(form(sheet, "prise = \"Rate\"")).await.expect(400);
    assert!(wrong(&answer, "map").contains("did you mean price?"), "{}", answer.text);
    let answer = ask(form(sheet, "")).await.expect(400);
    assert!(wrong(&answer, "file").contains("no column for"), "{}", answer.text);
    let answer = ask(form(b"PK\x03\x04", "")).await.expect(400);
    assert!(wrong(&answer, "file").contains("is a workbook"), "{}", answer.text);
    let answer = ask(Form::default().part("map", None, "text/plain", b"")).await.expect(400);
    assert_eq!(wrong(&answer, "file"), "is required");
    let form = Form::default().part("file", Some("homes.csv"), "text/csv", b"price,location,type\n");
    let answer = owner.client.send_bytes(Method::POST, PATH, form.cut(), &[]).await.expect(400);
    assert!(wrong(&answer, "body").contains("whole multipart body"), "{}", answer.text);
    let large = format!("price,location,type\n{}", "1,2,3\n".repeat(900_000));
    let answer = send(&owner.client, "", &large).await.expect(413);
    assert!(wrong(&answer, "file").contains("at most 5 MB"), "{}", answer.text);
    let answer = owner.client.post(PATH, &json!({})).await.expect(415);
    assert!(wrong(&answer, "Content-Type").contains("text/csv"), "{}", answer.text);
    send(&owner.client, "?check=perhaps", SHEET).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_hold_for_each_row_and_moderation_for_each_home() {
    let settings = [
        ("quotas.unconfirmed.homes", "2"),
        ("tenants.hyderabad.moderation", "true"),
        ("limits.enabled", "true"),
    ];
    let app = TestApp::with(|_| {}, &settings).await;
    let owner = Person::register(&app.client, "owner").await;
    let sheet = "id,price,location,type\n1,90 lakh,Uppal,Flat\n2,80 lakh,Uppal,Flat\n3,70 lakh,Uppal,Flat\n";
    let (checked, report) = imported(&owner.client, "?check=true", sheet).await;
    assert_eq!(counts(&checked), [2, 0, 0, 0, 1]);
    assert!(report.contains("4,rejected,,\"you have 2 homes listed, of at most 2"), "{report}");
    let (done, report) = imported(&owner.client, "", sheet).await;
    assert_eq!(counts(&done), [2, 0, 0, 0, 1]);
    assert!(report.contains("rejected,,\"you have 2 homes listed, of at most 2"), "{report}");
    let mine = owner.client.get("/api/properties/my-properties").await.expect(200);
    for home in mine.data()["content"].as_array().unwrap() {
        assert_eq!(home["status"], "PENDING_REVIEW");
    }
    let (again, _) = imported(&owner.client, "", sheet).await;
    assert_eq!(counts(&again), [0, 0, 2, 0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_import_of_a_person_is_at_work_at_a_time_and_its_report_is_theirs_alone() {
    let app = people::app().await;
    let owner = Person::register(&app.client, "owner").await;
    let other = Person::register(&app.client, "other").await;
    let admin = people::admin(&app).await;
    let rows: String = (0..3000).map(|index| format!("{index},90 lakh,Uppal,Flat\n")).collect();
    let sheet = format!("id,price,location,type\n{rows}");
    let begun = send(&owner.client, "", &sheet).await.expect(202);
    let second = send(&owner.client, "", SHEET).await;
    assert_eq!((second.status, second.code()), (409, "ALREADY_RUNNING"), "{}", second.text);
    let job = begun.header("location").unwrap().to_owned();
    let early = owner.client.get(&format!("{job}/report")).await.expect(409);
    assert_eq!(early.code(), "JOB_RUNNING");
    imported(&other.client, "", "id,price,location,type\n1,90 lakh,Uppal,Flat\n").await;
    let told = ended(&owner.client, &begun).await;
    assert_eq!(
        (counts(&told["result"]), &told["subject"]),
        ([3000, 0, 0, 0, 0], &json!("import of a sheet"))
    );
    let report = format!("{job}/report");
    owner.client.get(&report).await.expect(200);
    for client in [&other.client, &admin.client] {
        let refused = client.get(&report).await.expect(404);
        let unknown = client.get("/api/jobs/0197c000-0000-7000-8000-000000000001/report").await.expect(404);
        assert_eq!(
            (refused.code(), refused.body["message"].as_str()),
            (unknown.code(), unknown.body["message"].as_str())
        );
    }
    app.client.get(&report).await.expect(401);
    app.clock.advance(25 * 60 * 60);
    let signed_in = owner.sign_in().await.0;
    let gone = signed_in.client.get(&report).await.expect(410);
    assert_eq!(gone.code(), "REPORT_GONE");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_cut_off_by_a_restart_says_so_and_goes_on_where_it_was() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let rows: String = (0..4000).map(|index| format!("{index},90 lakh,Uppal,Flat\n")).collect();
    let sheet = format!("id,price,location,type\n{rows}");
    let begun = send(&owner.client, "", &sheet).await.expect(202);
    let kept = app.stop().await;
    let app = TestApp::on(kept.path()).await;
    let owner = Person::enter(&app.client, &owner.email).await;
    let told = ended(&owner.client, &begun).await;
    assert_eq!(told["status"], "INTERRUPTED", "{told}");
    assert!(told["error"].as_str().unwrap().contains("start it again"), "{told}");
    let report = format!("{}/report", begun.header("location").unwrap());
    owner.client.get(&report).await.expect(410);
    let (done, _) = imported(&owner.client, "", &sheet).await;
    let [created, updated, unchanged, ..] = counts(&done);
    assert_eq!((created + unchanged, updated), (4000, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_is_put_by_the_reference_of_its_owner() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let other = Person::register(&app.client, "other").await;
    let path = "/api/properties/by-reference/A%2F7%20north";
    let body = json!({"location": "Miyapur", "price": "84 lakh", "propertyType": "VILLA", "bedrooms": 3, "area": 2, "areaUnit": "CENT"});
    let put =
        async |client: &Client, query: &str, body: &Value| client.put(&format!("{path}{query}"), body).await;
    let checked = put(&owner.client, "?check=true", &body).await.expect(200);
    assert_eq!((&checked.data()["action"], &checked.data()["id"]), (&json!("CREATED"), &Value::Null));
    let first = put(&owner.client, "", &body).await.expect(200);
    assert_eq!((&first.data()["action"], &first.data()["status"]), (&json!("CREATED"), &json!("ACTIVE")));
    let id = first.data()["id"].as_str().unwrap().to_owned();
    let same = put(&owner.client, "", &body).await.expect(200);
    assert_eq!((&same.data()["action"], same.header("x-event-position")), (&json!("UNCHANGED"), None));
    let theirs = put(&other.client, "", &body).await.expect(200);
    assert_ne!(theirs.data()["id"], first.data()["id"], "everybody has references of their own");

    let price = json!({"price": 8_300_000, "areaSqft": 900});
    let checked = put(&owner.client, "?check=true", &price).await.expect(200);
    assert_eq!(checked.data()["action"], "UPDATED");
    let changed = put(&owner.client, "", &price).await.expect(200);
    assert_eq!(changed.data(), checked.data());
    assert_eq!(changed.data()["changed"], json!(["price", "area"]));
    let home = owner.client.get(&format!("/api/properties/{id}")).await.expect(200).data().clone();
    assert_eq!(
        (&home["price"], &home["areaSqft"], &home["areaUnit"]),
        (&json!(8_300_000), &json!(900.0), &json!("SQFT"))
    );
    assert_eq!((&home["bedrooms"], &home["sourceReference"]), (&json!(3), &json!("A/7 north")));

    let wrong = put(&owner.client, "", &json!({"price": "cheap"})).await.expect(400);
    assert!(wrong.body["error"]["fieldErrors"]["price"].is_string(), "{}", wrong.text);
    let wrong =
        owner.client.put("/api/properties/by-reference/new", &json!({"price": 9_000_000})).await.expect(400);
    assert!(wrong.body["error"]["fieldErrors"]["location"].is_string(), "{}", wrong.text);
    let long = format!("/api/properties/by-reference/{}", "r".repeat(101));
    let wrong = owner.client.put(&long, &body).await.expect(400);
    assert!(wrong.body["error"]["fieldErrors"]["sourceReference"].is_string(), "{}", wrong.text);

    let mut foreign = body.clone();
    foreign["imageUrls"] = json!(["https://elsewhere.example/a.jpg"]);
    let photos = "/api/properties/by-reference/photos";
    let checked = owner.client.put(&format!("{photos}?check=true"), &foreign).await.expect(400);
    let refused = owner.client.put(photos, &foreign).await.expect(400);
    assert_eq!(
        checked.body["error"]["fieldErrors"], refused.body["error"]["fieldErrors"],
        "a check tells it"
    );

    owner.client.delete(&format!("/api/properties/{id}")).await.expect(204);
    let anew = put(&owner.client, "", &body).await.expect(200);
    assert_eq!(anew.data()["action"], "CREATED", "a removed home gives its reference back");
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_change_one_home_at_once_undo_nothing_of_each_other() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let path = "/api/properties/by-reference/A1";
    let body = json!({"location": "Miyapur", "price": "84 lakh", "propertyType": "VILLA"});
    let id = owner.client.put(path, &body).await.expect(200).data()["id"].as_str().unwrap().to_owned();
    for round in 1..=5 {
        let changes = ["bedrooms", "bathrooms", "parkingSpaces", "totalFloors"];
        let bodies = changes.map(|member| json!({member: round}));
        let puts = bodies.iter().map(|body| owner.client.put(path, body));
        for answer in futures_util::future::join_all(puts).await {
            assert_eq!(answer.expect(200).data()["action"], "UPDATED");
        }
        let home = owner.client.get(&format!("/api/properties/{id}")).await.expect(200).data().clone();
        for member in changes {
            assert_eq!(home[member], round, "{member}: {home}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_has_one_form_however_it_is_written() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let body = json!({"location": "Miyapur", "price": "84 lakh", "propertyType": "VILLA"});
    let put = async |reference: &str| {
        owner.client.put(&format!("/api/properties/by-reference/{reference}"), &body).await
    };
    let decomposed = "Ame%CC%81lie-1";
    assert_eq!(put(decomposed).await.expect(200).data()["action"], "CREATED");
    for same in [decomposed, "Am%C3%A9lie-1", "%20Am%C3%A9lie-1"] {
        assert_eq!(put(same).await.expect(200).data()["action"], "UNCHANGED", "{same}");
    }
    for blank in ["%20", "%E2%80%8B"] {
        let wrong = put(blank).await.expect(400);
        assert_eq!(wrong.field("sourceReference"), Some("is required"), "{}", wrong.text);
    }
    let sheet = "id,price,location,type\nAme\u{301}lie-1,84 lakh,Miyapur,Villa\n";
    assert_eq!(counts(&imported(&owner.client, "", sheet).await.0), [0, 0, 1, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_template_can_be_imported_as_it_is() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let template = app.client.get(&format!("{PATH}/template")).await.expect(200);
    assert_eq!(template.header("content-type"), Some("text/csv; charset=utf-8"));
    let (done, report) = imported(&owner.client, "", &template.text).await;
    assert_eq!(counts(&done), [4, 0, 0, 0, 0], "{report}");
    let (again, report) = imported(&owner.client, "", &template.text).await;
    assert_eq!(counts(&again), [0, 0, 4, 0, 0], "{report}");
}
