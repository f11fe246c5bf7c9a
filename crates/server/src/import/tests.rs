#![expect(clippy::format_collect, reason = "small sheets of tests")]

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use serde_json::{Value, json};
use sheet::FieldMap;

use super::*;

const OWNER: &str = "asha@example.com";
/// Rules of the stub, so that refusals by the API can be tested.
const PRICE_THE_API_REFUSES: &str = "77 lakh";
const PRICE_THE_API_IS_LOST_AT: &str = "88 lakh";
const PRICE_OVER_THE_QUOTA: &str = "99 lakh";

/// The part of the API that an import needs: one listing for each reference.
#[derive(Clone, Default)]
struct Stub {
    listed: Arc<Mutex<BTreeMap<String, Value>>>,
    /// How many requests are refused because too many come.
    busy: Arc<Mutex<u32>>,
    left: Option<u64>,
    /// The role of the account.
    role: Option<&'static str>,
}

impl Stub {
    fn client(&self) -> ApiClient {
        let role = self.role.unwrap_or("USER");
        let profile =
            json!({"success": true, "data": {"email": "Asha@Example.com", "role": role}}).to_string();
        let router = Router::new().route("/api/users/profile", get(move || async move { profile }));
        let router = router
            .route("/api/properties/by-reference/{reference}", put(put_listing))
            .route("/api/v1/products/by-sku/{reference}", put(put_listing));
        ApiClient::local(router.with_state(self.clone()), "token")
    }

    fn listed(&self) -> BTreeMap<String, Value> {
        self.listed.lock().unwrap().clone()
    }
}

