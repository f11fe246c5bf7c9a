//! `serve --demo` as somebody runs it who tries the product: with the settings of a first start, limits and quotas among
//! them.

use serde_json::json;
use testkit::Child;

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");
const PASSWORD: &str = "look-around-hyderabad";
const ACCOUNTS: [&str; 5] = [
    "demo@example.com",
    "kiran.sample@example.com",
    "seller@example.com",
    "moderator@example.com",
    "administrator@example.com",
];

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

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_has_homes_products_and_people_and_a_second_adds_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let child = serve(directory.path());
    for email in ACCOUNTS {
        let body = json!({"email": email, "password": PASSWORD});
        child.client.post("/api/auth/login", &body).await.expect(200);
    }
    let first = found(&child).await;
    assert!(first.0 > 20 && first.1 == "14", "{first:?}");
    assert!(child.stop().success());
    assert_eq!(found(&serve(directory.path())).await, first);
}
