//! Sheets of products: put by SKU, imported as a job, exported, and imported again.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Client, Form, Person, TestApp, real_data};

use crate::people;

const PATH: &str = "/api/v1/products/import";
const BY_SKU: &str = "/api/v1/products/by-sku";
const EXPORT: &str = "/api/v1/products/export";

/// An application with an administrator and two sellers.
async fn shops() -> (TestApp, Person, [Person; 2]) {
    let overrides = [people::WITH_ADMIN.as_slice(), &[("reads.wait_ms", "60000")]].concat();
    let app = TestApp::with(|_| {}, &overrides).await;
    let admin = people::admin(&app).await;
    let one = people::with_role(&app.client, &admin, "one", "SELLER").await;
    let other = people::with_role(&app.client, &admin, "other", "SELLER").await;
    (app, admin, [one, other])
}

async fn send(client: &Client, query: &str, sheet: &[u8]) -> Answer {
    let body = ("text/csv; charset=utf-8", sheet.to_vec());
    client.send_bytes(Method::POST, &format!("{PATH}{query}"), body, &[]).await
}

/// Imports a sheet to its end. Returns the result and the report.
async fn imported(client: &Client, query: &str, sheet: &[u8]) -> (Value, String) {
    let begun = send(client, query, sheet).await.expect(202);
    let job = begun.header("location").unwrap().to_owned();
    let told = loop {
        let told = client.get(&job).await.expect(200).data().clone();
        if told["status"] != "RUNNING" {
            break told;
        }
    };
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    let result = told["result"].clone();
    let report = client.get(result["report"].as_str().unwrap()).await.expect(200);
    (result, report.text)
}

fn counts(result: &Value) -> [u64; 5] {
    ["created", "updated", "unchanged", "skipped", "rejected"].map(|name| result[name].as_u64().unwrap())
}