async fn put_listing(
    State(stub): State<Stub>,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
    body: String,
) -> Response {
    {
        let mut busy = stub.busy.lock().unwrap();
        if *busy > 0 {
            *busy -= 1;
            return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response();
        }
    }
    let body: Value = serde_json::from_str(&body).unwrap();
    if body["price"] == PRICE_THE_API_REFUSES {
        let error = json!({"code": "VALIDATION_FAILED", "fieldErrors": {"price": "must be even"}});
        return (StatusCode::BAD_REQUEST, json!({"success": false, "error": error}).to_string())
            .into_response();
    }
    if body["price"] == PRICE_THE_API_IS_LOST_AT {
        return (StatusCode::UNAUTHORIZED, r#"{"message": "Token expired"}"#).into_response();
    }
    if body["price"] == PRICE_OVER_THE_QUOTA {
        let body = r#"{"message": "you have enough", "error": {"code": "QUOTA_EXCEEDED"}}"#;
        return (StatusCode::FORBIDDEN, body).into_response();
    }
    let check = query.as_deref() == Some("check=true");
    let mut listed = stub.listed.lock().unwrap();
    let action = match listed.get(&reference) {
        Some(known) if *known == body => "UNCHANGED",
        Some(_) => "UPDATED",
        None => "CREATED",
    };
    let id = (!check || action != "CREATED").then(|| format!("id-{reference}"));
    if !check {
        listed.insert(reference, body);
    }
    let changed = if action == "UPDATED" { json!(["price"]) } else { json!([]) };
    let answer = json!({"data": {"action": action, "id": id, "changed": changed}}).to_string();
    match stub.left {
        Some(left) => ([("x-quota-left", format!("homes;left={left};limit=9"))], answer).into_response(),
        None => answer.into_response(),
    }
}

fn options(check: bool) -> Options {
    let sheet = SheetOptions::default();
    Options { kind: &LISTINGS, owner: OWNER.to_owned(), sheet, check, from_line: 0 }
}

async fn run_with(
    stub: &Stub,
    text: &str,
    options: &Options,
    progress: &Progress,
) -> (Result<Summary, ImportError>, ImportRecord) {
    let mut record = ImportRecord::default();
    let source = Cursor::new(text.as_bytes().to_vec());
    let never = std::future::pending();
    let done = run(&stub.client(), source, options, (progress, &mut record), never).await;
    (done, record)
}

async fn import(stub: &Stub, text: &str) -> (Summary, ImportRecord) {
    let (done, record) = run_with(stub, text, &options(false), &Progress::silent("rows")).await;
    (done.unwrap(), record)
}

fn counts(summary: &Summary) -> [u64; 5] {
    let Imported { created, updated, unchanged, skipped, rejected, .. } = summary.counts;
    [created, updated, unchanged, skipped, rejected]
}

const HEADER: &str = "id,price,location,type\n";

#[tokio::test]
async fn a_changed_row_changes_its_listing_and_an_unchanged_one_does_nothing() {
    let stub = Stub::default();
    let sheet = format!("{HEADER}a b/1,90 lakh,Uppal,Flat\n2,80 lakh,Uppal,Flat\n2,80 lakh,Uppal,Flat\n");
    let (first, _) = import(&stub, &sheet).await;
    assert_eq!(counts(&first), [2, 0, 0, 1, 0]);
    assert_eq!(stub.listed().keys().collect::<Vec<_>>(), ["2", "a b/1"]);
    let (second, _) = import(&stub, &sheet.replace("90 lakh", "91 lakh")).await;
    assert_eq!(counts(&second), [0, 1, 1, 1, 0]);
    assert_eq!(second.text(), "3 rows: 0 created, 1 updated, 1 unchanged, 1 skipped, 0 rejected");
    let (gone, _) = import(&stub, &format!("{HEADER}2,80 lakh,Uppal,Flat\n")).await;
    assert_eq!((counts(&gone), stub.listed().len()), ([0, 0, 1, 0, 0], 2), "what is gone is left alone");
}

#[tokio::test]
async fn a_check_writes_nothing_and_tells_the_same() {
    let stub = Stub { left: Some(2), ..Stub::default() };
    let sheet = format!(
        "{HEADER}1,90 lakh,Uppal,Flat\n2,{PRICE_THE_API_REFUSES},Uppal,Flat\n3,80 lakh,Uppal,Flat\n4,70 lakh,Uppal,Flat\n"
    );
    let (checked, record) = run_with(&stub, &sheet, &options(true), &Progress::silent("rows")).await;
    let checked = checked.unwrap();
    assert_eq!((counts(&checked), stub.listed().len()), ([2, 0, 0, 0, 2], 0));
    assert!(checked.text().starts_with("nothing was written; of 4 rows: 2 created"), "{}", checked.text());
    let told: Vec<(u64, &str)> = record.rejected.iter().map(|row| (row.line, row.reason.as_str())).collect();
    let over = "only 2 more homes fit into the quota of their owner";
    assert_eq!(told, [(3, "price \"77 lakh\" must be even"), (5, over)]);
}

#[tokio::test]
async fn a_row_that_the_api_refuses_stops_no_other() {
    let stub = Stub::default();
    let sheet = format!(
        "{HEADER}1,{PRICE_THE_API_REFUSES},Uppal,Flat\n2,{PRICE_OVER_THE_QUOTA},Uppal,Flat\n..,1 cr,Uppal,Flat\n3,1 cr,Uppal,Flat\n"
    );
    let (done, record) = import(&stub, &sheet).await;
    assert_eq!(counts(&done), [1, 0, 0, 0, 3]);
    let told: Vec<&str> = record.rejected.iter().map(|row| row.reason.as_str()).collect();
    assert_eq!(
        told,
        ["price \"77 lakh\" must be even", "you have enough", "an id needs a letter or a digit"]
    );
}

#[tokio::test]
async fn an_import_that_cannot_go_on_says_where_to_go_on() {
    let stub = Stub::default();
    let sheet =
        format!("{HEADER}1,1 cr,Uppal,Flat\n2,{PRICE_THE_API_IS_LOST_AT},Uppal,Flat\n3,1 cr,Uppal,Flat\n");
    let (done, _) = run_with(&stub, &sheet, &options(false), &Progress::silent("rows")).await;
    let error = done.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("stopped at line 3") && text.contains("--from-line 3"), "{text}");
    let ImportError::Stopped { summary, .. } = error else { panic!("{text}") };
    assert_eq!(summary.counts.created, 1);
    let options = Options { from_line: 4, ..options(false) };
    let (done, _) = run_with(&stub, &sheet, &options, &Progress::silent("rows")).await;
    assert_eq!(done.unwrap().counts.rows, 1);
}

