//! The file documents that clients receive.

use domain::file::{FileContent, FileDetails, Rendition};
use domain::property::images::ListingImage;
use domain::{FileId, Personal, Timestamp, UserId, Version};
use serde::Serialize;
use utoipa::ToSchema;

/// A file, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = File)]
pub struct Document<'a> {
    id: FileId,
    owner_id: UserId,
    kind: &'static str,
    /// A name that the server assigns. The sender's own name for the file is `originalName`.
    file_name: String,
    file_url: String,
    file_size: u64,
    content_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    renditions: Vec<RenditionDocument>,
    created_at: Timestamp,
    version: Version,
}

/// A rendition of an image, and its URL.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShownRendition)]
pub struct RenditionDocument {
    width: u32,
    height: u32,
    url: String,
}

/// A photo of a listing, as everybody sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Photo {
    /// The file, with its address, its name for downloads, and its place, as in the documents of listings.
    #[serde(flatten)]
    image: ListingImage,
    url: String,
    width: u32,
    height: u32,
    renditions: Vec<RenditionDocument>,
}

impl<'a> Document<'a> {
    /// Builds the document of a file at a version.
    pub fn of(base_url: &str, known: &'a FileDetails, version: Version) -> Self {
        let bytes = known.content.stored();
        let (width, height, renditions) = match &known.content {
            FileContent::Image { renditions, .. } => {
                let best = renditions.last();
                (best.map(|b| b.width), best.map(|b| b.height), shown(base_url, known, renditions))
            }
            FileContent::Document { .. } => (None, None, Vec::new()),
        };
        Self {
            id: known.id,
            owner_id: known.owner,
            kind: if known.is_image() { "IMAGE" } else { "DOCUMENT" },
            file_name: file_name(known),
            // Documents are private to their owner, so their URL never leads to a cache in front of this server.
            file_url: if known.is_image() { url(base_url, known, None) } else { path(known.id) },
            file_size: bytes.last().map_or(0, |bytes| bytes.size),
            content_type: content_type(known),
            original_name: known.name.as_ref().and_then(Personal::as_ref).map(String::as_str),
            width,
            height,
            renditions,
            created_at: known.created_at,
            version,
        }
    }
}

impl Photo {
    /// Builds the photo document of an image, which is `image` of a listing; `None` for any other file.
    pub fn of(base_url: &str, known: &FileDetails, image: ListingImage) -> Option<Self> {
        let FileContent::Image { renditions, .. } = &known.content else { return None };
        let best = renditions.last()?;
        Some(Self {
            image,
            url: url(base_url, known, None),
            width: best.width,
            height: best.height,
            renditions: shown(base_url, known, renditions),
        })
    }
}

/// The media type under which a file is served.
pub fn content_type(known: &FileDetails) -> &'static str {
    if known.is_image() { "image/webp" } else { "application/pdf" }
}

/// The name under which a file can be downloaded.
pub fn file_name(known: &FileDetails) -> String {
    format!("{}.{}", known.id, if known.is_image() { "webp" } else { "pdf" })
}

fn path(id: FileId) -> String {
    format!("/api/files/{id}")
}

/// The URL of an image at a width. The edition is part of the URL, so other bytes have another URL.
fn url(base_url: &str, known: &FileDetails, width: Option<u32>) -> String {
    let width = width.map(|width| format!("w={width}"));
    let edition = known.content.edition().map(|edition| format!("v={edition}"));
    let query: Vec<String> = width.into_iter().chain(edition).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{}{mark}{}", base_url, path(known.id), query.join("&"))
}

fn shown(base_url: &str, known: &FileDetails, renditions: &[Rendition]) -> Vec<RenditionDocument> {
    let one = |rendition: &Rendition| RenditionDocument {
        width: rendition.width,
        height: rendition.height,
        url: url(base_url, known, Some(rendition.width)),
    };
    renditions.iter().map(one).collect()
}
