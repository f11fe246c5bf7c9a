//! Turns the parts of a request into files: reads, checks and re-encodes them. Nothing is stored here.

use aws_lc_rs::digest::{Context, SHA256, digest};
use axum::http::StatusCode;
use bytes::Bytes;
use domain::file::{FileContent, Rendition, StoredBytes};
use domain::{FieldErrors, PropertyId};
use http_kit::Failure;

use crate::body::{Part, Parts, too_large, wrong};
use crate::image_pool::ImagePool;
use crate::media::{Media, PDF_END_WITHIN, advice, is_whole_pdf};
use crate::picture::{Picture, Rendered};
use crate::spool::{Spool, Spooled};

/// How many bytes from the beginning of a file tell its type.
const BEGINNING: u64 = 64;
/// The form field that names the listing to which files belong.
const PROPERTY: &str = "propertyId";
/// Maximum number of files in one request.
const MOST_FILES: usize = 20;

/// What an operation accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One file.
    One,
    /// Several files, all or none.
    Several,
    /// Several files, each accepted or refused by itself.
    Each,
    /// The photos of a listing, all or none.
    Photos,
}

impl Takes {
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::One => &["file"],
            Self::Several | Self::Each => &["files", "files[]", "file"],
            Self::Photos => &["files", "files[]", "file", "images", "images[]", "image"],
        }
    }
}

/// A file that is ready to be stored.
pub struct Received {
    /// Its place in the request, such as `files[2]`.
    pub field: String,
    /// Its owner's name for it.
    pub name: Option<String>,
    /// Its content.
    pub content: FileContent,
    /// The bytes to store, by their keys.
    pub bytes: Vec<(String, Spooled)>,
}

/// A file that was refused.
#[derive(Debug)]
pub struct Refused {
    /// Its place in the request, such as `files[2]`.
    pub field: String,
    /// Why it was refused.
    pub failure: Failure,
}

/// The files of a request.
pub struct Batch {
    pub files: Vec<Received>,
    pub refused: Vec<Refused>,
    /// The listing to which the files belong, if the form names one.
    pub property: Option<PropertyId>,
    /// A digest of what was sent, however the parts are separated. An idempotency key is bound to it.
    pub digest: Vec<u8>,
}

/// Reads a request to its end. `key` generates keys for the store.
pub async fn receive(
    mut parts: Parts,
    takes: Takes,
    (image_pool, spool): (&ImagePool, &Spool),
    key: impl Fn() -> String + Sync,
) -> Result<Batch, Failure> {
    let mut files = Vec::new();
    let mut refused = Vec::new();
    let mut property = None;
    let mut said = Context::new(&SHA256);
    let mut count = 0;
    while let Some(part) = parts.next().await? {
        let expected = takes.fields().contains(&&*part.field);
        if part.field == PROPERTY && !part.is_file {
            tell(&mut said, &part);
            property = listing(part).await?.or(property);
            continue;
        }
        if !expected && !part.is_file && !parts.are_too_many() {
            continue; // a form may have other fields, too
        }
        let most = if takes == Takes::One { 1 } else { MOST_FILES };
        if !expected || count == most || parts.are_too_many() {
            let names = takes.fields()[0];
            return Err(wrong(&part.field, format!("is not taken: send at most {most}, as {names}")));
        }
        let field = if takes == Takes::One { part.field.clone() } else { format!("files[{count}]") };
        count += 1;
        tell(&mut said, &part);
        match file(&field, part, (image_pool, spool), &key).await {
            Ok(file) => files.push(file),
            // An error on our side is not the file's fault.
            Err(failure) if failure.status.is_server_error() => return Err(failure),
            Err(failure) => refused.push(Refused { field, failure }),
        }
    }
    if count == 0 {
        return Err(wrong(takes.fields()[0], "is required"));
    }
    if files.is_empty() || (takes != Takes::Each && !refused.is_empty()) {
        return Err(all(refused));
    }
    Ok(Batch { files, refused, property, digest: said.finish().as_ref().to_vec() })
}

