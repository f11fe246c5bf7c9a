//! JSON request bodies. A body must be an object; anything else is refused with a clear 4xx.

use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use domain::FieldErrors;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::request::{Invalid, Request, read_body};

/// A request body, parsed from a JSON object into a `T`. An empty body counts as an empty object. Members that `T`
/// does not read are ignored, so a body cannot smuggle in an identity. Only those that would change the meaning of
/// others, such as `priceUnit`, are refused.
///
/// The extractor only rejects bodies that are too large or not a JSON object. The handler rejects invalid fields with
/// `body.value?`, because authorisation must be checked before validation.
#[derive(Clone, Debug)]
pub struct Body<T> {
    /// The parsed value, or all validation errors.
    pub value: Result<T, Invalid<T>>,
    /// The raw bytes, to which an idempotency key is bound.
    pub bytes: Bytes,
    /// Whether the object has no members.
    pub is_empty: bool,
}

impl<S: Send + Sync, T: Request> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Failure> {
        let media =
            request.headers().get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).map(str::to_lowercase);
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            Failure::of_status(axum::response::IntoResponse::into_response(rejection).status())
        })?;
        let json = without_mark(&bytes);
        let members = if json.is_empty() { Map::new() } else { object(media.as_deref(), json)? };
        Ok(Self { is_empty: members.is_empty(), value: read_body(members), bytes })
    }
}

/// The text without the byte order mark that some editors and libraries write in front (RFC 8259 8.1).
#[must_use]
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn object(media: Option<&str>, bytes: &[u8]) -> Result<Map<String, Value>, Failure> {
    if !media.is_some_and(|media| media.contains("json")) {
        return Err(Failure::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let invalid = |message: String| Failure::invalid(FieldErrors::one("body", message));
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(invalid("must be a JSON object".into())),
        Err(_) if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") => {
            Err(invalid("must be written in UTF-8, not in UTF-16".into()))
        }
        Err(error) => Err(invalid(format!("is not valid JSON: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::DefaultBodyLimit;
    use axum::routing::post;
    use axum::{Router, http};
    use domain::Fields;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::request::read;

    /// A home for sale.
    struct Home {
        title: String,
        rooms: Option<i64>,
        price: i64,
    }

    impl Request for Home {
        const NAME: &'static str = "Home";

        fn read(f: &mut Fields<'_>) -> Option<Self> {
            let title = f.text("title", 3..=20);
            let title = f.required("title", title);
            let rooms = f.whole("rooms", 1..=9);
            let price = f.money("price");
            let price = f.required("price", price);
            Some(Self { title: title?, rooms, price: price?.paise() })
        }
    }

    async fn list(body: Body<Home>) -> Result<String, Failure> {
        let Home { title, rooms, price } = body.value?;
        Ok(format!("{title} {rooms:?} {price} {}", body.bytes.len()))
    }

    /// Returns whether the body is empty and whether it is invalid.
    async fn none(body: Body<Home>) -> String {
        format!("{} {}", body.is_empty, body.value.is_err())
    }

    async fn send(path: &str, media: Option<&str>, body: &str) -> (u16, String) {
        let router = Router::new().route("/", post(list)).route("/none", post(none));
        let mut request = http::Request::post(path);
        if let Some(media) = media {
            request = request.header(CONTENT_TYPE, media);
        }
        let request = request.body(axum::body::Body::from(body.to_owned())).unwrap();
        let answer = router.layer(DefaultBodyLimit::max(200)).oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        // The edge renders the failure.
        if let Some(failure) = answer.extensions().get::<std::sync::Arc<Failure>>() {
            return (status, format!("{failure:?}"));
        }
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    const JSON: Option<&str> = Some("application/json; charset=utf-8");

    #[tokio::test]
    async fn a_body_is_a_value_of_its_type_with_its_bytes() {
        let body = r#"{"title": " By the lake ", "rooms": "2", "price": "85 lakh", "owner": "somebody"}"#;
        let (status, said) = send("/", JSON, body).await;
        assert_eq!((status, &*said), (200, &*format!("By the lake Some(2) 850000000 {}", body.len())));
        let marked = format!("\u{feff}{body}");
        assert_eq!(
            send("/", JSON, &marked).await,
            (200, format!("By the lake Some(2) 850000000 {}", marked.len()))
        );
        let merge = Some("application/merge-patch+json");
        assert_eq!(send("/", merge, r#"{"title": "Lake", "price": 1}"#).await.0, 200);
    }

    #[tokio::test]
    async fn everything_wrong_with_a_body_is_told_at_once() {
        let (status, said) = send("/", JSON, r#"{"title": "x", "rooms": "many"}"#).await;
        assert_eq!(status, 400);
        for field in ["title", "rooms", "price"] {
            assert!(said.contains(&format!("\"{field}\"")), "{field}: {said}");
        }
    }

    #[tokio::test]
    async fn a_member_that_changes_the_meaning_is_never_dropped() {
        for member in ["priceUnit", "currency", "rooms_unit", "kind", "sizeType"] {
            let body = format!(r#"{{"title": "Lake", "price": 1, "{member}": "x"}}"#);
            let (status, said) = send("/", JSON, &body).await;
            assert!(status == 400 && said.contains(member), "{status} {said}");
        }
        for (member, value) in
            [("priceUnit", "null"), ("currency", "\"\""), ("united", "1"), ("timestamp", "1")]
        {
            let body = format!(r#"{{"title": "Lake", "price": 1, "{member}": {value}}}"#);
            assert_eq!(send("/", JSON, &body).await.0, 200, "{body}");
        }
    }

    #[tokio::test]
    async fn what_is_no_json_object_is_refused_before_it_is_read() {
        for (media, body, status, word) in [
            (JSON, "[]", 400, "must be a JSON object"),
            (JSON, "{\"title\": ", 400, "is not valid JSON"),
            (JSON, "\u{1}", 400, "is not valid JSON"),
            (Some("text/plain"), "{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
            (None, "{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ] {
            let (answered, said) = send("/none", media, body).await;
            assert_eq!(answered, status, "{body}: {said}");
            assert!(said.contains(word), "{body}: {said}");
        }
        let large = format!("{{\"title\": \"{}\"}}", "x".repeat(200));
        assert_eq!(send("/none", JSON, &large).await.0, 413);
    }

    #[tokio::test]
    async fn no_body_is_an_empty_object() {
        for (media, body) in [(None, ""), (JSON, ""), (JSON, "\u{feff}"), (JSON, "{}")] {
            assert_eq!(send("/none", media, body).await, (200, "true true".to_owned()), "{body}");
        }
        assert_eq!(send("/none", JSON, "{\"rooms\": 2}").await.1, "false true");
    }

    #[test]
    fn a_check_that_knows_more_adds_to_what_is_wrong() {
        let read = |rooms: &str| read::<Home>(Map::from_iter([("rooms".to_owned(), rooms.into())]));
        let late = |_: &Home| Err(FieldErrors::one("price", "is of yesterday"));
        let wrong = Invalid::or_wrong(read("2"), late).err().unwrap();
        assert_eq!(wrong.errors.0.keys().collect::<Vec<_>>(), ["price", "title"]);
        assert_eq!(wrong.errors.0["price"], "is required", "the first complaint stays");
    }
}
