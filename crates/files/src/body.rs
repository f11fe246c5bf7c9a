//! A multipart body, read part by part, never more of it than is allowed.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::{Bytes, BytesMut};
use domain::FieldErrors;
use futures_util::stream::{Stream, StreamExt};
use http_kit::Failure;
use multer::{Field, Multipart};

/// Of one file.
pub const MOST_OF_A_FILE: usize = 10 * MIB;
/// Of a request, with everything around the files.
const MOST_OF_A_REQUEST: u64 = 50 * MIB as u64;
/// Who sends more is still listened to for so long, to hear the answer.
const MOST_HEARD: u64 = 2 * MOST_OF_A_REQUEST;
const MIB: usize = 1024 * 1024;
/// Parts, files or not.
const MOST_PARTS: usize = 64;

/// 413 for a field.
pub fn too_large(field: &str, message: &str) -> Failure {
    let failure =
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", format!("{field} {message}"));
    Failure { fields: FieldErrors::one(field, message), ..failure }
}

/// 400 for a field.
pub fn wrong(field: &str, message: impl Into<String>) -> Failure {
    Failure::invalid(FieldErrors::one(field, message))
}

/// A part of a request's body.
pub struct Part {
    /// Its field, short and without control characters.
    pub field: String,
    /// What its file is called, where it is one.
    pub name: Option<String>,
    /// It says that it is a file.
    pub is_file: bool,
    /// Its bytes; nothing when there are too many.
    pub bytes: Option<Bytes>,
}

/// The parts of a request.
pub struct Parts {
    multipart: Multipart<'static>,
    wire: Wire,
    count: usize,
}

impl Parts {
    /// The parts of a request with `headers` and `body`.
    pub fn of(headers: &HeaderMap, body: Body) -> Result<Self, Failure> {
        let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or("");
        if !media.trim_start().to_lowercase().starts_with("multipart/form-data") {
            let message = "send multipart/form-data with the file in it";
            let failure = Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message);
            return Err(Failure { fields: FieldErrors::one("Content-Type", message), ..failure });
        }
        let boundary =
            multer::parse_boundary(media).map_err(|_| wrong("Content-Type", "must name a boundary"))?;
        let wire = Wire(Arc::new(Shared {
            body: Mutex::new(Some(body.into_data_stream())),
            read: AtomicU64::new(0),
        }));
        Ok(Self { multipart: Multipart::new(Paced(wire.clone(), false), boundary), wire, count: 0 })
    }

    /// The next part.
    pub async fn next(&mut self) -> Result<Option<Part>, Failure> {
        let found = match self.multipart.next_field().await {
            Ok(Some(field)) => self.read(field).await,
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        match found {
            Ok(part) => Ok(part),
            Err(error) => {
                self.pass_over().await;
                if self.wire.is_over() {
                    return Err(too_large("body", "must be at most 50 MB"));
                }
                Err(wrong("body", format!("is not a whole multipart body: {}", told(&error))))
            }
        }
    }

    async fn read(&mut self, mut field: Field<'static>) -> Result<Option<Part>, multer::Error> {
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
        let (mut bytes, mut fits) = (BytesMut::new(), true);
        while let Some(chunk) = field.chunk().await? {
            fits = fits && bytes.len() + chunk.len() <= MOST_OF_A_FILE;
            // The rest is read, to be passed over.
            if fits { bytes.extend_from_slice(&chunk) } else { bytes = BytesMut::new() }
        }
        part.bytes = fits.then(|| bytes.freeze());
        Ok(Some(part))
    }

    /// More parts than anybody needs came.
    pub fn are_too_many(&self) -> bool {
        self.count > MOST_PARTS
    }

    /// Reads on, so that the sender is there to hear why not.
    pub async fn pass_over(&self) {
        self.wire.pass_over().await;
    }
}

/// What went wrong, without what was sent.
fn told(error: &multer::Error) -> &'static str {
    match error {
        multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders
        | multer::Error::IncompleteStream => "it ends too early",
        multer::Error::StreamReadFailed(_) => "it could not be received",
        _ => "a part of it cannot be read",
    }
}

/// A field's name as an answer may show it.
fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// What a file was called where it came from, without the directories; it becomes no part of any path.
fn original(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or("");
    let name: String = name.chars().filter(|c| !c.is_control()).take(255).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A body that counts, and stops at what a request may send.
#[derive(Clone)]
struct Wire(Arc<Shared>);

struct Shared {
    body: Mutex<Option<BodyDataStream>>,
    read: AtomicU64,
}

impl Wire {
    fn is_over(&self) -> bool {
        self.0.read.load(Ordering::Relaxed) > MOST_OF_A_REQUEST
    }

    async fn pass_over(&self) {
        let body = self.0.body.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut body) = body else { return };
        let mut heard = self.0.read.load(Ordering::Relaxed);
        while heard < MOST_HEARD {
            let Some(Ok(chunk)) = body.next().await else { return };
            heard += chunk.len() as u64;
        }
    }
}

/// One piece at a time, so that the reader of parts does not gather all that has come.
struct Paced(Wire, bool);

impl Stream for Paced {
    type Item = Result<Bytes, String>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.1) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = {
            let mut body = self.0.0.body.lock().unwrap_or_else(PoisonError::into_inner);
            match body.as_mut() {
                Some(body) => body.poll_next_unpin(context),
                None => return Poll::Ready(None),
            }
        };
        let Poll::Ready(Some(piece)) = polled else { return polled.map(|_| None) };
        self.1 = true;
        let Ok(piece) = piece else { return Poll::Ready(Some(Err("the connection broke".into()))) };
        let before = self.0.0.read.fetch_add(piece.len() as u64, Ordering::Relaxed);
        if before + piece.len() as u64 > MOST_OF_A_REQUEST {
            return Poll::Ready(Some(Err("too large".into())));
        }
        Poll::Ready(Some(Ok(piece)))
    }
}
