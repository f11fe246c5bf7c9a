//! Forms with files. Their token is the first field, so it can be checked before any file is read. The rest is passed on
//! to the API as it comes.

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use futures_util::{StreamExt as _, stream};

/// The token and everything before it is shorter.
const BEGINNING: usize = 4096;

/// Whether a request is a form with files.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    media.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// The value of the first field if that is `_csrf`, and the whole body again.
pub(crate) async fn token(headers: &HeaderMap, body: Body) -> (Option<String>, Body) {
    let mut rest = body.into_data_stream();
    let mut pieces: Vec<Result<Bytes, axum::Error>> = Vec::new();
    let mut beginning = Vec::new();
    let mut found = None;
    while found.is_none() && beginning.len() < BEGINNING {
        let Some(piece) = rest.next().await else { break };
        if let Ok(bytes) = &piece {
            let room = BEGINNING - beginning.len();
            beginning.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        let broken = piece.is_err();
        pieces.push(piece);
        if broken {
            break;
        }
        found = first_field(headers, &beginning);
    }
    (found, Body::from_stream(stream::iter(pieces).chain(rest)))
}

fn first_field(headers: &HeaderMap, beginning: &[u8]) -> Option<String> {
    let media = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let boundary = media.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?.trim_matches('"');
    let text = String::from_utf8_lossy(beginning);
    let field = text.strip_prefix("--")?.strip_prefix(boundary)?.strip_prefix("\r\n")?;
    let (head, value) = field.split_once("\r\n\r\n")?;
    // Browsers write it in this way, and another way may name a file.
    let wanted = "Content-Disposition: form-data; name=\"_csrf\"";
    let named = head.split("\r\n").any(|line| line.eq_ignore_ascii_case(wanted));
    let (value, _) = value.split_once("\r\n")?;
    named.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(media: &str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, media.parse().unwrap())])
    }

    const FORM: &str = "multipart/form-data; boundary=xyz";
    const BODY: &str = "--xyz\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\ntoken\r\n--xyz\r\n\
        Content-Disposition: form-data; name=\"files\"; filename=\"a.jpg\"\r\n\r\nbytes\r\n--xyz--\r\n";

    #[tokio::test]
    async fn the_token_is_the_first_field_and_the_body_stays_whole() {
        for size in [1, 7, 4096] {
            let pieces: Vec<_> =
                BODY.as_bytes().chunks(size).map(|piece| Ok::<_, axum::Error>(piece.to_vec())).collect();
            let (found, body) = token(&headers(FORM), Body::from_stream(stream::iter(pieces))).await;
            assert_eq!(found.as_deref(), Some("token"));
            assert_eq!(axum::body::to_bytes(body, 4096).await.unwrap(), BODY);
        }
    }

    #[tokio::test]
    async fn a_token_anywhere_else_is_none() {
        for body in [
            BODY.replace("name=\"_csrf\"", "name=\"files\"; filename=\"_csrf\""),
            BODY.replace("--xyz\r\n", "--abc\r\n"),
            format!("{}{BODY}", "x".repeat(5000)),
            BODY[..50].to_owned(),
            String::new(),
        ] {
            let (found, rest) = token(&headers(FORM), Body::from(body.clone())).await;
            assert_eq!(found, None, "{body:.60}");
            assert_eq!(axum::body::to_bytes(rest, 10_000).await.unwrap(), body);
        }
        assert!(is_form(&headers(FORM)) && !is_form(&headers("application/x-www-form-urlencoded")));
    }
}
