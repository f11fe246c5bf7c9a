//! `serve --demo`: a fresh instance gets fictional people and homes, so that there is something to look at.
//!
//! Everything goes through the API, so that sample data obeys every rule and leaves the same events. An instance that
//! has listings is left alone. Homes and texts: `demo/homes.json`.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use http::Method;
use rand::{Rng, RngExt as _};
use serde_json::{Value, json};
use thiserror::Error;
use users::AdminError;

use crate::api_client::{ApiClient, ClientError};

/// The account that people try the portal with; the others have random passwords that nobody is told.
pub const SIGN_IN: SignIn = SignIn { email: "demo@example.com", password: "look-around-hyderabad" };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    pub email: &'static str,
    pub password: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Tell people [`SIGN_IN`].
    Filled { people: usize, homes: usize },
    /// There were listings already; nothing was done.
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
    /// The user name, and who lists what in `homes.json`.
    name: &'static str,
    email: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    /// None: a random one.
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

/// Every second home of others is looked at by the demo account, and every sixth becomes a favourite.
const VIEWED: usize = 2;
const FAVOURITE: usize = 6;

/// Fills an instance without listings. `client` may be anybody: people register here and act as themselves. `confirm`
/// confirms an e-mail address of an account, as nobody reads the e-mails to fictional people.
///
/// # Errors
/// At the first refusal; what was added stays. A later start adds nothing if that includes a listing.
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
    let (mut listed, mut of_others) = (0, Vec::new());
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

/// Registers: the e-mail address and a token. An account left by a start that was cut off is signed in to if its
/// password is known; else its person gets another name.
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

/// The ids, in the order of `homes`.
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

/// Nobody may take a sample for a home they can buy.
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
