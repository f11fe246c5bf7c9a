//! Streams responses that are too large to hold in memory.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use futures_util::future::ready;
use futures_util::stream::once;
use futures_util::{Stream, StreamExt};
use serde_json::json;

use crate::failure::Failure;
use crate::reply::Reply;

/// Bytes read before the response starts. A response that fits is sent as a whole, so a failure in it still gets its
/// own status.
const BEFORE: usize = 1024 * 1024;

impl Reply<()> {
    /// Streams the response envelope around `data`, which is JSON in pieces, for the request `correlation`. A failure in the middle aborts the
    /// connection, so that nobody mistakes the part for the whole.
    ///
    /// # Errors
    /// The failure of a piece, if the response has not started yet.
    pub async fn in_pieces<S>(self, correlation: Arc<str>, data: S) -> Result<Response, Failure>
    where
        S: Stream<Item = Result<Bytes, Failure>> + Send + 'static,
    {
        let (mut response, message, timestamp) = self.bare();
        let opening = format!("{{\"success\":true,\"message\":{},\"data\":", json!(message)).into_bytes();
        let closing = format!(",\"timestamp\":{}}}", json!(timestamp)).into_bytes();
        *response.body_mut() = streamed(correlation, opening, data, closing).await?;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(response)
    }

    /// Streams `data` as it is, without the envelope, as [`Self::in_pieces`] does. The caller names its type.
    ///
    /// # Errors
    /// As for [`Self::in_pieces`].
    pub async fn file_in_pieces<S>(self, correlation: Arc<str>, data: S) -> Result<Response, Failure>
    where
        S: Stream<Item = Result<Bytes, Failure>> + Send + 'static,
    {
        let (mut response, ..) = self.bare();
        *response.body_mut() = streamed(correlation, Vec::new(), data, Vec::new()).await?;
        Ok(response)
    }
}

/// The body `data`, between an opening and a closing.
async fn streamed<S>(
    correlation: Arc<str>,
    mut first: Vec<u8>,
    data: S,
    closing: Vec<u8>,
) -> Result<Body, Failure>
where
    S: Stream<Item = Result<Bytes, Failure>> + Send + 'static,
{
    let mut ended = false;
    let mut data = Box::pin(data);
    while first.len() < BEFORE && !ended {
        match data.next().await {
            Some(piece) => first.extend_from_slice(&piece?),
            None => ended = true,
        }
    }
    if ended {
        first.extend_from_slice(&closing);
        return Ok(Body::from(first));
    }
    let failed = move |failure: Failure| {
        failure.log("the rest of a streamed response", &correlation);
        std::io::Error::other(failure.message)
    };
    let rest = data.map(move |piece| piece.map_err(&failed));
    let first = once(ready(Ok(Bytes::from(first))));
    Ok(Body::from_stream(first.chain(rest).chain(once(ready(Ok(Bytes::from(closing)))))))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use domain::Timestamp;
    use futures_util::stream::iter;
    use http_body_util::BodyExt;

    use super::*;

    fn reply() -> Reply<()> {
        Reply::new("Told", (), (Timestamp::from_micros(0), 1)).stale(true)
    }

    fn piece(size: usize) -> Bytes {
        format!("\"{}\"", "x".repeat(size)).into()
    }

    #[tokio::test]
    async fn small_or_large_the_answer_is_the_envelope() {
        for sizes in [[1, 1], [BEFORE, 10]] {
            let pieces = ["[".into(), piece(sizes[0]), ",".into(), piece(sizes[1]), "]".into()];
            let response = reply().in_pieces("a".into(), iter(pieces.map(Ok))).await.unwrap();
            assert_eq!(response.headers()["x-stale"], "true");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!((&body["success"], &body["message"]), (&json!(true), &json!("Told")));
            assert_eq!(body["data"][1].as_str().map(str::len), Some(sizes[1]));
            assert_eq!(body["timestamp"], json!(Timestamp::from_micros(0)));
        }
    }

    #[tokio::test]
    async fn a_file_has_no_envelope() {
        let pieces = ["a,b\n", "1,2\n"].map(|text| Ok(Bytes::from(text)));
        let response = reply().file_in_pieces("a".into(), iter(pieces)).await.unwrap();
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "a,b\n1,2\n");
    }

    #[tokio::test]
    async fn a_failure_is_a_status_before_the_answer_began_and_a_broken_answer_afterwards() {
        let failing = || Err(Failure::unavailable(&"the disk"));
        let refused = reply().in_pieces("a".into(), iter([Ok(piece(1)), failing()])).await.unwrap_err();
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
        let begun = reply().in_pieces("a".into(), iter([Ok(piece(BEFORE)), failing()])).await.unwrap();
        assert!(begun.into_body().collect().await.is_err());
    }
}
