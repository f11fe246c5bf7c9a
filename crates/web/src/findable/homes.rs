//! `/sitemaps/homes-{n}.xml`: up to ten thousand homes, sent while they are read.

use axum::body::Body;
use futures_util::stream;
use tokio::sync::OwnedSemaphorePermit;

use super::Reader;
use super::entries::{self, FILE_ENDS, FILE_STARTS};
use super::index::{self, HomePage, PAGES};
use crate::api::ApiError;

/// What is still to be sent of a file.
struct Rest {
    reader: Reader,
    page: HomePage,
    /// The pages before this one.
    sent: usize,
    /// Given back with the last page, or when the reader goes away.
    turn: OwnedSemaphorePermit,
}

/// The file with this number, from 1; `None` if there is none. The reader pays for the calls before the first byte.
pub(super) async fn file(
    reader: Reader,
    number: usize,
    turn: OwnedSemaphorePermit,
) -> Result<Option<Body>, ApiError> {
    let files = index::files(&reader).await?;
    let Some(file) = number.checked_sub(1).and_then(|at| files.get(at)) else { return Ok(None) };
    let (page, _) = index::page(&reader, &reader.caller, file.start.as_deref()).await?;
    let all = Rest { reader, page, sent: 0, turn };
    Ok(Some(Body::from_stream(stream::try_unfold(Some(all), portion))))
}

/// The next portion of a file. If the API fails in between, the file breaks off, and nobody takes it for whole.
async fn portion(rest: Option<Rest>) -> Result<Option<(String, Option<Rest>)>, ApiError> {
    let Some(Rest { reader, page, sent, turn }) = rest else { return Ok(None) };
    let mut text = if sent == 0 { FILE_STARTS.to_owned() } else { String::new() };
    text.push_str(&entries::homes(&reader, &page.content));
    let sent = sent + 1;
    let Some(next) = page.next.filter(|_| sent < PAGES) else {
        text.push_str(FILE_ENDS);
        return Ok(Some((text, None)));
    };
    let (page, _) = index::page(&reader, &reader.caller.ourselves(), Some(&next)).await?;
    Ok(Some((text, Some(Rest { reader, page, sent, turn }))))
}
