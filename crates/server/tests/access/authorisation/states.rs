//! The third axis: every operation on a listing × every caller × every state of the listing, of its owner, and of
//! the caller.

mod expected;
mod scene;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Client};

use crate::images;
use crate::rows::{self, Row};
use expected::expected;
use scene::{Scene, Stock};

/// The caller. A suspended or deleted caller uses the token from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    Anonymous,
    Confirmed,
    Unconfirmed,
    Suspended,
    Deleted,
    Owner,
    Support,
    Moderator,
    Admin,
}

impl Asker {
    pub const ALL: [Self; 9] = [
        Self::Anonymous,
        Self::Confirmed,
        Self::Unconfirmed,
        Self::Suspended,
        Self::Deleted,
        Self::Owner,
        Self::Support,
        Self::Moderator,
        Self::Admin,
    ];
}

/// The state of a listing whose owner is active; then the state of the owner, for an active listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Pending,
    Active,
    Rejected,
    Withdrawn,
    /// Taken off the market by a moderator.
    TakenDown,
    Removed,
    OwnerUnconfirmed,
    OwnerSuspended,
    OwnerDeleted,
}

impl State {
    pub const ALL: [Self; 10] = [
        Self::Draft,
        Self::Pending,
        Self::Active,
        Self::Rejected,
        Self::Withdrawn,
        Self::TakenDown,
        Self::Removed,
        Self::OwnerUnconfirmed,
        Self::OwnerSuspended,
        Self::OwnerDeleted,
    ];
}

/// The operations whose path contains a listing's id.
fn operations() -> Vec<Row> {
    let of_listing = |row: &Row| {
        let starts = ["/api/properties/", "/api/public/properties/", "/api/files/property/"];
        row.path.contains("{id}") && starts.iter().any(|start| row.path.starts_with(start))
    };
    rows::built().into_iter().filter(of_listing).collect()
}

/// Whether a successful request changes the listing, so that it cannot be reused.
fn uses_up(row: &Row) -> bool {
    row.method != Method::GET && !["/view", "/share"].iter().any(|end| row.path.ends_with(end))
}

async fn ask(client: &Client, row: &Row, id: &str, photos: &Client) -> Answer {
    let home = json!({"title": "A home with another title", "location": "Miyapur", "price": 5_100_000,
        "propertyType": "VILLA"});
    let body: Option<Value> = match row.path.rsplit('/').next().unwrap() {
        "images" => Some(json!({"fileIds": [images::upload(photos, 64, 48).await]})),
        "status" => Some(json!({"status": "INACTIVE"})),
        "reject" => Some(json!({"reason": "The photos show another home"})),
        "leads" => Some(json!({"message": "Is it still there?", "phone": "98765 43210"})),
        "report" => Some(json!({"cause": "DUPLICATE"})),
        "feature" | "verify" | "approve" => Some(json!({})),
        _ if row.method == Method::PUT => Some(home),
        _ => None,
    };
    client.send(row.method.clone(), &row.path.replace("{id}", id), body.as_ref(), &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_on_a_listing_follows_its_state_and_that_of_people() {
    let scene = Scene::open().await;
    let operations = operations();
    assert!(operations.len() > 15, "the operations were found");
    let mut cells = 0;
    let mut wrong = Vec::new();
    for state in State::ALL {
        let mut stock: Stock = scene.stock(state).await;
        for row in &operations {
            for asker in Asker::ALL {
                let Some(client) = scene.client(asker, &stock) else { continue };
                // A caller who may have files uses a photo of their own. The others name somebody else's.
                let photos = if Scene::has_files(asker) { client } else { scene.somebody() };
                let wanted = expected(&row.name(), asker, state);
                let answer = ask(client, row, stock.listing(), photos).await;
                cells += 1;
                if answer.status != wanted {
                    let got = format!("{} {}", answer.status, answer.code());
                    wrong.push(format!("{} as {asker:?}, {state:?}: {got}, not {wanted}", row.name()));
                }
                if uses_up(row) && answer.status < 300 {
                    stock.used();
                }
            }
        }
    }
    assert!(cells > 1_500, "{cells} cells");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
