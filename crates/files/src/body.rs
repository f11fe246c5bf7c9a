//! A multipart body, read part by part, never beyond its size limits.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use domain::{FieldErrors, text};
use futures_util::stream::{Stream, StreamExt};
use http_kit::Failure;
use multer::{Field, Multipart};

use crate::spool::{Spool, Spooled};

/// Maximum size of one file.
pub const MOST_OF_A_FILE: u64 = 10 * MIB;
/// Maximum size of a request, including everything around the files.
const MOST_OF_A_REQUEST: u64 = 50 * MIB;
const MIB: u64 = 1024 * 1024;
/// Maximum number of parts, whether files or not.
const MOST_PARTS: usize = 64;

/// A 413 failure for a field.
pub fn too_large(field: &str, message: &str) -> Failure {
    let failure =
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", format!("{field} {message}"));
    Failure { fields: FieldErrors::one(field, message), ..failure }
}

/// A 400 failure for a field.
pub fn wrong(field: &str, message: impl Into<String>) -> Failure {
    Failure::invalid(FieldErrors::one(field, message))
}

/// A part of a request's body.
pub struct Part {
    /// The name of its field, shortened and without control characters.
    pub field: String,
    /// The name of its file, if it is a file.
    pub name: Option<String>,
    /// Whether it declares itself to be a file.
    pub is_file: bool,
    /// Its bytes; `None` if there are too many.
    pub bytes: Option<Spooled>,
}

/// Why the next part could not be read.
enum Broken {
    Body(multer::Error),
    Ours(Failure),
}

impl From<multer::Error> for Broken {
    fn from(error: multer::Error) -> Self {
        Self::Body(error)
    }
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self::Ours(failure)
    }
}

/// The parts of a request.
pub struct Parts {
    spool: Spool,
    multipart: Multipart<'static>,
    /// The number of bytes received so far.
    read: Arc<AtomicU64>,
    count: usize,
}

impl Parts {
    /// Splits the body of a request into parts.
    pub fn of(headers: &HeaderMap, body: Body, spool: &Spool) -> Result<Self, Failure> {
        let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or("");
        if !media.trim_start().to_lowercase().starts_with("multipart/form-data") {
            let message = "send multipart/form-data with the file in it";
            let failure = Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message);
            return Err(Failure { fields: FieldErrors::one("Content-Type", message), ..failure });
        }
        let boundary =
            multer::parse_boundary(media).map_err(|_| wrong("Content-Type", "must name a boundary"))?;
        let read = Arc::new(AtomicU64::new(0));
        let paced = Paced { body: body.into_data_stream(), read: Arc::clone(&read), rests: false };
        Ok(Self { spool: spool.clone(), multipart: Multipart::new(paced, boundary), read, count: 0 })
    }

    /// Reads the next part.
    pub async fn next(&mut self) -> Result<Option<Part>, Failure> {
        let found = match self.multipart.next_field().await {
            Ok(Some(field)) => self.read(field).await,
            Ok(None) => Ok(None),
            Err(error) => Err(error.into()),
        };
        match found {
            Ok(part) => Ok(part),
            Err(Broken::Ours(failure)) => Err(failure),
            Err(Broken::Body(error)) => {
                if self.read.load(Ordering::Relaxed) > MOST_OF_A_REQUEST {
                    return Err(too_large("body", "must be at most 50 MB"));
                }
                Err(wrong("body", format!("is not a whole multipart body: {}", told(&error))))
            }
        }
    }

    async fn read(&mut self, mut field: Field<'static>) -> Result<Option<Part>, Broken> {
        self.count += 1;
        let mut part = Part {
            field: short(field.name().unwrap_or("")),
            name: field.file_name().and_then(original),
            is_file: field.file_name().is_some(),
            bytes: None,
        };
        if part.field.is_empty() {
            part.field = "part".into();
        }
        let mut writing = Some(self.spool.begin().await?);
        while let Some(chunk) = field.chunk().await? {
            // The rest of a part that is too large is read and discarded.
            writing = writing.filter(|file| file.size() + chunk.len() as u64 <= MOST_OF_A_FILE);
            if let Some(file) = &mut writing {
                file.write(&chunk).await?;
            }
        }
        if let Some(file) = writing {
            part.bytes = Some(file.finish().await?);
        }
        Ok(Some(part))
    }

    /// Whether there were more parts than allowed.
    pub fn are_too_many(&self) -> bool {
        self.count > MOST_PARTS
    }
}

