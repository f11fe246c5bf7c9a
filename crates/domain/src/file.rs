//! A file somebody sent: what it is and where its bytes lie. The bytes themselves are in no event.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, EventKind};
use crate::id::{FileId, UserId};
use crate::personal::Personal;
use crate::time::Timestamp;

/// What has happened to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum FileEvent {
    /// It was sent, and its bytes are durable.
    #[serde(rename = "FILE_UPLOADED")]
    Uploaded {
        /// Its id.
        file_id: FileId,
        /// Who sent it.
        owner_id: UserId,
        /// What its owner calls it; never part of a path.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Personal<String>>,
        /// What it is.
        content: FileContent,
    },
    /// Renditions of it that were missing, damaged, or of other widths than today's were made anew from its widest
    /// whole one.
    #[serde(rename = "FILE_OPTIMIZED")]
    Optimized {
        /// Its id.
        file_id: FileId,
        /// What it is from now on: an image.
        content: FileContent,
    },
    /// It is gone for good; its bytes follow.
    #[serde(rename = "FILE_DELETED")]
    Deleted {
        /// Its id.
        file_id: FileId,
    },
}

impl EventKind for FileEvent {}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "UPPERCASE", rename_all_fields = "camelCase")]
pub enum FileContent {
    /// An image, made anew: nothing of the bytes that came is kept.
    Image {
        /// Its perceptual hash: 16 hexadecimal digits, alike for images that look alike.
        look: String,
        /// The narrowest first.
        renditions: Vec<Rendition>,
        /// How often renditions were made anew after the upload. It is a part of their addresses: what a cache may
        /// keep for ever is never served with other bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        edition: Option<u32>,
    },
    /// A document, kept as it came.
    Document {
        /// Its bytes.
        #[serde(flatten)]
        bytes: StoredBytes,
    },
}

/// An image at one width.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rendition {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Its bytes.
    #[serde(flatten)]
    pub bytes: StoredBytes,
}

/// Bytes in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoredBytes {
    /// Their name within the file: random.
    pub key: String,
    /// How many.
    pub size: u64,
    /// Their SHA-256, hexadecimal.
    pub sha256: String,
}

impl FileContent {
    /// Everything of it that is stored.
    #[must_use]
    pub fn stored(&self) -> Vec<&StoredBytes> {
        match self {
            Self::Image { renditions, .. } => renditions.iter().map(|rendition| &rendition.bytes).collect(),
            Self::Document { bytes } => vec![bytes],
        }
    }

    /// How often it was made anew after its upload; nothing for never.
    #[must_use]
    pub fn edition(&self) -> Option<u32> {
        match self {
            Self::Image { edition, .. } => *edition,
            Self::Document { .. } => None,
        }
    }
}

/// What a file can be asked.
#[derive(Clone, Debug)]
pub enum FileCommand {
    /// Begin.
    Upload {
        /// Its id.
        id: FileId,
        /// Who sends it.
        owner: UserId,
        /// What they call it.
        name: Option<String>,
        /// What it is.
        content: FileContent,
    },
    /// Let an image be these from now on.
    Optimize {
        /// Its perceptual hash.
        look: String,
        /// The narrowest first.
        renditions: Vec<Rendition>,
    },
    /// End.
    Delete,
}

/// Why a file refuses a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileRejection {
    /// There is no such file.
    #[error("there is no such file")]
    Unknown,
    /// It was sent before.
    #[error("the file exists already")]
    Exists,
    /// It is no image.
    #[error("only images can be made anew")]
    NoImage,
}

/// A file's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct File(pub Option<FileDetails>);

/// What is known of a file that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileDetails {
    /// Its id.
    pub id: FileId,
    /// Who sent it.
    pub owner: UserId,
    /// What they call it, unless they were erased.
    pub name: Option<Personal<String>>,
    /// What it is.
    pub content: FileContent,
    /// It is gone for good.
    pub deleted: bool,
    /// Sent at.
    pub created_at: Timestamp,
}

impl FileDetails {
    /// Whether it is an image: those are public.
    #[must_use]
    pub fn is_image(&self) -> bool {
        matches!(self.content, FileContent::Image { .. })
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