#[tokio::test]
async fn a_server_that_limits_is_waited_for_and_that_is_told_once() {
    let stub = Stub { busy: Arc::new(Mutex::new(40)), ..Stub::default() };
    let told = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&told);
    let progress = Progress::lines("rows", move |line| lines.lock().unwrap().push(line.to_owned()));
    let rows: String = (0..40).map(|index| format!("{index},1 cr,Uppal,Flat\n")).collect();
    let (done, _) = run_with(&stub, &format!("{HEADER}{rows}"), &options(false), &progress).await;
    assert_eq!(counts(&done.unwrap()), [40, 0, 0, 0, 0]);
    let told = told.lock().unwrap();
    assert_eq!(told.iter().filter(|line| line.contains("the server limits")).count(), 1, "{told:?}");
    assert!(told.last().unwrap().starts_with("40 of 40 rows, "), "{told:?}");
}

#[tokio::test]
async fn an_import_that_is_asked_to_stop_finishes_what_is_under_way() {
    let stub = Stub::default();
    let rows: String = (0..500).map(|index| format!("{index},1 cr,Uppal,Flat\n")).collect();
    let mut record = ImportRecord::default();
    let source = Cursor::new(format!("{HEADER}{rows}").into_bytes());
    let listed = stub.clone();
    let stop = std::future::poll_fn(move |context| {
        // Asked again with each row.
        context.waker().wake_by_ref();
        if listed.listed.lock().unwrap().len() > 5 {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    });
    let progress = Progress::silent("rows");
    let done = run(&stub.client(), source, &options(false), (&progress, &mut record), stop).await.unwrap();
    let rows = done.counts.rows;
    assert!((6..500).contains(&rows), "{rows}");
    assert_eq!(stub.listed().len() as u64, rows, "all rows that were begun are told");
    assert_eq!(done.next_line, Some(rows + 2));
    let options = Options { from_line: rows + 2, ..options(false) };
    let (rest, _) = run_with(&stub, &String::from_utf8(text(500)).unwrap(), &options, &progress).await;
    assert_eq!(rest.unwrap().counts.created + rows, 500);
}

fn text(rows: u64) -> Vec<u8> {
    let rows: String = (0..rows).map(|index| format!("{index},1 cr,Uppal,Flat\n")).collect();
    format!("{HEADER}{rows}").into_bytes()
}

#[tokio::test]
async fn the_token_must_be_the_owners() {
    let options = Options { owner: "other@example.com".to_owned(), ..options(false) };
    let sheet = format!("{HEADER}1,1 cr,Uppal,Flat\n");
    let (done, _) = run_with(&Stub::default(), &sheet, &options, &Progress::silent("rows")).await;
    let text = done.unwrap_err().to_string();
    assert!(text.contains("belongs to Asha@Example.com, not to other@example.com"), "{text}");
}

#[tokio::test]
async fn what_the_owner_should_know_is_told() {
    let stub = Stub::default();
    let sheet = "price,location,type,corner\n90 lakh,Uppal,Flat,yes\n95 lakh,Uppal,Flat,yes\n";
    let (done, _) = import(&stub, sheet).await;
    assert_eq!(done.notes[0], "columns left out: corner");
    assert!(
        done.notes[1].starts_with("1 rows differ from another one only in what may change"),
        "{:?}",
        done.notes
    );
}

#[tokio::test]
async fn the_report_lists_every_row_and_a_map_names_columns() {
    let stub = Stub::default();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("report.csv");
    let mut record = ImportRecord::new(Some(path.clone()));
    let map = "price = \"Rate\"\npropertyType = { value = \"villa\" }\nsourceReference = \"No\"";
    let map = FieldMap::read(map, LISTINGS.sheet).unwrap();
    let sheet = SheetOptions { map: Some(map), preset: None };
    let options = Options { sheet, ..options(false) };
    let source = Cursor::new(b"No;Rate;Village\n1;90 lakh;Uppal\n2;77 lakh;Uppal\n".to_vec());
    let progress = Progress::silent("rows");
    let never = std::future::pending();
    run(&stub.client(), source, &options, (&progress, &mut record), never).await.unwrap();
    let report = std::fs::read_to_string(path).unwrap();
    let wanted =
        "line,action,listing,reason\n2,created,id-1,\n3,rejected,,\"Rate \"\"77 lakh\"\" must be even\"\n";
    assert_eq!(report, wanted);
    assert_eq!(stub.listed()["1"]["propertyType"], "VILLA");
}

/// A published set from `HYD_TEST_DATA`, or from beside the project. `None`: the test says so and is skipped.
fn real_sheet(name: &str) -> Option<String> {
    let beside = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("HYD_TEST_DATA").map_or(beside, std::path::PathBuf::from);
    let text = std::fs::read_to_string(folder.join(name)).ok();
    if text.is_none() {
        println!("SKIPPED: no {name}; set HYD_TEST_DATA to the folder that holds it");
    }
    text
}

#[tokio::test]
async fn the_real_sheet_has_1998_listings_and_520_duplicates() {
    let Some(text) = real_sheet("hyderabad_sale_listings.csv") else { return };
    let stub = Stub::default();
    let (first, _) = import(&stub, &text).await;
    assert_eq!(first.text(), "2,518 rows: 1,998 created, 0 updated, 0 unchanged, 520 skipped, 0 rejected");
    let (second, _) = import(&stub, &text).await;
    assert_eq!(second.text(), "2,518 rows: 0 created, 0 updated, 1,998 unchanged, 520 skipped, 0 rejected");
    assert_eq!(stub.listed().len(), 1998);
}

#[tokio::test]
async fn products_are_put_by_their_sku_and_belong_to_sellers() {
    let sheet = "name,category,price,sku\nRice,Food,120,r-1\nSalt,Food,77 lakh,S-1\nSalt,Food,20,S 2\n";
    let options = Options { kind: &PRODUCTS, ..options(false) };
    let (done, _) = run_with(&Stub::default(), sheet, &options, &Progress::silent("rows")).await;
    let text = done.unwrap_err().to_string();
    assert!(text.contains("asha@example.com is a USER, and products belong to sellers"), "{text}");
    for role in ["SELLER", "ADMIN"] {
        let stub = Stub { role: Some(role), ..Stub::default() };
        let (done, record) = run_with(&stub, sheet, &options, &Progress::silent("rows")).await;
        assert_eq!(counts(&done.unwrap()), [1, 0, 0, 0, 2]);
        assert_eq!(stub.listed().keys().collect::<Vec<_>>(), ["R-1"]);
        let told: Vec<&str> = record.rejected.iter().map(|row| row.reason.as_str()).collect();
        let spelling = "the SKU \"S 2\" must hold only letters A to Z, digits, - and _";
        assert_eq!(told, ["price \"77 lakh\" must be even", spelling]);
    }
}

#[tokio::test]
async fn the_real_grocery_sheet_has_8000_products() {
    let Some(text) = real_sheet("grocery_products.csv") else { return };
    let stub = Stub { role: Some("SELLER"), ..Stub::default() };
    let options = Options { kind: &PRODUCTS, ..options(false) };
    let (first, _) = run_with(&stub, &text, &options, &Progress::silent("rows")).await;
    let first = first.unwrap();
    assert_eq!(first.text(), "8,000 rows: 8,000 created, 0 updated, 0 unchanged, 0 skipped, 0 rejected");
    assert_eq!(first.notes, ["read by the preset bigbasket"]);
    let (second, _) = run_with(&stub, &text, &options, &Progress::silent("rows")).await;
    assert_eq!(second.unwrap().counts.unchanged, 8000);
}
