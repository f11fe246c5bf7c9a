//! The page that imports a sheet of homes.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::Browser;

const PAGE: &str = "/dashboard/import";
const CALL: &str = "POST /api/properties/import";

fn ended(check: bool) -> Value {
    json!({"jobId": "j1", "status": "SUCCEEDED", "finishedAt": "2026-11-20T20:00:00Z", "result": {"check": check,
        "rows": 7, "created": 3, "updated": 2, "unchanged": 1, "skipped": 0, "rejected": 1}})
}

#[tokio::test]
async fn pasted_rows_are_checked_first_and_then_imported() {
    let mut browser = Browser::signed_in();
    browser.api.answers(CALL, StatusCode::ACCEPTED, &[], json!({"data": {"jobId": "j1", "notes": []}}));
    browser
        .get(PAGE)
        .await
        .has("<label for=\"rows\">Rows</label>")
        .has("href=\"/dashboard/import/template\"");
    let rows = "\tprice\tlocation\ttype\r\n1\t90 lakh\tUppal\tpart-0-of-a-form\t";
    let answer = browser.post(PAGE, &[("rows", rows), ("map", ""), ("action", "check")]).await;
    assert_eq!((answer.status, answer.to()), (StatusCode::SEE_OTHER, "/dashboard/import/j1"));
    let seen = browser.api.last("POST /api/properties/import?check=true");
    assert_eq!(seen.header("content-type"), "multipart/form-data; boundary=part-1-of-a-form");
    assert!(seen.text.contains(rows) && seen.text.ends_with("--part-1-of-a-form--\r\n"), "{}", seen.text);
    browser
        .post(PAGE, &[("rows", rows), ("map", "city = { value = \"Hyderabad\" }"), ("action", "import")])
        .await;
    let seen = browser.api.last("POST /api/properties/import?check=false");
    assert!(
        seen.text.contains("name=\"map\"") && seen.text.contains("{ value = \"Hyderabad\" }"),
        "{}",
        seen.text
    );
}

#[tokio::test]
async fn what_is_wrong_stands_above_the_rows_that_were_typed() {
    let mut browser = Browser::signed_in();
    browser.get(PAGE).await;
    let empty = browser.post(PAGE, &[("rows", " "), ("map", ""), ("action", "check")]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    empty.has("Paste the rows first.");
    browser.api.refuses(CALL, 400, json!({"map": "has <no> column", "file": "has no header"}));
    let answer = browser.post(PAGE, &[("rows", "a&b"), ("map", "x = 1"), ("action", "check")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    answer
        .has("<a href=\"#map\">The map: has &#60;no&#62; column</a>")
        .has("<a href=\"#rows\">The rows: has no header</a>");
    answer.has("a&#38;b</textarea>").has("x = 1</textarea>").has("<details open>").has("<title>Error: ");
    browser.api.refuses(CALL, 409, json!({}));
    browser.post(PAGE, &[("rows", "a"), ("map", ""), ("action", "import")]).await.has("Refused as told");
}

#[tokio::test]
async fn the_result_is_shown_with_its_report() {
    let mut browser = Browser::signed_in();
    browser.api.says(
        "GET /api/jobs/j1",
        json!({"jobId": "j1", "status": "RUNNING",
        "progress": {"done": 4, "total": 7, "percent": 57.1, "secondsLeft": 2.2}}),
    );
    let answer = browser.get("/dashboard/import/j1").await;
    answer.has("4 of 7 rows").has("About 2 seconds left.").has(">Look again</a>");
    browser.api.says("GET /api/jobs/j1", ended(true));
    let answer = browser.get("/dashboard/import/j1").await;
    answer.has("Nothing was written.").has("href=\"/dashboard/import/j1/report\"").lacks("Look again");
    browser.api.says("GET /api/jobs/j1", ended(false));
    browser.get("/dashboard/import/j1").await.lacks("Nothing was written.").has("<td>3</td>");
    browser.api.answers(
        "GET /api/jobs/j1/report",
        StatusCode::OK,
        &[("content-type", "text/csv")],
        json!("line"),
    );
    let report = browser.get("/dashboard/import/j1/report").await;
    assert_eq!(
        (report.headers["content-type"].to_str().unwrap(), report.html.as_str()),
        ("text/csv", "\"line\"")
    );
    browser.api.refuses("GET /api/jobs/j1/report", 410, json!({}));
    assert_eq!(browser.get("/dashboard/import/j1/report").await.status, StatusCode::GONE);
}

#[tokio::test]
async fn only_people_who_are_signed_in_import() {
    let mut browser = Browser::new();
    for path in [PAGE, "/dashboard/import/j1", "/dashboard/import/j1/report"] {
        assert!(browser.get(path).await.to().starts_with("/sign-in"), "{path}");
    }
}

#[tokio::test]
async fn a_sheet_may_be_longer_than_other_forms() {
    let mut browser = Browser::signed_in();
    browser.api.answers(CALL, StatusCode::ACCEPTED, &[], json!({"data": {"jobId": "j1"}}));
    browser.get(PAGE).await;
    let rows = "r".repeat(3 * 1024 * 1024);
    let answer = browser.post(PAGE, &[("rows", &rows), ("map", ""), ("action", "check")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let rows = "r".repeat(4 * 1024 * 1024);
    let answer = browser.post(PAGE, &[("rows", &rows), ("map", ""), ("action", "check")]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}