/// Reads the id of a listing. An empty field counts as absent.
async fn listing(part: Part) -> Result<Option<PropertyId>, Failure> {
    let text = match part.bytes {
        Some(bytes) => bytes.head(BEGINNING).await?,
        None => Bytes::new(),
    };
    let text = String::from_utf8_lossy(&text);
    let id = text.trim();
    let wrong = || wrong(PROPERTY, "must be the id of a listing of yours");
    if id.is_empty() { Ok(None) } else { id.parse().map(Some).map_err(|_| wrong()) }
}

/// Adds a part to the digest. The length comes before each piece, so that different requests have different digests.
fn tell(said: &mut Context, part: &Part) {
    let bytes = part.bytes.as_ref().map_or(&[][..], Spooled::sha256);
    for piece in [part.field.as_bytes(), part.name.as_deref().unwrap_or("").as_bytes(), bytes] {
        said.update(&(piece.len() as u64).to_be_bytes());
        said.update(piece);
    }
}

/// One failure that names every refused file.
fn all(refused: Vec<Refused>) -> Failure {
    let mut fields = FieldErrors::default();
    let mut first = None;
    for Refused { failure, .. } in refused {
        fields.0.extend(failure.fields.0.clone());
        first.get_or_insert(failure);
    }
    let first = first.unwrap_or_else(|| wrong("file", "is required"));
    Failure { fields, ..first }
}

async fn file(
    field: &str,
    part: Part,
    (image_pool, spool): (&ImagePool, &Spool),
    key: impl Fn() -> String + Sync,
) -> Result<Received, Failure> {
    let spooled = part.bytes.ok_or_else(|| too_large(field, "must be at most 10 MB"))?;
    if spooled.size() == 0 {
        return Err(wrong(field, "is empty"));
    }
    let beginning = spooled.head(BEGINNING).await?;
    let Some(media) = Media::of(&beginning) else { return Err(of_another_kind(field, advice(&beginning))) };
    let (content, bytes) = match media {
        Media::Image(format) => {
            let turn = spool.turn().await?;
            let bytes = spooled.bytes(&turn).await?;
            image(image_pool.render(field, bytes, format).await?, spool, key).await?
        }
        Media::Pdf if !is_whole_pdf(&spooled.tail(PDF_END_WITHIN).await?) => {
            return Err(wrong(field, "is a PDF without its end"));
        }
        Media::Pdf => {
            let key = format!("{}.pdf", key());
            let stored =
                StoredBytes { key: key.clone(), size: spooled.size(), sha256: hex(spooled.sha256()) };
            (FileContent::Document { bytes: stored }, vec![(key, spooled)])
        }
    };
    Ok(Received { field: field.to_owned(), name: part.name, content, bytes })
}

fn of_another_kind(field: &str, advice: Option<&str>) -> Failure {
    let message = advice.unwrap_or("must be a JPEG, PNG, GIF or WebP image or a PDF, whatever it is called");
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    let failure = Failure::new(status, "UNSUPPORTED_MEDIA_TYPE", format!("{field} {message}"));
    Failure { fields: FieldErrors::one(field, message), ..failure }
}

async fn image(
    picture: Picture,
    spool: &Spool,
    key: impl Fn() -> String + Sync,
) -> Result<(FileContent, Vec<(String, Spooled)>), Failure> {
    let (mut renditions, mut bytes) = (Vec::new(), Vec::new());
    for made in picture.renditions {
        let (rendition, webp) = rendition(made, &key);
        bytes.push((rendition.bytes.key.clone(), spool.keep(&webp).await?));
        renditions.push(rendition);
    }
    Ok((FileContent::Image { look: written(picture.look), renditions, edition: None }, bytes))
}

/// A perceptual hash in the form that events use.
pub fn written(look: u64) -> String {
    format!("{look:016x}")
}

/// Puts a rendition under a key of its own, and returns it with its bytes.
pub fn rendition(made: Rendered, key: impl Fn() -> String) -> (Rendition, Bytes) {
    let key = format!("{}.webp", key());
    let webp = Bytes::from(made.webp);
    (Rendition { width: made.width, height: made.height, bytes: stored(&key, &webp) }, webp)
}

/// Describes `bytes` as stored under `key`.
pub fn stored(key: &str, bytes: &[u8]) -> StoredBytes {
    let sha256 = hex(digest(&SHA256, bytes).as_ref());
    StoredBytes { key: key.to_owned(), size: bytes.len() as u64, sha256 }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
