//! `serve --demo`: fills a fresh instance with fictional people, homes and a year of what they did, so that there is
//! something to look at.
//!
//! Everything goes through the API, so the sample data obeys every rule and produces the same events. An instance
//! that has listings is left unchanged.
//!
//! ```text
//! homes.json, story -> acts, the oldest first -> the clock catches up to each day -> API      before anybody is served
//! homes             -> album -> drawing -> POST /api/properties/{id}/images               while the server is in use
//! ```

mod drawing;
mod fill;
mod homes;
mod people;
mod photos;
mod story;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use domain::user::Role;
use http::Method;
use rand::Rng;
use serde_json::Value;
use thiserror::Error;
use users::AdminError;

use crate::api_client::{ApiClient, ClientError};
use fill::Scene;
use homes::Home;
use people::{Account, PEOPLE, sign_in, text};
pub use photos::Album;

/// The password of the accounts for trying the portal. The other accounts have random passwords that nobody knows.
pub const PASSWORD: &str = "look-around-hyderabad";

/// The e-mail address of the person who looks for a home.
pub const SEEKER: &str = "demo@example.com";
/// The e-mail address of an owner of homes.
pub const OWNER: &str = "kiran.sample@example.com";

/// The e-mail address of the seller of the sample products.
pub const SELLER: &str = "seller@example.com";

/// The accounts of staff and of the seller: user name, e-mail address, role.
pub const STAFF: [(&str, &str, Role); 4] = [
    ("seller", SELLER, Role::Seller),
    ("moderator", "moderator@example.com", Role::Moderator),
    ("support", "support@example.com", Role::Support),
    ("administrator", "administrator@example.com", Role::Admin),
];

const DAY_SECONDS: i64 = 86_400;
/// How long ago the sample people's story begins.
pub const PAST_SECONDS: i64 = story::BEGINS * DAY_SECONDS;

pub enum Outcome {
    Filled {
        people: usize,
        homes: usize,
        /// The photos that the homes do not have yet.
        album: Album,
    },
    /// There were listings already, so nothing was added.
    LeftAlone,
}

#[derive(Debug, Error)]
pub enum DemoError {
    #[error("the sample data could not be added: {0}")]
    Api(#[from] ClientError),

    #[error("the address of a fictional person cannot be confirmed: {0}")]
    Confirm(AdminError),

    #[error("demo/homes.json cannot be read: {0}")]
    Homes(#[from] serde_json::Error),

    #[error("the sample data could not be added: the answer to {request} has no {field}")]
    Answer { request: String, field: &'static str },

    #[error("the sample data names {0:?}, which is not there")]
    Unknown(String),

    #[error("a sample photo could not be drawn: {0}")]
    Draw(String),
}

/// Fills an instance that has no listings. `client` may have any token, because the people register here and use
/// their own. `confirm` confirms an account's e-mail address, because nobody reads e-mails to fictional people.
/// `at` is awaited before anything happens, with how many seconds ago it is to have happened; it begins at
/// [`PAST_SECONDS`] and ends at 0.
///
/// # Errors
/// At the first refusal. What was added stays; if it includes a listing, a later start adds nothing.
pub async fn fill(
    client: &ApiClient,
    random: &mut impl Rng,
    confirm: impl AsyncFn(&str) -> Result<(), AdminError>,
    at: impl AsyncFn(i64),
) -> Result<Outcome, DemoError> {
    let nobody = client.with_token("");
    if has_listings(&nobody).await? {
        return Ok(Outcome::LeftAlone);
    }
    let homes = Home::all()?;
    at(PAST_SECONDS).await;
    let mut people = BTreeMap::new();
    for person in &PEOPLE {
        let account = Account::join(&nobody, person, random).await?;
        confirm(&account.email).await.map_err(DemoError::Confirm)?;
        people.insert(person.name, account);
    }
    let acts = story::acts(&homes);
    let mut scene = Scene::new(people, homes);
    for day in acts.chunk_by(|(ago, _), (next, _)| ago == next) {
        at(day.first().map_or(0, |(ago, _)| ago * DAY_SECONDS)).await;
        scene.renew().await?;
        for (_, act) in day {
            scene.play(act).await?;
        }
    }
    at(0).await;
    let Scene { people, homes, listed, .. } = scene;
    let (joined, count) = (people.len(), listed.len());
    Ok(Outcome::Filled { people: joined, homes: count, album: Album::of(&homes, &listed, people) })
}

/// Fills the catalogue of an instance that has no products. They belong to [`SELLER`], who must exist.
///
/// # Errors
/// At the first refusal.
pub async fn fill_catalogue(client: &ApiClient) -> Result<usize, DemoError> {
    let nobody = client.with_token("");
    let there = nobody.call(Method::GET, "/api/v1/products?size=1", None, &[]).await?.data()?;
    if there.as_array().is_none_or(|products| !products.is_empty()) {
        return Ok(0);
    }
    let signed_in = sign_in(&nobody, SELLER, PASSWORD).await?.data()?;
    let seller = nobody.with_token(text("POST /api/auth/login", &signed_in, "accessToken")?);
    let products: Vec<Value> = serde_json::from_str(include_str!("demo/products.json"))?;
    for product in &products {
        seller.call(Method::POST, "/api/v1/products", Some(product.clone()), &[]).await?.data()?;
    }
    Ok(products.len())
}

async fn has_listings(client: &ApiClient) -> Result<bool, DemoError> {
    let page = client.call(Method::GET, "/api/properties?size=1", None, &[]).await?.data()?;
    let total = page.get("totalElements").and_then(Value::as_u64);
    let request = || "GET /api/properties?size=1".to_owned();
    Ok(total.ok_or_else(|| DemoError::Answer { request: request(), field: "data.totalElements" })? > 0)
}
