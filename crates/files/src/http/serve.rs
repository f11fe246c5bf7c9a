//! Serves files: images to everybody, cacheable for ever; documents to their owner and admins, as downloads.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use domain::file::{FileContent, FileDetails, StoredBytes};
use domain::{Fields, FileId, UserId};
use http_kit::docs::IfNoneMatch;
use http_kit::{Caller, ClientTags, Failure, Query, Request};
use serde_json::{Value, json};

use super::find::may_see;
use super::range::RequestedRange;
use super::{file_id, no_such_file};
use crate::App;
use crate::document::{content_type, file_name};
use crate::picture::WIDTHS;

/// A URL that names the edition never returns other bytes. Neither does one without it, unless the image was
/// re-encoded.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// For an image whose URL does not name its edition: caches must check by its entity tag whether it has changed.
const ASKED_AGAIN: &str = "public, no-cache";
const NOT_KEPT: &str = "private, no-store";
const SANDBOX: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// `GET /api/files/{id}`: returns the bytes of a file. `?w=320|800|1600` selects the narrowest rendition that is at
/// least as wide. If there is none, or with `?w=best` or no `w`, it is the widest. `v` is the edition, as in the URLs
/// of responses.
#[utoipa::path(
    get,
    path = "/api/files/{id}",
    summary = "A file",
    params(Query<Rendition>, ("Range" = Option<String>, Header, description = "One part of the bytes: `bytes=0-1023`."), IfNoneMatch),
    responses(
        (status = 200, description = "The bytes", content((String = "image/webp"), (String = "application/pdf"))),
        (status = 206, description = "The part that was asked for", content((String = "image/webp"), (String = "application/pdf"))),
        (status = 416, description = "The file does not reach that far"),
    ),
)]
pub async fn get(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(rendition): Query<Rendition>,
    headers: HeaderMap,
    held: ClientTags,
) -> Result<Response, Failure> {
    let id = file_id(path)?;
    let rendition = rendition?;
    let known = app.given(&caller, id, None, "GET /api/files/{id}").await?;
    app.serve(&caller, &known, RenditionRequest { rendition, save: false }, (&headers, &held)).await
}

/// `GET /api/files/download/{userId}/{fileName}`: returns a file as a download. `fileName` is the one in the response
/// to the upload.
#[utoipa::path(
    get,
    path = "/api/files/download/{userId}/{fileName}",
    summary = "A file, to be saved",
    params(("Range" = Option<String>, Header, description = "One part of the bytes: `bytes=0-1023`."), IfNoneMatch),
    responses(
        (status = 200, description = "The bytes", content((String = "image/webp"), (String = "application/pdf"))),
        (status = 416, description = "The file does not reach that far"),
    ),
)]
pub async fn download(
    State(app): State<App>,
    caller: Caller,
    Path((user, name)): Path<(String, String)>,
    Query(nothing): Query<()>,
    headers: HeaderMap,
    held: ClientTags,
) -> Result<Response, Failure> {
    nothing?;
    let owner: UserId = match (&*user, caller.user()) {
        ("me", Some(own)) => own,
        ("me", None) => return Err(Failure::unauthenticated("sign in first")),
        _ => user.parse().map_err(|_| no_such_file())?,
    };
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let id: FileId = stem.parse().map_err(|_| no_such_file())?;
    let known = app.given(&caller, id, Some(owner), "GET /api/files/download/{userId}/{fileName}").await?;
    if file_name(&known) != name {
        return Err(no_such_file());
    }
    let wanted = RenditionRequest { rendition: Rendition::default(), save: true };
    app.serve(&caller, &known, wanted, (&headers, &held)).await
}

/// What a request wants of a file.
#[derive(Debug)]
struct RenditionRequest {
    rendition: Rendition,
    /// Whether to send it as a download.
    save: bool,
}

/// Which rendition of an image, and which edition of it.
#[derive(Debug, Default)]
pub struct Rendition {
    width: Option<u32>,
    edition: Option<u32>,
}

