//! `serve --demo`: fills a fresh instance with fictional people and homes, so that there is something to look at.
//!
//! Everything goes through the API, so the sample data obeys every rule and produces the same events. An instance
//! that has listings is left unchanged. The homes and their texts are in `demo/homes.json`.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use http::Method;
use rand::{Rng, RngExt as _};
use serde_json::{Value, json};
use thiserror::Error;
use users::AdminError;

use crate::api_client::{ApiClient, ClientError};

/// The account for trying the portal. The other accounts have random passwords that nobody knows.
pub const SIGN_IN: SignIn = SignIn { email: "demo@example.com", password: "look-around-hyderabad" };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    pub email: &'static str,
    pub password: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The caller should show [`SIGN_IN`].
    Filled { people: usize, homes: usize },
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
    Person {
        name: "demo",
        email: SIGN_IN.email,
        first_name: "Asha",
        last_name: "Sample",
        password: Some(SIGN_IN.password),
    },
    Person {
        name: "kiran",
        email: "kiran.sample@example.com",
        first_name: "Kiran",
        last_name: "Sample",
        password: None,
    },
    Person {
        name: "fathima",
        email: "fathima.sample@example.com",
        first_name: "Fathima",
        last_name: "Sample",
        password: None,
    },
];

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
        let own = list(&client, homes.remove(person.name).unwrap_or_default()).await?;
        listed += own.len();
        if person.email == SIGN_IN.email {
            demo_user = client;
        } else {
            of_others.extend(own);
        }
    }
    look_around(&demo_user, &of_others).await?;
    Ok(Outcome::Filled { people: PEOPLE.len(), homes: listed })
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
async fn list(client: &ApiClient, homes: Vec<Value>) -> Result<Vec<String>, DemoError> {
    let mut ids = Vec::new();
    for home in homes {
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
    Ok(())
}
