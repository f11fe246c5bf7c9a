//! `serve --demo`: fills a fresh instance with fictional people and homes, so that there is something to look at.
//!
//! Everything goes through the API, so the sample data obeys every rule and produces the same events. An instance
//! that has listings is left unchanged. The homes and their texts are in `demo/homes.json`.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use domain::user::Role;
use http::Method;
use rand::{Rng, RngExt as _};
use serde_json::{Value, json};
use thiserror::Error;
use users::AdminError;

use crate::api_client::{ApiClient, ClientError};

/// The password of the accounts for trying the portal. The other accounts have random passwords that nobody knows.
pub const PASSWORD: &str = "look-around-hyderabad";

/// The e-mail address of the person who looks for a home.
pub const SEEKER: &str = "demo@example.com";
/// The e-mail address of an owner of homes.
pub const OWNER: &str = "kiran.sample@example.com";

/// The e-mail address of the seller of the sample products.
pub const SELLER: &str = "seller@example.com";

/// The accounts of staff and of the seller: user name, e-mail address, role.
pub const STAFF: [(&str, &str, Role); 3] = [
    ("seller", SELLER, Role::Seller),
    ("moderator", "moderator@example.com", Role::Moderator),
    ("administrator", "administrator@example.com", Role::Admin),
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Filled {
        people: usize,
        homes: usize,
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
}

struct Person {
    /// The user name, which also links to the person's homes in `homes.json`.
    name: &'static str,
    email: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    /// `None`: a random password.
    password: Option<&'static str>,
}

impl Person {
    fn email_with(&self, suffix: &str) -> String {
        format!("{suffix}{}", self.email)
    }
}

const PEOPLE: [Person; 3] = [
    Person { name: "demo", email: SEEKER, first_name: "Asha", last_name: "Sample", password: Some(PASSWORD) },
    Person {
        name: "kiran",
        email: OWNER,
        first_name: "Kiran",
        last_name: "Sample",
        password: Some(PASSWORD),
    },
    Person {
        name: "fathima",
        email: "fathima.sample@example.com",
        first_name: "Fathima",
        last_name: "Sample",
        password: None,
    },
];

/// A telephone number that belongs to nobody.
const CONTACT_PHONE: &str = "+916000000000";

/// The demo account views every second home of other people, and every sixth becomes a favourite.
const VIEWED: usize = 2;
const FAVOURITE: usize = 6;

/// Fills an instance that has no listings. `client` may have any token, because the people register here and use
/// their own. `confirm` confirms an account's e-mail address, because nobody reads e-mails to fictional people.
///
/// # Errors
/// At the first refusal. What was added stays; if it includes a listing, a later start adds nothing.
pub async fn fill(
    client: &ApiClient,
    random: &mut impl Rng,
    confirm: impl AsyncFn(&str) -> Result<(), AdminError>,
) -> Result<Outcome, DemoError> {
    let nobody = client.with_token("");
    if has_listings(&nobody).await? {
        return Ok(Outcome::LeftAlone);
    }
    let mut homes: BTreeMap<String, Vec<Value>> = serde_json::from_str(include_str!("demo/homes.json"))?;
    let mut demo_user = nobody.clone();
    let mut listed = 0;
    let mut of_others = Vec::new();
    for person in &PEOPLE {
        let (email, token) = join(&nobody, person, random).await?;
        confirm(&email).await.map_err(DemoError::Confirm)?;
        let client = nobody.with_token(&token);
        let homes = homes.remove(person.name).unwrap_or_default();
        let own = list(&client, person, homes).await?;
        listed += own.len();
        if person.email == SEEKER {
            demo_user = client;
        } else {
            of_others.extend(own);
        }
    }
    look_around(&demo_user, &of_others).await?;
    Ok(Outcome::Filled { people: PEOPLE.len(), homes: listed })
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
    let body = json!({"email": SELLER, "password": PASSWORD});
    let answer = nobody.call(Method::POST, "/api/auth/login", Some(body), &[]).await?;
    let seller = nobody.with_token(&access_token("POST /api/auth/login", &answer.data()?)?);
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

/// Registers a person and returns their e-mail address and token. If an interrupted start left the account, it is
/// signed in to when its password is known; otherwise the person gets another name.
async fn join(
    client: &ApiClient,
    person: &Person,
    random: &mut impl Rng,
) -> Result<(String, String), DemoError> {
    let answer = register(client, person, "", random).await?;
    let (email, request, answer) = if answer.status != 409 {
        (person.email.to_owned(), "POST /api/auth/register", answer)
    } else if let Some(password) = person.password {
        let body = json!({"email": person.email, "password": password});
        let answer = client.call(Method::POST, "/api/auth/login", Some(body), &[]).await?;
        (person.email.to_owned(), "POST /api/auth/login", answer)
    } else {
        let other_name = format!("{:08x}", random.next_u32());
        let answer = register(client, person, &other_name, random).await?;
        (person.email_with(&other_name), "POST /api/auth/register", answer)
    };
    Ok((email, access_token(request, &answer.data()?)?))
}

async fn register(
    client: &ApiClient,
    person: &Person,
    suffix: &str,
    random: &mut impl Rng,
) -> Result<crate::api_client::Answer, ClientError> {
    let password = person.password.map_or_else(|| format!("{:032x}", random.random::<u128>()), str::to_owned);
    let body = json!({
        "username": format!("{}{suffix}", person.name),
        "email": person.email_with(suffix),
        "password": password,
        "firstName": person.first_name,
        "lastName": person.last_name,
    });
    client.call(Method::POST, "/api/auth/register", Some(body), &[]).await
}

fn access_token(request: &str, data: &Value) -> Result<String, DemoError> {
    let token = data.get("accessToken").and_then(Value::as_str).map(str::to_owned);
    token.ok_or_else(|| DemoError::Answer { request: request.to_owned(), field: "data.accessToken" })
}

/// Returns the ids, in the order of `homes`.
async fn list(client: &ApiClient, person: &Person, homes: Vec<Value>) -> Result<Vec<String>, DemoError> {
    let mut ids = Vec::new();
    for mut home in homes {
        home["contactName"] = format!("{} {}", person.first_name, person.last_name).into();
        home["contactPhone"] = CONTACT_PHONE.into();
        home["contactEmail"] = person.email.into();
        let answer = client.call(Method::POST, "/api/properties", Some(marked(home)), &[]).await?;
        let id = answer.data()?.get("id").and_then(Value::as_str).map(str::to_owned);
        let request = || "POST /api/properties".to_owned();
        ids.push(id.ok_or_else(|| DemoError::Answer { request: request(), field: "data.id" })?);
    }
    Ok(ids)
}

/// Marks a home as a sample, so that nobody takes it for a real one.
fn marked(mut home: Value) -> Value {
    for (field, mark) in
        [("title", " (sample)"), ("description", " A sample: the home, its owner and its price are made up.")]
    {
        if let Some(Value::String(text)) = home.get_mut(field) {
            text.push_str(mark);
        }
    }
    home
}

async fn look_around(client: &ApiClient, homes: &[String]) -> Result<(), DemoError> {
    for id in homes.iter().step_by(VIEWED) {
        client.call(Method::POST, &format!("/api/properties/{id}/view"), None, &[]).await?.data()?;
    }
    for id in homes.iter().step_by(FAVOURITE) {
        client.call(Method::POST, &format!("/api/properties/{id}/favorite"), None, &[]).await?.data()?;
    }
    for search in
        ["/api/search/properties?location=Gachibowli", "/api/search/properties?query=villa%20garden"]
    {
        client.call(Method::GET, search, None, &[]).await?.data()?;
    }
    let saved = json!({"name": "Flats up to 90 lakh", "frequency": "DAILY", "channels": ["IN_APP"],
        "filters": {"propertyType": ["APARTMENT"], "listingType": ["SALE"], "maxPrice": 9_000_000}});
    client.call(Method::POST, "/api/search/save", Some(saved), &[]).await?.data()?;
    if let Some(id) = homes.first() {
        let asked = json!({"purpose": "VISIT", "message": "Could I see it on Saturday? (sample)"});
        client.call(Method::POST, &format!("/api/properties/{id}/leads"), Some(asked), &[]).await?.data()?;
    }
    Ok(())
}
