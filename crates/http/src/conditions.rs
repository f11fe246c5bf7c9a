//! Conditions of a request: to apply only at a given version (`If-Match`), and only once (`Idempotency-Key`).
//!
//! Entity tags are `"{version}"` or `"{version}-{counters}"`. After a restore, versions continue from the backup, so
//! a version can denote another state than before the restore. From then on tags therefore include the epoch, as
//! `"{epoch}.{version}-{counters}"`. A tag of another epoch never matches.

use std::borrow::Cow;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use domain::{FieldErrors, Version};
use journal::{Idempotency, Options};

use crate::app_context::AppContext;
use crate::caller::Caller;
use crate::failure::Failure;

/// The conditions of a state-changing request. Malformed ones are refused with 400.
#[derive(Clone, Debug)]
pub struct Conditions {
    tag: Option<Tag>,
    key: Option<String>,
    /// Method and path including ids, so that a key belongs to one operation on one resource.
    operation: String,
    query: String,
}

impl Conditions {
    /// Options for a command on aggregate `id` with the request body `body`. `If-Match` is ignored for anonymous
    /// callers: they see no versions and must not be able to probe for them.
    #[must_use]
    pub fn options(&self, context: &AppContext, caller: &Caller, body: &[u8], id: &impl ToString) -> Options {
        let idempotency = self.once(context, caller, body, id);
        let tag = self.tag.filter(|_| caller.signed_in.is_some());
        let if_version = tag.map(|tag| tag.version_in(context.epoch()));
        Options { if_version, idempotency, ..Options::default() }
    }

    /// The same conditions for an operation on `thing`, when the path does not name it.
    #[must_use]
    pub fn of(&self, thing: impl std::fmt::Display) -> Self {
        Self { operation: format!("{} {thing}", self.operation), query: String::new(), ..self.clone() }
    }

    /// The idempotency key, bound to the caller and the operation. A repeated request is answered from the aggregate
    /// `id`, never from a stored response, so nothing secret or personal is stored with a key.
    #[must_use]
    pub fn once(
        &self,
        context: &AppContext,
        caller: &Caller,
        body: &[u8],
        id: &impl ToString,
    ) -> Option<Idempotency> {
        let who = match caller.signed_in {
            Some(person) if person.service => "service".to_owned(),
            Some(person) => person.user.to_string(),
            None => "anonymous".to_owned(),
        };
        let request = [self.query.as_bytes(), body];
        Some(Idempotency {
            scope: format!("{}|{who}|{}", caller.tenant, self.operation),
            key: self.key.clone()?,
            fingerprint: context.aggregates.keys().fingerprint(&caller.tenant, &request),
            answer: id.to_string(),
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Conditions {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(Self {
            tag: if_match(&parts.headers)?,
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

/// The epoch of a journal that was never restored. Its tags do not include an epoch.
const FIRST: u32 = 1;
/// A version that no stream ever reaches.
const NEVER: Version = Version::MAX;

/// `tag` of the history `epoch` in the form that clients see.
pub(crate) fn tag(epoch: u32, tag: &str) -> Cow<'_, str> {
    if epoch == FIRST { Cow::Borrowed(tag) } else { Cow::Owned(format!("{epoch}.{tag}")) }
}

/// A parsed entity tag. Counters after a dash are not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tag {
    epoch: u32,
    version: Version,
}

impl Tag {
    fn parse(tag: &str) -> Option<Self> {
        let tag = tag.split('-').next()?;
        let (epoch, version) = match tag.split_once('.') {
            Some((epoch, version)) => (epoch.parse().ok()?, version),
            None => (FIRST, tag),
        };
        Some(Self { epoch, version: version.parse().ok()? })
    }

    /// The version of the tag if it belongs to `epoch`; otherwise a version that no stream ever has.
    fn version_in(self, epoch: u32) -> Version {
        if self.epoch == epoch { self.version } else { NEVER }
    }
}

/// The tag of `If-Match`; `None` if it is absent or `*`.
fn if_match(headers: &HeaderMap) -> Result<Option<Tag>, Failure> {
    let Some(given) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = given.to_str().unwrap_or("").trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.trim_start_matches("W/").trim_matches('"');
    let wrong = || Failure::invalid(FieldErrors::one("If-Match", "must be the ETag of an earlier answer"));
    Tag::parse(tag).map(Some).ok_or_else(wrong)
}

/// `If-None-Match`: the tags that the client already has.
#[derive(Clone, Debug, Default)]
pub struct ClientTags(Option<String>);

impl ClientTags {
    /// Whether one of them is `tag`.
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

impl<S: Sync> FromRequestParts<S> for ClientTags {
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
        let of = |epoch, version| Some(Tag { epoch, version });
        for (given, tag) in [
            ("\"3\"", of(1, 3)),
            ("\"3-17\"", of(1, 3)),
            ("W/\"3-1-0\"", of(1, 3)),
            ("\"57.3-17\"", of(57, 3)),
            ("*", None),
        ] {
            assert_eq!(conditions("if-match", given).await.unwrap().tag, tag, "{given}");
        }
        for given in ["", "\"\"", "\"other\"", "\"1\", \"2\"", "-3", "\".3\"", "\"5.\"", "\"1.2.3\""] {
            let failure = conditions("if-match", given).await.unwrap_err();
            assert!(failure.fields.0.contains_key("If-Match"), "{given}");
        }
    }

    #[test]
    fn a_tag_of_another_history_matches_no_version() {
        assert_eq!((&*tag(1, "3-17"), &*tag(57, "3-17")), ("3-17", "57.3-17"));
        let version = |tag: &str, epoch| Tag::parse(tag).unwrap().version_in(epoch);
        assert_eq!((version("3-17", 1), version("57.3-17", 57)), (3, 3));
        for (tag, epoch) in [("3-17", 57), ("57.3-17", 1), ("57.3-17", 58)] {
            assert_eq!(version(tag, epoch), NEVER, "{tag} in {epoch}");
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
        let held = async |value| match ClientTags::from_request_parts(&mut parts("if-none-match", value), &())
            .await
        {
            Ok(held) => held,
        };
        assert!(held("\"1\", W/\"2-3\"").await.is("2-3") && held("*").await.is("7"));
        assert!(!held("\"2\"").await.is("2-3") && !ClientTags::default().is("1"));
    }
}
