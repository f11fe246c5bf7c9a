//! What a request asks for beside itself: to be done at one version only (`If-Match`), and only once
//! (`Idempotency-Key`). Entity tags are `"{version}"` or `"{version}-{counters}"`.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use domain::{FieldErrors, Version};
use journal::{Idempotency, Options};

use crate::caller::Caller;
use crate::failure::Failure;
use crate::kit::Kit;

/// The conditions of a request that changes something; 400 when one of them is malformed.
#[derive(Clone, Debug)]
pub struct Conditions {
    version: Option<Version>,
    key: Option<String>,
    /// Method and path, ids included: a key belongs to one operation on one thing.
    operation: String,
    query: String,
}

impl Conditions {
    /// For a command on aggregate `id` whose request says `body`. Whoever is not signed in sees no versions, and finds
    /// none out by naming one.
    #[must_use]
    pub fn options(&self, kit: &Kit, caller: &Caller, body: &[u8], id: &impl ToString) -> Options {
        let idempotency = self.once(kit, caller, body, id);
        let if_version = self.version.filter(|_| caller.signed_in.is_some());
        Options { if_version, idempotency, ..Options::default() }
    }

    /// The same of an operation whose address does not name `thing`, the one thing it is about.
    #[must_use]
    pub fn of(&self, thing: impl std::fmt::Display) -> Self {
        Self { operation: format!("{} {thing}", self.operation), query: String::new(), ..self.clone() }
    }

    /// The key, bound to who asks for what. A repeat is answered from the aggregate `id`, never from a stored text:
    /// nothing secret or personal is kept with a key.
    #[must_use]
    pub fn once(&self, kit: &Kit, caller: &Caller, body: &[u8], id: &impl ToString) -> Option<Idempotency> {
        let who = match caller.signed_in {
            Some(person) if person.service => "service".to_owned(),
            Some(person) => person.user.to_string(),
            None => "anonymous".to_owned(),
        };
        let request = [self.query.as_bytes(), body];
        Some(Idempotency {
            scope: format!("{}|{who}|{}", caller.tenant, self.operation),
            key: self.key.clone()?,
            fingerprint: kit.ledger.keys().fingerprint(&caller.tenant, &request),
            answer: id.to_string(),
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Conditions {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(Self {
            version: if_match(&parts.headers)?,
            key: key(&parts.headers)?,
            operation: format!("{} {}", parts.method, parts.uri.path()),
            query: parts.uri.query().unwrap_or("").to_owned(),
        })
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(given) = headers.get("idempotency-key") else { return Ok(None) };
    let plain = given.to_str().ok().filter(|key| (1..=255).contains(&key.len()));
    let wrong = || Failure::invalid(FieldErrors::one("Idempotency-Key", "must be 1 to 255 plain characters"));
    plain.map(|key| Some(key.to_owned())).ok_or_else(wrong)
}

/// The version of `If-Match`; nothing when it is absent or `*`. Counters after a dash are not compared.
fn if_match(headers: &HeaderMap) -> Result<Option<Version>, Failure> {
    let Some(given) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = given.to_str().unwrap_or("").trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.trim_start_matches("W/").trim_matches('"');
    let version = tag.split('-').next().and_then(|version| version.parse().ok());
    let wrong = || Failure::invalid(FieldErrors::one("If-Match", "must be the ETag of an earlier answer"));
    version.map(Some).ok_or_else(wrong)
}

/// `If-None-Match`: what the client holds already.
#[derive(Clone, Debug, Default)]
pub struct Held(Option<String>);

impl Held {
    /// Whether it is `tag`.
    #[must_use]
    pub fn is(&self, tag: &str) -> bool {
        self.0.as_deref().is_some_and(|given| {
            given.split(',').any(|one| {
                let one = one.trim().trim_start_matches("W/").trim_matches('"');
                one == tag || one == "*"
            })
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Held {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let given = parts.headers.get(IF_NONE_MATCH).and_then(|given| given.to_str().ok());
        Ok(Self(given.map(str::to_owned)))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, Request};

    use super::*;

    fn parts(name: &'static str, value: &str) -> Parts {
        let mut parts = Request::put("/api/users/me?a=b").body(()).unwrap().into_parts().0;
        parts.headers.insert(name, HeaderValue::from_str(value).unwrap());
        parts
    }

    async fn conditions(name: &'static str, value: &str) -> Result<Conditions, Failure> {
        Conditions::from_request_parts(&mut parts(name, value), &()).await
    }

    #[tokio::test]
    async fn a_tag_of_ours_names_a_version_and_anything_else_is_malformed() {
        for (given, version) in
            [("\"3\"", Some(3)), ("\"3-17\"", Some(3)), ("W/\"3-1-0\"", Some(3)), ("*", None)]
        {
            assert_eq!(conditions("if-match", given).await.unwrap().version, version, "{given}");
        }
        for given in ["", "\"\"", "\"other\"", "\"1\", \"2\"", "-3"] {
            let failure = conditions("if-match", given).await.unwrap_err();
            assert!(failure.fields.0.contains_key("If-Match"), "{given}");
        }
    }

    #[tokio::test]
    async fn a_key_is_short_and_not_empty_and_belongs_to_one_operation() {
        let taken = conditions("idempotency-key", "one").await.unwrap();
        assert_eq!((taken.key.as_deref(), &*taken.operation), (Some("one"), "PUT /api/users/me"));
        for given in ["", &"k".repeat(256)] {
            let failure = conditions("idempotency-key", given).await.unwrap_err();
            assert!(failure.fields.0.contains_key("Idempotency-Key"), "{given}");
        }
    }

    #[tokio::test]
    async fn what_a_client_holds_is_any_of_its_tags() {
        let held = async |value| match Held::from_request_parts(&mut parts("if-none-match", value), &()).await
        {
            Ok(held) => held,
        };
        assert!(held("\"1\", W/\"2-3\"").await.is("2-3") && held("*").await.is("7"));
        assert!(!held("\"2\"").await.is("2-3") && !Held::default().is("1"));
    }
}
