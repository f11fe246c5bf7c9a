//! An uploaded file: its metadata and the location of its bytes. No event contains the bytes themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, EventKind};
use crate::id::{FileId, UserId};
use crate::personal::Personal;
use crate::time::Timestamp;

/// The events of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum FileEvent {
    /// The file was uploaded, and its bytes are durable.
    #[serde(rename = "FILE_UPLOADED")]
    Uploaded {
        /// The file's id.
        file_id: FileId,
        /// Its owner, who uploaded it.
        owner_id: UserId,
        /// The name given by its owner; never part of a path.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Personal<String>>,
        /// Its content.
        content: FileContent,
    },
    /// Renditions that were missing, damaged or of outdated widths were made again from the widest intact one.
    #[serde(rename = "FILE_OPTIMIZED")]
    Optimized {
        /// The file's id.
        file_id: FileId,
        /// Its new content, always an image.
        content: FileContent,
    },
    /// The file was deleted for good; its bytes are deleted afterwards.
    #[serde(rename = "FILE_DELETED")]
    Deleted {
        /// The file's id.
        file_id: FileId,
    },
}

impl EventKind for FileEvent {}

/// The content of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "UPPERCASE", rename_all_fields = "camelCase")]
pub enum FileContent {
    /// An image, re-encoded: none of the uploaded bytes are kept.
    Image {
        /// Its perceptual hash: 16 hexadecimal digits, similar for images that look alike.
        look: String,
        /// The renditions, narrowest first.
        renditions: Vec<Rendition>,
        /// How often renditions were made again after the upload. It is part of their URLs, so that a URL that
        /// caches may keep for ever is never served with other bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edition: Option<u32>,
    },
    /// A document, kept as uploaded.
    Document {
        /// Its bytes.
        #[serde(flatten)]
        bytes: StoredBytes,
    },
}

/// An image at one width.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rendition {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Its bytes.
    #[serde(flatten)]
    pub bytes: StoredBytes,
}

/// Stored bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoredBytes {
    /// Their key within the file, chosen at random.
    pub key: String,
    /// Number of bytes.
    pub size: u64,
    /// Their SHA-256, hexadecimal.
    pub sha256: String,
}

impl FileContent {
    /// All stored bytes of the content.
    #[must_use]
    pub fn stored(&self) -> Vec<&StoredBytes> {
        match self {
            Self::Image { renditions, .. } => renditions.iter().map(|rendition| &rendition.bytes).collect(),
            Self::Document { bytes } => vec![bytes],
        }
    }

    /// Whether it is an image.
    #[must_use]
    pub fn is_image(&self) -> bool {
        matches!(self, Self::Image { .. })
    }

    /// How often its renditions were made again after the upload; `None` for never.
    #[must_use]
    pub fn edition(&self) -> Option<u32> {
        match self {
            Self::Image { edition, .. } => *edition,
            Self::Document { .. } => None,
        }
    }
}

/// The commands of a file.
#[derive(Clone, Debug)]
pub enum FileCommand {
    /// Record an upload.
    Upload {
        /// The file's id.
        id: FileId,
        /// Its owner, who uploads it.
        owner: UserId,
        /// The name given by its owner.
        name: Option<String>,
        /// Its content.
        content: FileContent,
    },
    /// Replace the renditions of an image.
    Optimize {
        /// The image's perceptual hash.
        look: String,
        /// The renditions, narrowest first.
        renditions: Vec<Rendition>,
    },
    /// Delete the file.
    Delete,
}

/// Why a command is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileRejection {
    /// There is no such file.
    #[error("there is no such file")]
    Unknown,
    /// The file was uploaded before.
    #[error("the file exists already")]
    Exists,
    /// The file is not an image.
    #[error("only images can be made anew")]
    NoImage,
}

/// The state of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct File(pub Option<FileDetails>);

/// The details of an uploaded file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileDetails {
    /// The file's id.
    pub id: FileId,
    /// Its owner, who uploaded it.
    pub owner: UserId,
    /// The name given by its owner, unless they were erased.
    pub name: Option<Personal<String>>,
    /// Its content.
    pub content: FileContent,
    /// It was deleted for good.
    pub deleted: bool,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

impl FileDetails {
    /// Whether it is an image. Images are public.
    #[must_use]
    pub fn is_image(&self) -> bool {
        self.content.is_image()
    }

    fn optimized(&self, look: String, renditions: Vec<Rendition>) -> Result<Vec<FileEvent>, FileRejection> {
        let FileContent::Image { look: known_look, renditions: known, edition } = &self.content else {
            return Err(FileRejection::NoImage);
        };
        if *known_look == look && *known == renditions {
            return Ok(Vec::new());
        }
        let edition = Some(edition.unwrap_or(0).saturating_add(1));
        let content = FileContent::Image { look, renditions, edition };
        Ok(vec![FileEvent::Optimized { file_id: self.id, content }])
    }
}

impl Aggregate for File {
    const TYPE: &'static str = "file";
    type Command = FileCommand;
    type Event = FileEvent;
    type Rejection = FileRejection;

    fn decide(&self, command: FileCommand, _: Timestamp) -> Result<Vec<FileEvent>, FileRejection> {
        match (command, &self.0) {
            (FileCommand::Upload { .. }, Some(_)) => Err(FileRejection::Exists),
            (FileCommand::Upload { id, owner, name, content }, None) => {
                let name = name.map(|name| Personal::of(owner, name));
                Ok(vec![FileEvent::Uploaded { file_id: id, owner_id: owner, name, content }])
            }
            (FileCommand::Optimize { look, renditions }, Some(known)) if !known.deleted => {
                known.optimized(look, renditions)
            }
            (FileCommand::Optimize { .. }, _) | (FileCommand::Delete, None) => Err(FileRejection::Unknown),
            (FileCommand::Delete, Some(known)) if known.deleted => Ok(Vec::new()),
            (FileCommand::Delete, Some(known)) => Ok(vec![FileEvent::Deleted { file_id: known.id }]),
        }
    }

    fn evolve(&mut self, event: &FileEvent, at: Timestamp) {
        match (event, &mut self.0) {
            (FileEvent::Uploaded { file_id, owner_id, name, content }, _) => {
                self.0 = Some(FileDetails {
                    id: *file_id,
                    owner: *owner_id,
                    name: name.clone(),
                    content: content.clone(),
                    deleted: false,
                    created_at: at,
                });
            }
            (FileEvent::Optimized { content, .. }, Some(known)) => known.content = content.clone(),
            (FileEvent::Deleted { .. }, Some(known)) => known.deleted = true,
            (FileEvent::Optimized { .. } | FileEvent::Deleted { .. }, None) => {}
        }
    }
}

#[cfg(test)]
mod tests;
