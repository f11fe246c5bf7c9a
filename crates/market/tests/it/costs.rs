//! What is paid beside a price.

use serde_json::json;

use crate::site::site;

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_an_estimate_with_dates_and_sources() {
    let site = site().await;
    let sheet = site.get("/api/market/costs?price=1+crore").await;
    let duty = json!({"code": "STAMP_DUTY", "label": "Stamp duty", "ratePercent": 4.0, "amount": 400_000,
        "from": "2026-01-01", "source": "Guides", "sourceUrl": "https://example.org/duty"});
    assert_eq!(
        sheet,
        json!({"estimate": true, "asOf": "2026-01-01", "lines": [duty], "total": 400_000,
            "priceWithCosts": 10_400_000})
    );
    let unfinished = site.get("/api/market/costs?price=1+crore&possessionStatus=NEW_LAUNCH").await;
    assert_eq!((&unfinished["lines"][1]["code"], &unfinished["total"]), (&"GST".into(), &900_000.into()));
    let resale = "/api/market/costs?price=1+crore&possessionStatus=NEW_LAUNCH&transactionType=RESALE";
    assert_eq!(site.get(resale).await["total"], 400_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_is_needed() {
    let site = site().await;
    let (status, body) = site.ask("hyderabad", "/api/market/costs?propertyType=VILLA").await;
    assert_eq!((status.as_u16(), &body["error"]["fieldErrors"]["price"]), (400, &"is required".into()));
}
