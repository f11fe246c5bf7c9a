//! `/dashboard/stream`: what the person does, as it happens, in words, for their open pages. It is the API's stream, read
//! with the access token of this session, which no script ever sees. It ends with the token; the page opens it again
//! from its last id, and the guard around every page renews the sign-in.

mod frames;

use std::future::ready;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::StreamExt as _;

use self::frames::Frames;
use crate::Site;
use crate::api::Call;
use crate::failure::Failure;
use crate::key::Key;
use crate::session::STREAM;
use crate::visit::Visit;

const LAST_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Proxies would otherwise gather events and hand them on in lumps.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");
/// The longest id that is passed on.
const LONGEST_ID: usize = 200;

pub(super) fn router() -> Router<Site> {
    Router::new().route(STREAM, get(stream))
}

async fn stream(visit: Visit, headers: HeaderMap) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let last = headers.get(LAST_ID).and_then(|id| id.to_str().ok());
    let last = last.filter(|id| (1..=LONGEST_ID).contains(&id.len()) && Key::is_plain(id));
    let call = Call::get("/api/realtime/stream");
    let call = if let Some(id) = last { call.query(&[("after", id)]) } else { call };
    let pieces = visit.file(call).await?.into_body().into_data_stream();
    let mut frames = Frames::new(visit.language);
    let told = pieces.filter_map(move |piece| {
        let told = piece.map(|bytes| frames.take(&bytes));
        ready(if matches!(&told, Ok(text) if text.is_empty()) { None } else { Some(told) })
    });
    let about = [(CONTENT_TYPE, "text/event-stream"), (UNBUFFERED, "no")];
    Ok((about, Body::from_stream(told)).into_response())
}