/// What went wrong, without quoting the body.
fn told(error: &multer::Error) -> &'static str {
    match error {
        multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders
        | multer::Error::IncompleteStream => "it ends too early",
        multer::Error::StreamReadFailed(_) => "it could not be received",
        _ => "a part of it cannot be read",
    }
}

/// A field's name in a form that a response may show.
fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// The sender's name for a file, without directories. It never becomes part of a path.
fn original(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or("");
    let odd = |c: &char| c.is_control() || text::is_line_break(*c) || text::is_override(*c);
    // Some systems send names in NFD.
    let name: String = text::cleaned(name).chars().filter(|c| !odd(c)).take(255).collect();
    let name = text::trimmed(&name);
    (!text::is_blank(name)).then(|| name.to_owned())
}

/// A body that counts its bytes, and fails beyond the limit of a request. It yields one piece at a time, so that the
/// multipart reader does not buffer everything that has arrived.
struct Paced {
    body: BodyDataStream,
    read: Arc<AtomicU64>,
    rests: bool,
}

impl Stream for Paced {
    type Item = Result<Bytes, String>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Poll::Ready(piece) = self.body.poll_next_unpin(context) else { return Poll::Pending };
        let Some(piece) = piece else { return Poll::Ready(None) };
        self.rests = true;
        let Ok(piece) = piece else { return Poll::Ready(Some(Err("the connection broke".into()))) };
        let before = self.read.fetch_add(piece.len() as u64, Ordering::Relaxed);
        if before + piece.len() as u64 > MOST_OF_A_REQUEST {
            return Poll::Ready(Some(Err("too large".into())));
        }
        Poll::Ready(Some(Ok(piece)))
    }
}

#[cfg(test)]
mod fuzz {
    use axum::http::HeaderValue;
    use bolero::{TypeGenerator, check};

    use super::*;

    /// The pieces that make up a body: some that browsers send, and some that they never send.
    #[derive(Clone, Debug, TypeGenerator)]
    enum Piece {
        Boundary,
        End,
        Head(String, String),
        Line(String),
        Bytes(Vec<u8>),
        Break,
    }

    fn written(pieces: &[Piece]) -> Vec<Result<Bytes, std::io::Error>> {
        let piece = |piece: &Piece| match piece {
            Piece::Boundary => "\r\n--x\r\n".into(),
            Piece::End => "\r\n--x--\r\n".into(),
            Piece::Head(field, name) => {
                format!("Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n")
                    .into()
            }
            Piece::Line(text) => format!("{text}\r\n").into(),
            Piece::Bytes(bytes) => Bytes::from(bytes.clone()),
            Piece::Break => Bytes::from_static(b"\r\n\r\n"),
        };
        pieces.iter().map(|one| Ok(piece(one))).collect()
    }

    #[test]
    fn fuzz_multipart() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::in_directory(directory.path());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("multipart/form-data; boundary=x"));
        check!().with_type::<Vec<Piece>>().for_each(|pieces| {
            let body = Body::from_stream(futures_util::stream::iter(written(pieces)));
            runtime.block_on(async {
                let mut parts = Parts::of(&headers, body, &spool).unwrap();
                loop {
                    match parts.next().await {
                        Ok(Some(part)) => {
                            assert!(!part.field.is_empty() && part.field.chars().count() <= 60);
                            assert!(
                                part.name.is_none_or(|name| !name.contains(['/', '\\']) && !name.is_empty())
                            );
                        }
                        Ok(None) => break,
                        Err(failure) => {
                            assert!(failure.status.is_client_error(), "{failure:?}");
                            break;
                        }
                    }
                }
            });
        });
    }
}
