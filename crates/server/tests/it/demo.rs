//! `serve --demo` as somebody runs it who tries the product: with the settings of a first start, limits and quotas among
//! them.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::fields::Choice as _;
use domain::property::kinds::PropertyType;
use domain::{Clock, Timestamp};
use serde_json::{Value, json};
use testkit::{Child, Client, until};

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");
const PASSWORD: &str = "look-around-hyderabad";
const ACCOUNTS: [&str; 6] = [
    "demo@example.com",
    "kiran.sample@example.com",
    "seller@example.com",
    "moderator@example.com",
    "support@example.com",
    "administrator@example.com",
];
const DAY: i64 = 86_400;
/// Drawing and encoding some 250 photos takes a slow machine this long, when other tests run beside it.
const LONG: Duration = Duration::from_mins(8);

fn serve(directory: &std::path::Path) -> Child {
    Child::start(std::process::Command::new(BINARY), directory, |command| {
        command.arg("--demo");
        for tests_only in ["HYD_LIMITS_ENABLED", "HYD_ADMIN_EMAIL", "HYD_ADMIN_PASSWORD"] {
            command.env_remove(tests_only);
        }
    })
}

/// How many homes and products visitors find.
async fn found(child: &Child) -> (u64, String) {
    let homes = child.client.get("/api/properties?size=1").await.expect(200);
    let products = child.client.get("/api/v1/products?size=1").await.expect(200);
    (homes.data()["totalElements"].as_u64().unwrap(), products.header("x-total-count").unwrap().to_owned())
}

async fn homes(client: &Client) -> Vec<Value> {
    let page = client.get("/api/properties?size=100").await.expect(200);
    page.data()["content"].as_array().unwrap().clone()
}

/// How many days ago a time in a document was.
fn days_ago(at: &Value) -> i64 {
    let at: Timestamp = at.as_str().unwrap().parse().unwrap();
    (Clock::System.now().seconds() - at.seconds()) / DAY
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_has_homes_products_and_people_and_a_second_adds_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let child = serve(directory.path());
    for email in ACCOUNTS {
        let body = json!({"email": email, "password": PASSWORD});
        child.client.post("/api/auth/login", &body).await.expect(200);
    }
    let first = found(&child).await;
    assert_eq!((first.0, &*first.1), (60, "14"));
    assert!(child.stop().success());
    assert_eq!(found(&serve(directory.path())).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn homes_of_every_kind_have_photos_and_a_past() {
    let directory = tempfile::tempdir().unwrap();
    let child = serve(directory.path());
    let all = homes(&child.client).await;
    let kinds: BTreeSet<&str> = all.iter().map(|home| home["propertyType"].as_str().unwrap()).collect();
    let known: BTreeSet<&str> = PropertyType::ALL.iter().map(|(word, _)| *word).collect();
    assert_eq!(kinds, known);
    let ages: BTreeSet<i64> = all.iter().map(|home| days_ago(&home["createdAt"])).collect();
    assert!(
        ages.len() > 15 && ages.contains(&350) && ages.iter().all(|age| (1..=350).contains(age)),
        "{ages:?}"
    );

    let is_it = |home: &&Value| home["sourceReference"] == "sample-buy-1";
    let changed = all.iter().find(is_it).unwrap();
    assert_eq!((&changed["price"], days_ago(&changed["createdAt"])), (&json!(11_800_000), 300));

    let body = json!({"email": ACCOUNTS[0], "password": PASSWORD});
    let signed_in = child.client.post("/api/auth/login", &body).await.expect(200);
    let seeker = child.client.bearer(signed_in.data()["accessToken"].as_str().unwrap());
    let sent = seeker.get("/api/leads?box=sent").await.expect(200);
    let sent: BTreeSet<&str> = sent.data()["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lead| lead["status"].as_str().unwrap())
        .collect();
    assert_eq!(sent, BTreeSet::from(["CONTACTED", "NEW", "VISIT_PLANNED"]));

    until("every home has its photos", LONG, async || {
        let counts: Vec<usize> = homes(&child.client)
            .await
            .iter()
            .map(|home| home["images"].as_array().map_or(0, Vec::len))
            .collect();
        counts.iter().all(|count| (3..=6).contains(count)).then_some(())
    })
    .await;
    for home in homes(&child.client).await {
        assert_eq!(home["images"][0]["isPrimary"], true, "{home}");
    }
    assert!(child.stop().success());
}