impl Request for Rendition {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let width = match f.text("w", 1..=5).as_deref() {
            None | Some("best") => None,
            Some(text) => {
                let width = text.parse().ok().filter(|width: &u32| *width > 0);
                if width.is_none() {
                    f.wrong("w", format!("must be a width such as {WIDTHS:?}, or best"));
                }
                width
            }
        };
        let edition = f.whole("v", 1..=i64::from(u32::MAX)).and_then(|edition| u32::try_from(edition).ok());
        Some(Self { width, edition })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "w" => {
                "Of an image the narrowest rendition that is at least as wide; else, and with `best`, the widest."
            }
            "v" => "The edition of an image, as answers have it in its addresses.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"w": "320"})
    }
}

impl App {
    /// Loads a file that `caller` may have. An admin's access to another person's document is recorded durably before
    /// the response.
    async fn given(
        &self,
        caller: &Caller,
        id: FileId,
        owner: Option<UserId>,
        operation: &str,
    ) -> Result<FileDetails, Failure> {
        let (known, _) = self.present(caller, id).await?;
        if owner.is_some_and(|owner| owner != known.owner) || !may_see(caller, &known) {
            return Err(no_such_file());
        }
        if !known.is_image() {
            caller.looks_at(&self.files.context, [known.owner], operation).await?;
        }
        Ok(known)
    }

    async fn serve(
        &self,
        caller: &Caller,
        known: &FileDetails,
        wanted: RenditionRequest,
        (headers, held): (&HeaderMap, &ClientTags),
    ) -> Result<Response, Failure> {
        let stored = chosen(&known.content, wanted.rendition.width).ok_or_else(no_such_file)?;
        let mut response = Response::new(Body::empty());
        let tag = format!("\"{}\"", stored.sha256);
        describe(&mut response, known, &tag, &wanted);
        if held.is(&stored.sha256) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return Ok(response);
        }
        let part = match RequestedRange::of(headers, stored.size, &tag) {
            RequestedRange::Whole => 0..stored.size,
            RequestedRange::Part(part) => {
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                let told = format!("bytes {}-{}/{}", part.start, part.end - 1, stored.size);
                set(&mut response, CONTENT_RANGE, &told);
                part
            }
            RequestedRange::Outside => return Ok(outside(stored.size)),
        };
        let bytes = self.files.bytes.read(&caller.tenant, known.id, &stored.key, part).await;
        let bytes = bytes.map_err(|error| Failure::unavailable(&error))?.ok_or_else(no_such_file)?;
        *response.body_mut() = Body::from(bytes);
        Ok(response)
    }
}

/// Selects the bytes to serve: of an image, the narrowest rendition that is wide enough, else the widest.
fn chosen(content: &FileContent, width: Option<u32>) -> Option<&StoredBytes> {
    match content {
        FileContent::Document { bytes } => Some(bytes),
        FileContent::Image { renditions, .. } => {
            let enough = renditions.iter().find(|rendition| width.is_some_and(|w| rendition.width >= w));
            enough.or_else(|| renditions.last()).map(|rendition| &rendition.bytes)
        }
    }
}

fn describe(response: &mut Response, known: &FileDetails, tag: &str, wanted: &RenditionRequest) {
    let save = wanted.save || !known.is_image();
    set(response, CONTENT_TYPE, content_type(known));
    set(response, ETAG, tag);
    set(response, ACCEPT_RANGES, "bytes");
    let kept = match known.is_image() {
        false => NOT_KEPT,
        true if wanted.rendition.edition == known.content.edition() => FOR_EVER,
        true => ASKED_AGAIN,
    };
    set(response, CACHE_CONTROL, kept);
    set(response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(response, CONTENT_SECURITY_POLICY, SANDBOX);
    if save {
        let name = file_name(known);
        set(response, CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""));
    }
}

/// A 416 response: the requested range is not in the file.
fn outside(size: u64) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    set(&mut response, CONTENT_RANGE, &format!("bytes */{size}"));
    response
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
