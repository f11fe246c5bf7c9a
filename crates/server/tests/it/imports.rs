//! Imports with the real binary: the real file, repeated and killed halfway, and a file with one invalid row for
//! each rule.

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
    assert!(said.contains("1,998 created, 0 already imported, 520 duplicates, 0 rejected"), "{said}");
    let second = tokio::task::block_in_place(run);
    let said = text(&second);
    assert!(said.contains("0 created, 1,998 already imported, 520 duplicates, 0 rejected"), "{said}");
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
    assert!(alone.status.success() && text(&alone).contains("2 already imported"), "{}", text(&alone));
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
