//! Request headers, for the `params(…)` of operations that accept them.

use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

/// `Idempotency-Key`: makes a request safe to repeat; see [`crate::Conditions`].
#[derive(Debug)]
pub struct IdempotencyKey;
/// `If-Match` and `If-None-Match` of a change: it applies only at some versions; see [`crate::Conditions`].
#[derive(Debug)]
pub struct IfMatch;
/// `If-None-Match`: 304 if the client already has this version; see [`crate::ClientTags`].
#[derive(Debug)]
pub struct IfNoneMatch;

fn header(name: &str, description: &str, schema: ObjectBuilder, example: &str) -> Vec<Parameter> {
    let schema = schema.schema_type(Type::String).examples([example]);
    let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
    vec![header.required(Required::False).description(Some(description)).schema(Some(schema)).build()]
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = "A repeated request with the same key gets an answer, and nothing is done again. Kept 24 hours; \
                    with another body 422.";
        let schema = ObjectBuilder::new().min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]+$"));
        header("Idempotency-Key", text, schema, "6f1c2a9e-post-once")
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let tags = || ObjectBuilder::new().pattern(Some(r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#));
        let text = "The `ETag` of an earlier answer, several, or `*`: at another version, or in another history after a restore, 412.";
        let mut headers = header("If-Match", text, tags(), "*");
        let text = "`*`: 412 if it exists already. Tags: 412 if it is at one of these versions.";
        headers.extend(header("If-None-Match", text, tags(), "\"0\""));
        headers
    }
}

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = "The `ETag` of what the client holds: 304 when that is still so.";
        header("If-None-Match", text, ObjectBuilder::new(), "\"0-0\"")
    }
}
