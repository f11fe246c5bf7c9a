//! Imports with the real binary: the real file, repeated and killed halfway, and a file with one invalid row for
//! each rule.

#![expect(clippy::unused_async, reason = "one form for all steps")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use domain::Log;
use testkit::{Child, Person, TestApp, everything, real_data};

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");
const LISTINGS: u64 = 1998;

fn import(file: &Path, server: &str, token: &str, owner: &str) -> Command {
    let mut command = Command::new(BINARY);
    command
        .args(["import", "listings", file.to_str().unwrap(), "--owner", owner, "--server", server])
        .env_clear()
        .env("HYD_TOKEN", token)
        .stdin(Stdio::null());
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn total(person: &Person) -> u64 {
    let mine = person.client.get("/api/properties/my-properties?size=1").await.expect(200);
    mine.data()["totalElements"].as_u64().unwrap()
}

/// Lists, history and journal agree.
async fn agrees(app: TestApp, person: &Person) {
    let listed = total(person).await;
    let history = person.client.get("/api/user-history/me/stats").await.expect(200);
    let kept = app.stop().await;
    let created: Vec<_> = everything(kept.path(), Log::Facts)
        .await
        .into_iter()
        .filter(|e| &*e.event_type == "PROPERTY_CREATED")
        .collect();
    let distinct: std::collections::HashSet<_> = created.iter().map(|e| e.stream.id.clone()).collect();
    assert_eq!((listed, created.len() as u64, distinct.len() as u64), (LISTINGS, LISTINGS, LISTINGS));
    assert!(history.text.contains("\"PROPERTY_CREATED\":1998"), "{}", history.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_file_gives_1998_listings_once_and_for_all() {
    let Some(file) = real_data("hyderabad_sale_listings.csv") else { return };
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "importer").await;
    let run = || import(&file, &app.base, owner.client.token(), &owner.email).output().unwrap();
    let first = tokio::task::block_in_place(run);
    assert!(first.status.success(), "{}", text(&first));
    assert_eq!(total(&owner).await, LISTINGS);
    let said = text(&first);
    assert!(said.contains("1,998 created, 0 updated, 0 unchanged, 520 skipped, 0 rejected"), "{said}");
    let second = tokio::task::block_in_place(run);
    let said = text(&second);
    assert!(said.contains("0 created, 0 updated, 1,998 unchanged, 520 skipped, 0 rejected"), "{said}");
    agrees(app, &owner).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_killed_halfway_and_repeated_ends_the_same() {
    let Some(file) = real_data("hyderabad_sale_listings.csv") else { return };
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "importer").await;
    let mut command = import(&file, &app.base, owner.client.token(), &owner.email);
    let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while total(&owner).await < LISTINGS / 2 {
        assert!(process.try_wait().unwrap().is_none(), "the import ended before it could be killed");
    }
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(total(&owner).await < LISTINGS);
    let repeat = tokio::task::block_in_place(|| {
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
    });
    assert!(repeat.status.success(), "{}", text(&repeat));
    agrees(app, &owner).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_into_the_data_directory_needs_no_server_and_no_token() {
    let directory = tempfile::tempdir().unwrap();
    let server = Child::serve(BINARY, directory.path());
    let owner = Person::register(&server.client, "importer").await;
    let sheet = directory.path().join("sheet.csv");
    std::fs::write(&sheet, sheet_of(&["5000000,1000,Kondapur,2,0", "6000000,1100,Miyapur,2,1"])).unwrap();
    let local = || {
        Command::new(BINARY)
            .args(["import", "listings", sheet.to_str().unwrap(), "--owner", &owner.email])
            .env_clear()
            .env("HYD_DATA_DIR", directory.path())
            .output()
            .unwrap()
    };
    let beside = local();
    assert!(beside.status.success() && text(&beside).contains("2 created"), "{}", text(&beside));
    server.kill();
    let alone = local();
    assert!(alone.status.success() && text(&alone).contains("2 unchanged"), "{}", text(&alone));
    let created = everything(directory.path(), Log::Facts).await;
    assert_eq!(created.iter().filter(|e| &*e.event_type == "PROPERTY_CREATED").count(), 2);
}

const AMENITIES: [&str; 35] = [
    "MaintenanceStaff",
    "Gymnasium",
    "SwimmingPool",
    "LandscapedGardens",
    "JoggingTrack",
    "RainWaterHarvesting",
    "IndoorGames",
    "ShoppingMall",
    "Intercom",
    "SportsFacility",
    "ATM",
    "ClubHouse",
    "School",
    "24X7Security",
    "PowerBackup",
    "CarParking",
    "StaffQuarter",
    "Cafeteria",
    "MultipurposeRoom",
    "Hospital",
    "WashingMachine",
    "Gasconnection",
    "AC",
    "Wifi",
    "Childrensplayarea",
    "LiftAvailable",
    "BED",
    "VaastuCompliant",
    "Microwave",
    "GolfCourse",
    "TV",
    "DiningTable",
    "Sofa",
    "Wardrobe",
    "Refrigerator",
];

async fn homes(person: &Person) -> Vec<serde_json::Value> {
    let mine = person.client.get("/api/properties/my-properties?size=100").await.expect(200);
    mine.data()["content"].as_array().unwrap().clone()
}

/// Runs the import of `sheet` with further arguments. Returns the exit code and what was said.
async fn imported(app: &TestApp, owner: &Person, sheet: &[u8], more: &[&str]) -> (Option<i32>, String) {
    let file = app.data_dir().join("sheet.csv");
    std::fs::write(&file, sheet).unwrap();
    let mut command = import(&file, &app.base, owner.client.token(), &owner.email);
    let output = tokio::task::block_in_place(|| command.args(more).output().unwrap());
    (output.status.code(), text(&output))
}

/// Case 15: sheets as spreadsheets and data tools save them.
#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_read_whatever_program_saved_it() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "importer").await;
    let whole = sheet_of(&["9500000,1340,Nizampet,2,1"]);
    let marked = format!("\u{feff}{whole}");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let tail = whole.replacen(",9\n", "\n", 1);
    let sheets: Vec<Vec<u8>> = vec![
        whole.clone().into_bytes(),
        whole.replace("9500000,", "\"95,00,000\",").into_bytes(),
        whole.replace("9500000,", "\"9,500,000\",").into_bytes(),
        whole
            .replace(",9", ",9.0")
            .replace("9500000,1340,Nizampet,2,1", "9500000.0,1340.0,Nizampet,2.0,1.0")
            .into(),
        format!("sep=,\n{whole}").into_bytes(),
        format!("sep=;\n{}", whole.replace(',', ";")).into_bytes(),
        whole.replace(',', ";").into_bytes(),
        whole.replace(',', "\t").into_bytes(),
        format!("{whole}{0}\n\n{0}\n", ",".repeat(39)).into_bytes(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        marked.replace('\n', "\r\n").into_bytes(),
        whole.replace('\n', "\r").into_bytes(),
        tail.into_bytes(),
        whole.replace(",9", ",NaN").replace("9500000", " 9500000 ").into_bytes(),
    ];
    for (index, sheet) in sheets.iter().enumerate() {
        let (code, said) = imported(&app, &owner, sheet, &[]).await;
        let wanted =
            if index == 0 { "1 rows: 1 created" } else { "1 rows: 0 created, 0 updated, 1 unchanged" };
        assert!(code == Some(0) && said.contains(wanted), "{index}: {said}");
    }
    let (_, said) = imported(&app, &owner, b"price,location,type\n90 lakh,Caf\xe9 Road,Flat\n", &[]).await;
    assert!(said.contains("was read as Windows-1252") && said.contains("1 created"), "{said}");
    let (code, said) = imported(&app, &owner, b"PK\x03\x04 and so on", &[]).await;
    assert!(code == Some(1) && said.contains("is a workbook") && said.contains("CSV UTF-8"), "{said}");
    assert_eq!(total(&owner).await, 2);
    app.stop().await;
}

/// Case 16: a row whose price is another changes its listing, and only what really changes is an event.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_price_in_the_sheet_is_a_new_price_of_the_same_home() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "importer").await;
    let before = sheet_of(&["9700000,1777,Moosapet,4,1", "5000000,1000,Kondapur,2,0"]);
    let after = before.replace("9700000", "9600000");
    let gone = sheet_of(&["9600000,1777,Moosapet,4,1"]);
    assert!(imported(&app, &owner, before.as_bytes(), &[]).await.1.contains("2 created"));
    let (_, said) = imported(&app, &owner, after.as_bytes(), &["--check"]).await;
    assert!(said.contains("nothing was written; of 2 rows: 0 created, 1 updated, 1 unchanged"), "{said}");
    let report = app.data_dir().join("report.csv");
    let arguments = ["--report", report.to_str().unwrap()];
    let (_, said) = imported(&app, &owner, after.as_bytes(), &arguments).await;
    assert!(said.contains("0 created, 1 updated, 1 unchanged"), "{said}");
    let report = std::fs::read_to_string(report).unwrap();
    assert!(report.contains(",updated,") && report.contains("changed: price"), "{report}");
    let (_, said) = imported(&app, &owner, gone.as_bytes(), &[]).await;
    assert!(
        said.contains("1 unchanged") && said.contains("gone from the sheet are left as they are"),
        "{said}"
    );
    let mut prices: Vec<u64> =
        homes(&owner).await.iter().map(|home| home["price"].as_u64().unwrap()).collect();
    prices.sort_unstable();
    assert_eq!(prices, [5_000_000, 9_600_000]);
    let kept = app.stop().await;
    let events = everything(kept.path(), Log::Facts).await;
    let count = |kind: &str| events.iter().filter(|event| &*event.event_type == kind).count();
    assert_eq!((count("PROPERTY_CREATED"), count("PROPERTY_UPDATED")), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_not_written_over_the_sheet_or_the_map() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "importer").await;
    let sheet = b"price,location,sort\n90 lakh,Uppal,Flat\n";
    let map = app.data_dir().join("map.toml");
    std::fs::write(&map, "propertyType = \"sort\"\n").unwrap();
    let file = app.data_dir().join("../").join(app.data_dir().file_name().unwrap()).join("sheet.csv");
    for report in [&file, &map] {
        let arguments = ["--map", map.to_str().unwrap(), "--report", report.to_str().unwrap()];
        let (code, said) = imported(&app, &owner, sheet, &arguments).await;
        assert!(code == Some(1) && said.contains("would be written over"), "{said}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), sheet);
    assert_eq!(std::fs::read_to_string(&map).unwrap(), "propertyType = \"sort\"\n");
    assert_eq!(total(&owner).await, 0);
    app.stop().await;
}

/// An agent's own sheet: other columns, homes to let, prices in lakhs, land in acres and yards.
#[tokio::test(flavor = "multi_thread")]
async fn an_agents_own_sheet_comes_in_with_a_map() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "importer").await;
    let sheet = "Our stock of June;;;;;;;\n\
        File;Sort;Area / village;Rs (L);Extent;Let/Sell;Furniture;Lift\n\
        K1;Flat;Kondapur;0.32;1150 sft;L;semi;Y\n\
        K2;Farm land;Mokila;240;3.5;S;;\n\
        K3;Open plot;Shankarpally;45;300 sq yds;S;;N\n\
        K4;Castle;Mokila;90;2;S;;\n";
    let map = app.data_dir().join("map.toml");
    let words = "sourceReference = \"File\"\n\
        location = \"Area / village\"\n\
        price = { column = \"Rs (L)\", unit = \"lakh\" }\n\
        area = { column = \"Extent\", unit = \"acre\" }\n\
        propertyType = \"Sort\"\n\
        listingType = { column = \"Let/Sell\", words = { L = \"RENT\", S = \"SALE\" } }\n\
        furnishedStatus = \"Furniture\"\n\
        city = { value = \"Hyderabad\" }\n\
        amenities = { flags = [\"Lift\"] }\n";
    std::fs::write(&map, words).unwrap();
    let arguments = ["--map", map.to_str().unwrap()];
    let (code, said) = imported(&app, &owner, sheet.as_bytes(), &arguments).await;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains(":6: Sort \"Castle\" must be one of APARTMENT"), "{said}");
    assert!(said.contains("4 rows: 3 created"), "{said}");
    let found = homes(&owner).await;
    let home =
        |reference: &str| found.iter().find(|home| home["sourceReference"] == reference).unwrap().clone();
    let [flat, farm, plot] = ["K1", "K2", "K3"].map(home);
    assert_eq!((flat["price"].as_u64(), flat["listingType"].as_str()), (Some(32_000), Some("RENT")));
    assert_eq!(
        (flat["areaSqft"].as_f64(), &flat["furnishedStatus"]),
        (Some(1150.0), &"SEMI_FURNISHED".into())
    );
    assert_eq!(flat["amenities"], serde_json::json!(["Lift"]));
    assert_eq!(flat["title"], "Apartment for rent in Kondapur");
    assert_eq!((farm["price"].as_u64(), farm["areaUnit"].as_str()), (Some(24_000_000), Some("ACRE")));
    assert_eq!((farm["title"].as_str(), farm["area"].as_f64()), (Some("3.5 acre plot in Mokila"), Some(3.5)));
    assert_eq!((plot["areaUnit"].as_str(), plot["areaSqft"].as_f64()), (Some("SQYD"), Some(2700.0)));
    std::fs::write(&map, words.replace("\"Sort\"", "\"Sorts\"")).unwrap();
    let (code, said) = imported(&app, &owner, sheet.as_bytes(), &arguments).await;
    assert!(code == Some(1) && said.contains("did you mean \"Sort\"?"), "{said}");
    app.stop().await;
}

/// What the owner adds by hand and the sheet does not state stays.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_changes_only_what_the_sheet_states() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "importer").await;
    let sheet = "id,price,location,type,description\nA1,90 lakh,Uppal,Flat,\n";
    imported(&app, &owner, sheet.as_bytes(), &[]).await;
    let id = homes(&owner).await[0]["id"].as_str().unwrap().to_owned();
    let edited = serde_json::json!({"title": "A title of my own", "location": "Uppal", "price": 9_000_000,
        "propertyType": "APARTMENT", "description": "Near the metro, quiet", "areaSqft": 1000,
        "contactPhone": "9876543210", "address": "Street 7, house 3"});
    owner.client.put(&format!("/api/properties/{id}"), &edited).await.expect(200);
    let (_, said) = imported(&app, &owner, sheet.as_bytes(), &[]).await;
    assert!(said.contains("1 unchanged"), "{said}");
    imported(&app, &owner, sheet.replace("90 lakh", "91 lakh").as_bytes(), &[]).await;
    let home = owner.client.get(&format!("/api/properties/{id}")).await.expect(200).data().clone();
    assert_eq!(
        (home["price"].as_u64(), home["title"].as_str()),
        (Some(9_100_000), Some("A title of my own"))
    );
    assert_eq!(
        (&home["description"], &home["areaSqft"]),
        (&edited["description"], &serde_json::json!(1000.0))
    );
    assert_eq!(home["address"], edited["address"]);
    let contact = owner.client.get(&format!("/api/properties/{id}/contact")).await.expect(200);
    assert!(contact.text.contains("9876543210"), "{}", contact.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_interrupted_says_what_is_done_and_how_to_go_on() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "importer").await;
    let mut sheet = "id,price,location,type\n".to_owned();
    for index in 0..20_000 {
        writeln!(sheet, "{index},90 lakh,Uppal,Flat").unwrap();
    }
    let file = app.data_dir().join("sheet.csv");
    std::fs::write(&file, sheet).unwrap();
    let mut command = import(&file, &app.base, owner.client.token(), &owner.email);
    let process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while total(&owner).await < 50 {}
    let pid = process.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = tokio::task::block_in_place(|| process.wait_with_output().unwrap());
    let said = text(&output);
    assert_eq!(output.status.code(), Some(130), "{said}");
    let line = said.split("--from-line ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let done: u64 = line.parse::<u64>().unwrap() - 2;
    assert_eq!(total(&owner).await, done, "{said}");
    assert!(said.replace(',', "").contains(&format!("{done} created")), "{said}");
    app.stop().await;
}

#[test]
fn the_template_is_printed_and_can_be_imported() {
    let said = |arguments: &[&str]| {
        let output = Command::new(BINARY).args(arguments).env_clear().output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let template = said(&["import", "template"]);
    assert!(template.starts_with("sourceReference,imageUrls,title,description,priceUnit,"), "{template}");
    let fields = said(&["import", "template", "--fields"]);
    assert!(
        fields.contains("propertyType") && fields.contains("Flat") || fields.contains("flat"),
        "{fields}"
    );
}

/// A sheet of the given rows, to which amenities are added as "not stated".
fn sheet_of(rows: &[&str]) -> String {
    let mut sheet = format!("Price,Area,Location,No. of Bedrooms,Resale,{}\n", AMENITIES.join(","));
    for row in rows {
        writeln!(sheet, "{row}{}", ",9".repeat(AMENITIES.len())).unwrap();
    }
    sheet
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_row_is_named_and_stops_no_other() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "importer").await;
    let rows = [
        "5000000,1000,Kondapur,2,0",
        "dear,1000,Kondapur,2,0",
        "-5,1000,Kondapur,2,0",
        ",1000,Kondapur,2,0",
        "5000000,0,Kondapur,2,0",
        "5000000,large,Kondapur,2,0",
        "5000000,1000,,2,0",
        "5000000,1000,Kondapur,two,0",
        "5000000,1000,Kondapur,2,7",
        "5000000,1000,Kondapur,999,0",
        "6000000,1000,Miyapur,3,1",
    ];
    let sheet = app.data_dir().join("sheet.csv");
    let mut bad = sheet_of(&rows);
    bad.push_str("5000000,1000,Kondapur\n");
    std::fs::write(&sheet, bad).unwrap();
    let run = || import(&sheet, &app.base, owner.client.token(), &owner.email).output().unwrap();
    let output = tokio::task::block_in_place(run);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for (line, about) in [
        (3, "Price"),
        (4, "Price"),
        (5, "Price"),
        (6, "Area"),
        (7, "Area"),
        (8, "Location"),
        (9, "No. of Bedrooms"),
        (10, "Resale"),
        (11, "No. of Bedrooms"),
        (13, "fields"),
    ] {
        let named = said.lines().filter(|l| l.contains(&format!(":{line}: "))).collect::<Vec<_>>();
        assert!(
            named.len() == 1 && named[0].contains(about),
            "line {line} about {about}: {named:?} in {said}"
        );
    }
    assert_eq!(total(&owner).await, 2, "{said}");
    app.stop().await;
}
