//! The fictional people, and how each of them stays signed in while a year passes.

use http::Method;
use rand::{Rng, RngExt as _};
use serde_json::{Value, json};

use super::{DemoError, OWNER, PASSWORD, SEEKER};
use crate::api_client::{Answer, ApiClient, ClientError};

pub struct Person {
    /// The user name, by which `homes.json` and `story.rs` mean the person.
    pub name: &'static str,
    pub email: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    /// `None`: a random password.
    password: Option<&'static str>,
}

const fn stranger(name: &'static str, email: &'static str, first_name: &'static str) -> Person {
    Person { name, email, first_name, last_name: "Sample", password: None }
}

pub static PEOPLE: [Person; 7] = [
    Person { password: Some(PASSWORD), ..stranger("demo", SEEKER, "Asha") },
    Person { password: Some(PASSWORD), ..stranger("kiran", OWNER, "Kiran") },
    stranger("fathima", "fathima.sample@example.com", "Fathima"),
    stranger("meena", "meena.sample@example.com", "Meena"),
    stranger("joseph", "joseph.sample@example.com", "Joseph"),
    stranger("ravi", "ravi.sample@example.com", "Ravi"),
    stranger("leela", "leela.sample@example.com", "Leela"),
];

/// A person who is signed in.
pub struct Account {
    pub person: &'static Person,
    /// The address that the account really has.
    pub email: String,
    pub client: ApiClient,
    password: String,
    refresh_token: String,
}

impl Account {
    /// Registers a person. If an interrupted start left the account, it is signed in to when its password is known;
    /// otherwise the person gets another name.
    pub async fn join(
        nobody: &ApiClient,
        person: &'static Person,
        random: &mut impl Rng,
    ) -> Result<Self, DemoError> {
        let password =
            person.password.map_or_else(|| format!("{:032x}", random.random::<u128>()), str::to_owned);
        let answer = register(nobody, person, "", &password).await?;
        let mut email = person.email.to_owned();
        let (request, answer) = if answer.status != 409 {
            ("POST /api/auth/register", answer)
        } else if person.password.is_some() {
            ("POST /api/auth/login", sign_in(nobody, &email, &password).await?)
        } else {
            let suffix = format!("{:08x}", random.next_u32());
            email = format!("{suffix}{email}");
            ("POST /api/auth/register", register(nobody, person, &suffix, &password).await?)
        };
        let (client, refresh_token) = tokens(nobody, request, &answer.data()?)?;
        Ok(Self { person, email, client, password, refresh_token })
    }

    /// Gets another access token, because the last one is too old by now.
    pub async fn renew(&mut self) -> Result<(), DemoError> {
        let nobody = self.client.with_token("");
        let body = json!({"refreshToken": self.refresh_token});
        let mut request = "POST /api/auth/refresh";
        let mut answer = nobody.call(Method::POST, "/api/auth/refresh", Some(body), &[]).await?;
        if answer.status == 401 {
            // The session was unused for too long.
            request = "POST /api/auth/login";
            answer = sign_in(&nobody, &self.email, &self.password).await?;
        }
        (self.client, self.refresh_token) = tokens(&nobody, request, &answer.data()?)?;
        Ok(())
    }
}

async fn register(
    nobody: &ApiClient,
    person: &Person,
    suffix: &str,
    password: &str,
) -> Result<Answer, ClientError> {
    let body = json!({
        "username": format!("{}{suffix}", person.name),
        "email": format!("{suffix}{}", person.email),
        "password": password,
        "firstName": person.first_name,
        "lastName": person.last_name,
    });
    nobody.call(Method::POST, "/api/auth/register", Some(body), &[]).await
}

pub async fn sign_in(nobody: &ApiClient, email: &str, password: &str) -> Result<Answer, ClientError> {
    let body = json!({"email": email, "password": password});
    nobody.call(Method::POST, "/api/auth/login", Some(body), &[]).await
}

fn tokens(nobody: &ApiClient, request: &str, data: &Value) -> Result<(ApiClient, String), DemoError> {
    let access = text(request, data, "accessToken")?;
    Ok((nobody.with_token(access), text(request, data, "refreshToken")?.to_owned()))
}

/// A text member of the data of an answer.
pub fn text<'a>(request: &str, data: &'a Value, field: &'static str) -> Result<&'a str, DemoError> {
    let missing = || DemoError::Answer { request: request.to_owned(), field };
    data.get(field).and_then(Value::as_str).ok_or_else(missing)
}
