//! Conditions of a request: to apply only at some versions (`If-Match`, `If-None-Match`), and only once
//! (`Idempotency-Key`).
//!
//! Entity tags are `"{version}"` or `"{version}-{counters}"`. After a restore, versions continue from the backup, so
//! a version can denote another state than before the restore. From then on tags therefore include the epoch, as
//! `"{epoch}.{version}-{counters}"`. A tag of another epoch never matches.

use std::borrow::Cow;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use domain::{FieldErrors, Version};
use journal::{Idempotency, Options};

use crate::app_context::AppContext;
use crate::caller::Caller;
use crate::failure::Failure;

/// The conditions of a state-changing request. Malformed ones are refused with 400.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// `None` for any version: without `If-Match`, or with `*`.
    matching: Option<Vec<EntityTag>>,
    not_matching: NotMatching,
    key: Option<String>,
    /// Method and path including ids, so that a key belongs to one operation on one resource.
    operation: String,
    query: String,
}

impl Conditions {
    /// Options for a command on aggregate `id` with the request body `body`. Tags are ignored for anonymous callers:
    /// they see no versions and must not be able to probe for them.
    #[must_use]
    pub fn options(&self, context: &AppContext, caller: &Caller, body: &[u8], id: &impl ToString) -> Options {
        let idempotency = self.once(context, caller, body, id);
        if caller.signed_in.is_none() {
            return Options { idempotency, ..Options::default() };
        }
        let versions = |tags: &[EntityTag]| {
            tags.iter().filter_map(|tag| Tag::parse(&tag.text)?.version_in(context.epoch())).collect()
        };
        let if_version = self.matching.as_deref().map(versions);
        let (if_absent, unless_version) = match &self.not_matching {
            NotMatching::Any => (true, Vec::new()),
            NotMatching::OneOf(tags) => (false, versions(tags)),
        };
        Options { if_version, unless_version, if_absent, idempotency, ..Options::default() }
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
            matching: if_match(&parts.headers)?,
            not_matching: if_none_match(&parts.headers)?,
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
/// What the tag of a compressed response ends with: its bytes are others than those of the plain one (RFC 9110 8.8.3).
pub const OF_CODINGS: [&str; 2] = ["-br", "-gz"];

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

    /// The version of the tag, if it belongs to `epoch`.
    fn version_in(self, epoch: u32) -> Option<Version> {
        (self.epoch == epoch).then_some(self.version)
    }
}

/// `If-None-Match` of a request that changes something.
#[derive(Clone, Debug)]
enum NotMatching {
    /// `*`: there must be nothing yet.
    Any,
    OneOf(Vec<EntityTag>),
}

/// An entity tag as a client sends it, without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct EntityTag {
    text: String,
    is_quoted: bool,
}

/// All tags of a header's lines (RFC 9110 8.8.3). A comma may be part of a quoted tag. A weak tag counts as the strong
/// one: proxies that compress make tags weak.
fn entity_tags(headers: &HeaderMap, name: HeaderName) -> Vec<EntityTag> {
    let mut tags = Vec::new();
    for line in headers.get_all(name).iter().filter_map(|line| line.to_str().ok()) {
        let mut rest = line.trim_start_matches([' ', '\t', ',']);
        while !rest.is_empty() {
            let opaque = rest.strip_prefix("W/").unwrap_or(rest);
            let quoted = opaque.strip_prefix('"').and_then(|opaque| opaque.split_once('"'));
            let (text, after) = quoted.unwrap_or_else(|| opaque.split_once(',').unwrap_or((opaque, "")));
            tags.push(EntityTag { text: text.trim_end().to_owned(), is_quoted: quoted.is_some() });
            rest = after.trim_start_matches([' ', '\t', ',']);
        }
    }
    tags
}

/// Tags that are not ours are compared, and match nothing. Anything that is no tag is refused, except a version of ours
/// without quotes in `If-Match`: there it names what may be changed.
fn checked(tags: Vec<EntityTag>, header: &'static str) -> Result<Vec<EntityTag>, Failure> {
    let is_bare = |tag: &EntityTag| header == "If-Match" && Tag::parse(&tag.text).is_some();
    let is_opaque = |tag: &EntityTag| tag.text.bytes().all(|byte| byte == b'!' || byte > b'"');
    let is_tag = |tag: &EntityTag| if tag.is_quoted { is_opaque(tag) } else { is_bare(tag) };
    if tags.is_empty() || !tags.iter().all(is_tag) {
        let message =
            "must be * or tags in quotes, separated by commas, such as the ETag of an earlier answer";
        return Err(Failure::invalid(FieldErrors::one(header, message)));
    }
    Ok(tags)
}

