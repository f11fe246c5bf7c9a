use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::amenities::AMENITIES;
use super::*;

const OWNER: &str = "asha@example.com";
/// A rule of the stub, so that a refusal by the API can be tested.
const PRICE_THE_API_REFUSES: u64 = 77_777;
const PRICE_THE_API_IS_LOST_AT: u64 = 88_888;

/// The part of the API that an import needs: one listing for each reference.
#[derive(Clone, Default)]
struct Stub {
    listed: Arc<Mutex<BTreeMap<String, Value>>>,
    keys: Arc<Mutex<HashSet<String>>>,
}

impl Stub {
    fn client(&self) -> ApiClient {
        let profile =
            || async { json!({"success": true, "data": {"email": "Asha@Example.com"}}).to_string() };
        let router = Router::new().route("/api/users/profile", get(profile));
        ApiClient::local(router.route("/api/properties", post(list)).with_state(self.clone()), "token")
    }

    fn listed(&self) -> Vec<Value> {
        self.listed.lock().unwrap().values().cloned().collect()
    }
}

async fn list(State(stub): State<Stub>, headers: HeaderMap, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    let key = headers["Idempotency-Key"].to_str().unwrap().to_owned();
    assert!(stub.keys.lock().unwrap().insert(key), "one request for each row");
    if body["price"] == PRICE_THE_API_REFUSES {
        let error = json!({"code": "VALIDATION_FAILED", "fieldErrors": {"price": "must be even"}});
        return (StatusCode::BAD_REQUEST, json!({"success": false, "error": error}).to_string())
            .into_response();
    }
    if body["price"] == PRICE_THE_API_IS_LOST_AT {
        return (StatusCode::UNAUTHORIZED, r#"{"message": "Token expired"}"#).into_response();
    }
    let mut listed = stub.listed.lock().unwrap();
    let reference = body["sourceReference"].as_str().unwrap().to_owned();
    if listed.contains_key(&reference) {
        return (StatusCode::CONFLICT, r#"{"error": {"code": "SOURCE_REFERENCE_TAKEN"}}"#).into_response();
    }
    let id = format!("id-{}", listed.len());
    listed.insert(reference, body);
    (StatusCode::CREATED, json!({"data": {"id": id}}).to_string()).into_response()
}

fn header() -> String {
    let amenities = AMENITIES.map(|(column, _)| column).join(",");
    format!("Price,Area,Location,No. of Bedrooms,Resale,{amenities}\n")
}

/// A valid row with `start` as its first five fields and no amenity stated.
fn row(start: &str) -> String {
    format!("{start}{}\n", ",9".repeat(AMENITIES.len()))
}

fn options(run: &str) -> Options {
    Options { owner: OWNER.to_owned(), run: run.to_owned() }
}

async fn import(stub: &Stub, text: &[u8], run: &str) -> Report {
    super::run(&stub.client(), text, &options(run), &Progress::silent("rows")).await.unwrap()
}

fn counts(report: &Report) -> [usize; 4] {
    [Outcome::Created, Outcome::AlreadyImported, Outcome::Duplicate, Outcome::Rejected]
        .map(|outcome| report.count(outcome))
}

#[tokio::test]
async fn a_row_becomes_a_listing_with_what_it_states() {
    let stub = Stub::default();
    let mut flags = vec!["9"; AMENITIES.len()];
    (flags[1], flags[13], flags[25]) = ("1", "1", "0");
    let text = format!("{} 6968000 ,1340, Nizampet ,2,1,{}\n", header(), flags.join(","));
    let report = import(&stub, text.as_bytes(), "one").await;
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    assert_eq!(report.rows[0].property_id.as_deref(), Some("id-0"));

    let body = &stub.listed()[0];
    let reference = body["sourceReference"].as_str().unwrap();
    assert!(reference.len() == 64 && reference.chars().all(|c| c.is_ascii_hexdigit()));
    assert_eq!(
        *body,
        json!({
            "title": "2 BHK apartment in Nizampet",
            "description": "Resale apartment with 2 bedrooms and 1340 sq ft in Nizampet. It has: Gym, 24x7 security.",
            "location": "Nizampet", "price": 6_968_000, "propertyType": "APARTMENT", "listingType": "SALE",
            "transactionType": "RESALE", "bedrooms": 2, "areaSqft": 1340,
            "amenities": ["Gym", "24x7 security"], "sourceReference": reference,
        })
    );
}

/// One invalid row for each rule, each between valid rows.
#[tokio::test]
async fn a_bad_row_names_line_column_and_value_and_stops_no_other() {
    let bad: Vec<(Vec<u8>, &str)> = vec![
        (b"1,2,3\n".to_vec(), "the row has 3 fields, the header has 40"),
        (row("cheap,1000,Uppal,2,0").into(), r#"Price "cheap" is not a whole number"#),
        (row("6.5e6,1000,Uppal,2,0").into(), r#"Price "6.5e6" is not a whole number"#),
        (row(",1000,Uppal,2,0").into(), r#"Price "" is empty"#),
        (row("-5,1000,Uppal,2,0").into(), r#"Price "-5" must be greater than 0"#),
        (
            row("69,1000,Uppal,2,0").into(),
            r#"Price "69" cannot be right: from 10000 to 10000000000 rupees are taken"#,
        ),
        (row("900000,0,Uppal,2,0").into(), r#"Area "0" must be greater than 0"#),
        (
            row("900000,134000000,Uppal,2,0").into(),
            r#"Area "134000000" cannot be right: from 50 to 100000 square feet are taken"#,
        ),
        (row("900000,1000,  ,2,0").into(), r#"Location "" is empty"#),
        (
            row("900000,1000,\"Up\npal\",2,0").into(),
            "Location \"Up\\npal\" has a line break or another control character",
        ),
        (row("900000,1000,Uppal,0,0").into(), r#"No. of Bedrooms "0" must be greater than 0"#),
        (row("900000,1000,Uppal,2,9").into(), r#"Resale "9" is none of 0, 1"#),
        (
            row("900000,1000,Uppal,2,0").replace(",9\n", ",2\n").into(),
            r#"Refrigerator "2" is none of 0, 1, 9"#,
        ),
        (
            b"900000,1000,Upp\xFFal,2,0".iter().chain(row("").as_bytes()).copied().collect(),
            "Location \"Upp\u{fffd}al\" is not UTF-8",
        ),
        (row("x,1000,,2,0").into(), r#"Price "x" is not a whole number; Location "" is empty"#),
        (row("77777,1000,Uppal,2,0").into(), r#"Price "77777" must be even"#),
    ];
    let mut text = header().into_bytes();
    let mut expected = Vec::new();
    for (index, (bad_row, message)) in bad.iter().enumerate() {
        let line = text.split(|byte| *byte == b'\n').count() as u64;
        expected.push((line, (*message).to_owned()));
        text.extend_from_slice(bad_row);
        text.extend_from_slice(row(&format!("{},1000,Uppal,2,0", 1_000_000 + index)).as_bytes());
    }
    let stub = Stub::default();
    let report = import(&stub, &text, "one").await;
    let rejected: Vec<(u64, String)> = report.rejected().map(|row| (row.line, row.message.clone())).collect();
    assert_eq!(rejected, expected);
    assert_eq!(counts(&report), [bad.len(), 0, 0, bad.len()]);
    assert!(report.rows.is_sorted_by_key(|row| row.line), "in the order of the file");
}

#[tokio::test]
async fn a_repeated_row_is_not_sent_and_a_repeated_run_adds_nothing() {
    let stub = Stub::default();
    let (one, two) = (row("900000,1000,Uppal,2,0"), row("900000,1000,Kapra,2,0"));
    let spaced = one.replace("Uppal", " Uppal ");
    let text = format!("{}{one}{two}{spaced}{one}", header());
    let report = import(&stub, text.as_bytes(), "one").await;
    assert_eq!(counts(&report), [2, 0, 2, 0]);
    assert_eq!((report.rows[3].line, report.rows[3].message.as_str()), (5, "duplicate of line 2"));
    assert_eq!(counts(&import(&stub, text.as_bytes(), "two").await), [0, 2, 2, 0]);
    assert_eq!(stub.listed().len(), 2);
}

#[tokio::test]
async fn an_import_that_lost_the_server_says_where_and_goes_on_when_repeated() {
    let stub = Stub::default();
    let mut rows = [row("900000,1000,Uppal,2,0"), row("88888,1000,Kapra,2,0"), row("900000,1000,Abids,2,0")];
    let text = header() + &rows.concat();
    let error = super::run(&stub.client(), text.as_bytes(), &options("one"), &Progress::silent("rows"))
        .await
        .unwrap_err();
    let shown = error.to_string();
    assert!(shown.starts_with("the import stopped at line 3: ") && shown.contains("HYD_TOKEN"), "{shown}");
    let ImportError::Stopped { report, .. } = error else { panic!("{error:?}") };
    assert_eq!(counts(&report), [1, 0, 0, 0]);

    rows[1] = row("88889,1000,Kapra,2,0");
    let already = stub.listed().len();
    let report = import(&stub, (header() + &rows.concat()).as_bytes(), "two").await;
    assert_eq!(counts(&report), [3 - already, already, 0, 0]);
}

#[tokio::test]
async fn line_numbers_hold_with_blank_lines_carriage_returns_and_a_byte_order_mark() {
    let stub = Stub::default();
    let text =
        format!("\u{feff}{}\n\n{}\n{}", header(), row("900000,1000,Uppal,2,0"), row("x,1000,Uppal,2,0"));
    for text in [text.clone(), text.replace('\n', "\r\n")] {
        let report = import(&stub, text.as_bytes(), &text.len().to_string()).await;
        assert_eq!(report.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [4, 6]);
    }
}

#[tokio::test]
async fn columns_may_stand_anywhere_and_unknown_ones_are_told() {
    let stub = Stub::default();
    let swap = |line: &str| {
        let (first, rest) = line.trim_end().split_once(',').unwrap();
        format!("{rest},{first},more\n")
    };
    let line = row("900000,1000,Uppal,2,0");
    let report = import(&stub, (swap(&header()) + &swap(&line)).as_bytes(), "one").await;
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    assert_eq!(report.ignored_columns, ["more"]);
    assert!(report.summary().ends_with("columns left out: more"));
    let report = import(&stub, (header() + &line).as_bytes(), "two").await;
    assert_eq!(counts(&report), [0, 1, 0, 0], "the same row in another order has the same reference");
}

#[tokio::test]
async fn a_file_of_another_kind_is_one_error() {
    let client = Stub::default().client();
    let told = async |text: &str| {
        let result = super::run(&client, text.as_bytes(), &options("one"), &Progress::silent("rows")).await;
        result.unwrap_err().to_string()
    };
    let text = told(&header().replace("Price,", "Prise,").replace("Wifi", "Wlan")).await;
    assert!(text.contains("missing: Price, Wifi; the file has: Prise, Area,"), "{text}");
    assert!(told("").await.ends_with("the file is empty"));
    assert!(told("a,b\n1,2\n").await.contains("and 32 more; the file has: a, b"));
}

#[tokio::test]
async fn the_token_must_be_the_owners() {
    let options = Options { owner: "other@example.com".to_owned(), run: "one".to_owned() };
    let stub = Stub::default();
    let result = super::run(&stub.client(), header().as_bytes(), &options, &Progress::silent("rows")).await;
    let text = result.unwrap_err().to_string();
    assert!(text.contains("belongs to Asha@Example.com, not to other@example.com"), "{text}");
}

#[tokio::test]
async fn progress_is_told_in_plain_lines_and_the_report_lists_every_row() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&told);
    let progress = Progress::lines("rows", move |line| lines.lock().unwrap().push(line.to_owned()));
    let rows: String =
        (0..40).map(|index| row(&format!("{},1000,Uppal,2,0", 900_000 + index % 39))).collect();
    let text = header() + &rows + &row("x,1000,Uppal,2,0");
    let client = Stub::default().client();
    let report = super::run(&client, text.as_bytes(), &options("one"), &progress).await.unwrap();
    let told = told.lock().unwrap();
    assert!((20..=22).contains(&told.len()), "{told:?}");
    assert!(told.last().unwrap().starts_with("41 of 41 rows, "), "{told:?}");
    assert_eq!(report.summary(), "41 rows: 39 created, 0 already imported, 1 duplicates, 1 rejected");

    let mut csv = Vec::new();
    report.write_csv(&mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(csv.lines().count(), 42);
    assert!(csv.starts_with("line,outcome,property_id,message\n2,created,id-0,\n"), "{csv}");
    assert!(csv.ends_with(
        "41,duplicate,,duplicate of line 2\n42,rejected,,\"Price \"\"x\"\" is not a whole number\"\n"
    ));
}

/// The real listings from `HYD_TEST_DATA`, or from beside the project. `None`: the test says so and is skipped.
fn real_sheet() -> Option<Vec<u8>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("HYD_TEST_DATA").map_or(beside, PathBuf::from);
    std::fs::read(folder.join("hyderabad_sale_listings.csv")).ok()
}

#[tokio::test]
async fn the_real_sheet_has_1998_listings_and_520_duplicates() {
    let Some(bytes) = real_sheet() else {
        println!("SKIPPED: no hyderabad_sale_listings.csv; set HYD_TEST_DATA to the folder that holds it");
        return;
    };
    let stub = Stub::default();
    let first = import(&stub, &bytes, "one").await;
    assert_eq!(first.summary(), "2,518 rows: 1,998 created, 0 already imported, 520 duplicates, 0 rejected");
    let second = import(&stub, &bytes, "two").await;
    assert_eq!(second.summary(), "2,518 rows: 0 created, 1,998 already imported, 520 duplicates, 0 rejected");
    assert_eq!(stub.listed().len(), 1998);
}