fn rice() -> Value {
    json!({"name": "Rice", "categories": ["Food", "Rice, white"], "price": 120, "stock": 5})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_put_by_its_sku() {
    let (app, admin, [seller, other]) = shops().await;
    let path = &format!("{BY_SKU}/r-1");
    let put =
        async |client: &Client, query: &str, body: &Value| client.put(&format!("{path}{query}"), body).await;
    let checked = put(&seller.client, "?check=true", &rice()).await.expect(200);
    assert_eq!((&checked.data()["action"], &checked.data()["id"]), (&json!("CREATED"), &Value::Null));
    let first = put(&seller.client, "", &rice()).await.expect(200);
    assert_eq!(first.data(), &json!({"action": "CREATED", "id": 1, "changed": []}));
    let same = put(&seller.client, "", &rice()).await.expect(200);
    assert_eq!((&same.data()["action"], same.header("x-event-position")), (&json!("UNCHANGED"), None));

    let change = json!({"price": "99.50", "stock": 4, "sku": "R-1"});
    let checked = put(&seller.client, "?check=true", &change).await.expect(200);
    let changed = put(&seller.client, "", &change).await.expect(200);
    assert_eq!(changed.data(), checked.data());
    assert_eq!(changed.data(), &json!({"action": "UPDATED", "id": 1, "changed": ["price", "stock"]}));
    let shown = app.client.get("/api/v1/products/1").await.expect(200).data().clone();
    assert_eq!((&shown["price"], &shown["stock"], &shown["sku"]), (&json!(99.5), &json!(4), &json!("R-1")));
    assert_eq!(shown["categories"], json!(["Food", "Rice, white"]));

    for query in ["", "?check=true"] {
        let taken = put(&other.client, query, &rice()).await.expect(409);
        assert_eq!(
            (taken.code(), taken.field("sku")),
            ("PRODUCT_ALREADY_EXISTS", Some("belongs to product 1"))
        );
    }
    assert_eq!(put(&admin.client, "", &json!({"price": 90})).await.expect(200).data()["action"], "UPDATED");
    let buyer = Person::register(&app.client, "buyer").await;
    put(&buyer.client, "", &rice()).await.expect(403);
    put(&app.client, "", &rice()).await.expect(401);

    let wrong = put(&seller.client, "", &json!({"name": " ", "price": "cheap"})).await.expect(400);
    assert!(wrong.field("name").is_some() && wrong.field("price").is_some(), "{}", wrong.text);
    let wrong = put(&seller.client, "", &json!({"sku": "R-2"})).await.expect(400);
    assert_eq!(wrong.field("sku"), Some("is another one in the path"));
    let new = seller.client.put(&format!("{BY_SKU}/new"), &json!({"price": 1})).await.expect(400);
    assert!(new.field("name").is_some() && new.field("categories").is_some(), "{}", new.text);
    for sku in ["a%20b".to_owned(), "A".repeat(101)] {
        let wrong = seller.client.put(&format!("{BY_SKU}/{sku}"), &rice()).await.expect(400);
        assert!(wrong.field("sku").is_some(), "{}", wrong.text);
    }
    put(&seller.client, "?check=perhaps", &rice()).await.expect(400);

    seller.client.delete("/api/v1/products/1").await.expect(200);
    let anew = put(&other.client, "", &rice()).await.expect(200);
    assert_eq!(anew.data(), &json!({"action": "CREATED", "id": 2, "changed": []}), "the SKU was free");
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_put_one_sku_at_once_make_one_product() {
    let (_app, _, [seller, _]) = shops().await;
    let path = format!("{BY_SKU}/R-1");
    let body = rice();
    let puts = (0..16).map(|_| seller.client.put(&path, &body));
    let answers = futures_util::future::join_all(puts).await;
    let created = answers.iter().filter(|answer| answer.data()["action"] == "CREATED").count();
    let told: Vec<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
    assert_eq!(created, 1, "{told:?}");
    let id = &answers[0].data()["id"];
    assert!(id.is_u64() && answers.iter().all(|answer| answer.data()["id"] == *id), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_checked_imported_and_imported_again() {
    let (app, _, [seller, other]) = shops().await;
    other.client.put(&format!("{BY_SKU}/T-1"), &rice()).await.expect(200);
    let sheet = "Item,Category,Price,SKU,Qty,Shelf\nRice,Food > Rice,\"1,200\",r-1,5,A\nSalt,Food,cheap,S-1,,A\n\
        Rice,Food > Rice,\"1,200\",R-1,5,A\nTea,Food,90,T-1,,B\nOats,,90,O-1,,B\n";
    let (checked, report) = imported(&seller.client, "?check=true", sheet.as_bytes()).await;
    assert_eq!((counts(&checked), &checked["check"]), ([1, 0, 0, 1, 3], &json!(true)));
    assert!(report.starts_with("line,action,product,reason\n2,created,,\n3,rejected,,"), "{report}");
    let own = seller.client.get("/api/v1/products?mine=true").await.expect(200);
    assert_eq!(own.data(), &json!([]), "a check writes nothing");

    let (done, report) = imported(&seller.client, "", sheet.as_bytes()).await;
    assert_eq!((counts(&done), &done["rows"]), ([1, 0, 0, 1, 3], &json!(5)));
    for line in [
        "\n2,created,2,\n",
        "\n4,skipped,,repeats line 2\n",
        "\n5,rejected,,\"SKU \"\"T-1\"\" belongs to product 1\"\n",
        "\n6,rejected,,\"Category \"\"\"\" ",
    ] {
        assert!(report.contains(line), "{line}: {report}");
    }
    let (again, report) = imported(&seller.client, "", sheet.replace("1,200", "1,100").as_bytes()).await;
    assert_eq!(counts(&again), [0, 1, 0, 1, 3]);
    assert!(report.contains("\n2,updated,2,changed: price\n"), "{report}");
    let shown = app.client.get("/api/v1/products/2").await.expect(200).data().clone();
    assert_eq!((&shown["price"], &shown["stock"]), (&json!(1100), &json!(5)));
    app.drain().await;
    let history = people::history(&seller).await;
    let done = |kind: &str| history.iter().filter(|told| *told == kind).count();
    assert_eq!((done("PRODUCT_CREATED"), done("IMPORT_FINISHED")), (1, 3), "{history:?}");

    let form = |map: &str| {
        let form = Form::default().part(
            "file",
            Some("p.csv"),
            "text/csv",
            b"No;Item;Group;Sub;Rs\n7;Tea;Food;Hot, black;90\n",
        );
        form.part("map", None, "text/plain", map.as_bytes()).finish()
    };
    let map = "name = \"Item\"\nprice = \"Rs\"\nsku = { column = \"No\", prefix = \"X-\" }\n\
        categories = { columns = [\"Group\", \"Sub\"] }\n";
    let ask = async |map: &str| seller.client.send_bytes(Method::POST, PATH, form(map), &[]).await;
    let wrong = ask(&map.replace("Sub", "Subs")).await.expect(400);
    assert!(wrong.field("map").is_some_and(|told| told.contains("did you mean \"Sub\"?")), "{}", wrong.text);
    let wrong = ask("").await.expect(400);
    assert!(wrong.field("file").is_some_and(|told| told.contains("no column for")), "{}", wrong.text);
    let begun = ask(map).await.expect(202);
    let job = begun.header("location").unwrap();
    while seller.client.get(job).await.expect(200).data()["status"] == "RUNNING" {}
    let put =
        seller.client.put(&format!("{BY_SKU}/X-7"), &json!({"categories": ["Food", "Hot, black"]})).await;
    assert_eq!(put.expect(200).data()["action"], "UNCHANGED");
    let buyer = Person::register(&app.client, "buyer").await;
    send(&buyer.client, "", sheet.as_bytes()).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_ones_own_and_changes_nothing_when_it_is_imported() {
    let (app, admin, [seller, other]) = shops().await;
    let odd = json!({"name": "=HYPERLINK(\"http://x.test\")", "description": "- soft\n- white", "price": 99.5,
        "categories": ["Home, garden"], "attributes": {"a;b": "c", "size": "M"}, "status": "INACTIVE",
        "images": ["https://a.test/1,2.jpg"]});
    seller.client.put(&format!("{BY_SKU}/ODD"), &odd).await.expect(200);
    seller.client.put(&format!("{BY_SKU}/R-1"), &rice()).await.expect(200);
    other.client.put(&format!("{BY_SKU}/R-2"), &rice()).await.expect(200);

    let sheet = seller.client.get(EXPORT).await.expect(200);
    assert_eq!(sheet.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(sheet.header("content-disposition"), Some("attachment; filename=\"products.csv\""));
    let template = app.client.get(&format!("{PATH}/template")).await.expect(200);
    let header = sheet.text.trim_start_matches('\u{feff}').lines().next();
    assert_eq!(header, template.text.lines().next(), "the columns of the template");
    assert!(sheet.text.contains("\"'=HYPERLINK(\"\"http://x.test\"\")\""), "no formula: {}", sheet.text);
    assert!(!sheet.text.contains("R-2"), "{}", sheet.text);
    let (again, report) = imported(&seller.client, "", sheet.text.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, 2, 0, 0], "{report}");

    let lines = admin.client.get(&format!("{EXPORT}?format=jsonl")).await.expect(200);
    assert_eq!(lines.header("content-type"), Some("application/jsonl; charset=utf-8"));
    let products: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(products.len(), 3, "administrators have all");
    assert_eq!((&products[0]["name"], &products[0]["attributes"]), (&odd["name"], &odd["attributes"]));
    for product in &products {
        let sku = product["sku"].as_str().unwrap();
        let put = admin.client.put(&format!("{BY_SKU}/{sku}"), product).await.expect(200);
        assert_eq!(put.data()["action"], "UNCHANGED", "{product}");
    }
    let wrong = seller.client.get(&format!("{EXPORT}?format=xlsx")).await.expect(400);
    assert!(wrong.field("format").is_some_and(|told| told.contains("JSONL")), "{}", wrong.text);
    app.client.get(EXPORT).await.expect(401);
    let buyer = Person::register(&app.client, "buyer").await;
    buyer.client.get(EXPORT).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_template_can_be_imported_as_it_is() {
    let (app, _, [seller, _]) = shops().await;
    let template = app.client.get(&format!("{PATH}/template")).await.expect(200);
    let (done, report) = imported(&seller.client, "", template.text.as_bytes()).await;
    assert_eq!(counts(&done), [3, 0, 0, 0, 0], "{report}");
    let (again, report) = imported(&seller.client, "", template.text.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, 3, 0, 0], "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_grocery_set_comes_in_once_and_every_row_is_accounted_for() {
    let Some(file) = real_data("grocery_products.csv") else { return };
    let sheet = std::fs::read(file).unwrap();
    let (_app, _, [seller, _]) = shops().await;
    let (done, report) = imported(&seller.client, "", &sheet).await;
    assert_eq!(done["rows"], 8000);
    let [created, updated, unchanged, skipped, rejected] = counts(&done);
    assert_eq!((created + rejected, updated, unchanged, skipped), (8000, 0, 0, 0));
    let unexplained = report.lines().filter(|line| line.ends_with(",rejected,,")).count();
    assert_eq!((report.lines().count(), unexplained), (8001, 0));
    assert!(created > 7900, "{report}");

    let (again, _) = imported(&seller.client, "", &sheet).await;
    assert_eq!(counts(&again), [0, 0, created, 0, rejected]);
    let listed = seller.client.get("/api/v1/products?mine=true&size=1").await.expect(200);
    assert_eq!(listed.header("x-total-count"), Some(created.to_string().as_str()));
    let oil = json!({"name": "Garlic Oil - Vegetarian Capsule 500 mg", "price": 220, "currency": "INR",
        "categories": ["Beauty & Hygiene", "Hair Care", "Hair Oil & Serum"],
        "attributes": {"brand": "Sri Sri Ayurveda", "market_price": "220", "rating": "4.1"}});
    let put = seller.client.put(&format!("{BY_SKU}/BB-1"), &oil).await.expect(200);
    assert_eq!(put.data()["action"], "UNCHANGED");

    let exported = seller.client.get(EXPORT).await.expect(200);
    let (again, report) = imported(&seller.client, "", exported.text.as_bytes()).await;
    assert_eq!(counts(&again), [0, 0, created, 0, 0], "{report}");
}