fn is_any(tags: &[EntityTag]) -> bool {
    matches!(tags, [EntityTag { text, is_quoted: false }] if text == "*")
}

/// The tags of `If-Match`; `None` if it is absent or `*`.
fn if_match(headers: &HeaderMap) -> Result<Option<Vec<EntityTag>>, Failure> {
    if !headers.contains_key(IF_MATCH) {
        return Ok(None);
    }
    let tags = entity_tags(headers, IF_MATCH);
    if is_any(&tags) { Ok(None) } else { checked(tags, "If-Match").map(Some) }
}

fn if_none_match(headers: &HeaderMap) -> Result<NotMatching, Failure> {
    if !headers.contains_key(IF_NONE_MATCH) {
        return Ok(NotMatching::OneOf(Vec::new()));
    }
    let tags = entity_tags(headers, IF_NONE_MATCH);
    if is_any(&tags) { Ok(NotMatching::Any) } else { checked(tags, "If-None-Match").map(NotMatching::OneOf) }
}

/// `If-None-Match` of a request that changes nothing: the tags that the client already has.
#[derive(Clone, Debug, Default)]
pub struct ClientTags(Vec<EntityTag>);

impl ClientTags {
    /// Whether one of them is `tag`, of whatever compression.
    #[must_use]
    pub fn is(&self, tag: &str) -> bool {
        let plain = |text: &'_ str| -> usize {
            OF_CODINGS.iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(text).len()
        };
        is_any(&self.0) || self.0.iter().any(|one| one.text == tag || one.text[..plain(&one.text)] == *tag)
    }
}

impl<S: Sync> FromRequestParts<S> for ClientTags {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(entity_tags(&parts.headers, IF_NONE_MATCH)))
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
    async fn a_tag_of_ours_names_a_version_and_what_is_no_tag_is_malformed() {
        let of = |epoch, version| Some(Tag { epoch, version });
        for (given, tags) in [
            ("\"3\"", vec![of(1, 3)]),
            ("\"3-17\"", vec![of(1, 3)]),
            ("\"3-17-br\"", vec![of(1, 3)]),
            ("W/\"3-1-0\"", vec![of(1, 3)]),
            ("\"57.3-17\"", vec![of(57, 3)]),
            ("\"1\", \"57.2\"", vec![of(1, 1), of(57, 2)]),
            ("\"other\" ,, W/\"a,b\",\"\", \"7\"", vec![None, None, None, of(1, 7)]),
        ] {
            let tags = Some(tags);
            for name in ["if-match", "if-none-match"] {
                let conditions = conditions(name, given).await.unwrap();
                let found = match conditions.not_matching {
                    NotMatching::OneOf(found) if name == "if-none-match" => Some(found),
                    _ => conditions.matching,
                };
                let found = found.map(|found| found.iter().map(|tag| Tag::parse(&tag.text)).collect());
                assert_eq!(found, tags, "{name}: {given}");
            }
        }
        assert_eq!(conditions("if-match", "*").await.unwrap().matching, None);
        assert!(conditions("if-match", "3").await.is_ok() && conditions("if-none-match", "3").await.is_err());
        assert!(matches!(conditions("if-none-match", "*").await.unwrap().not_matching, NotMatching::Any));
        for given in ["", "other", "-3", "\"1", "*, *", "\"1\", x", "\"a b\""] {
            for (name, field) in [("if-match", "If-Match"), ("if-none-match", "If-None-Match")] {
                let failure = conditions(name, given).await.unwrap_err();
                assert!(failure.fields.0.contains_key(field), "{name}: {given}");
            }
        }
    }

    #[test]
    fn a_tag_of_another_history_matches_no_version() {
        assert_eq!((&*tag(1, "3-17"), &*tag(57, "3-17")), ("3-17", "57.3-17"));
        let version = |tag: &str, epoch| Tag::parse(tag).unwrap().version_in(epoch);
        assert_eq!((version("3-17", 1), version("57.3-17", 57)), (Some(3), Some(3)));
        for (tag, epoch) in [("3-17", 57), ("57.3-17", 1), ("57.3-17", 58)] {
            assert_eq!(version(tag, epoch), None, "{tag} in {epoch}");
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
        assert!(held("\"2-3-gz\"").await.is("2-3") && held("\"a,b\"").await.is("a,b"));
        assert!(!held("\"2\"").await.is("2-3") && !ClientTags::default().is("1"));
    }
}
