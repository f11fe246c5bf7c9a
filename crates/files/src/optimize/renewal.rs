//! One image: which renditions are intact, and which must be re-encoded.

use bytes::Bytes;
use domain::Version;
use domain::file::{File, FileCommand, FileContent, FileDetails, Rendition};
use image::ImageFormat;
use journal::{ExecuteError, Options};

use super::{OptimizeError, OptimizeJob};
use crate::picture::widths;
use crate::receive::{rendition, stored, written};

/// What the check of an image found.
#[derive(Debug, Default)]
pub struct SeenFiles {
    /// The total size of the renditions that were there.
    pub bytes_before: u64,
    /// The new content of the image, if anything was re-encoded.
    pub renewed: Option<FileContent>,
    /// Whether nothing of the image can be read.
    pub is_lost: bool,
}

/// The renditions whose bytes are present and unchanged, and the bytes of the widest of them.
#[derive(Default)]
struct Whole {
    renditions: Vec<Rendition>,
    widest: Bytes,
    bytes: u64,
}

impl OptimizeJob {
    /// Checks an image, and re-encodes what is not as it should be.
    pub async fn image(&self, known: &FileDetails, version: Version) -> Result<SeenFiles, OptimizeError> {
        let FileContent::Image { look, renditions, .. } = &known.content else {
            return Ok(SeenFiles::default());
        };
        let whole = self.whole(known, renditions).await?;
        let seen = SeenFiles { bytes_before: whole.bytes, ..SeenFiles::default() };
        let Some(widest) = whole.renditions.last() else {
            tracing::warn!(file = %known.id, "an image has no rendition that can be read");
            return Ok(SeenFiles { is_lost: true, ..seen });
        };
        let wanted = widths(widest.width);
        let is_right = whole.renditions == *renditions
            && whole.renditions.iter().map(|rendition| rendition.width).eq(wanted)
            && u64::from_str_radix(look, 16).is_ok();
        if is_right {
            self.tidy(known, &known.content).await?;
            return Ok(seen);
        }
        let picture = match self.files.image_pool.render("file", whole.widest, ImageFormat::WebP).await {
            Ok(picture) => picture,
            Err(failure) if failure.status.is_server_error() => return Err(failure.to_string().into()),
            Err(failure) => {
                tracing::warn!(file = %known.id, why = failure.message, "an image cannot be made anew");
                return Ok(SeenFiles { is_lost: true, ..seen });
            }
        };
        let look = u64::from_str_radix(look, 16).unwrap_or(picture.look);
        let (mut renditions, mut fresh) = (Vec::new(), Vec::new());
        for made in picture.renditions {
            // Intact renditions are kept: decoding and encoding an image once more makes it worse.
            if let Some(kept) = whole.renditions.iter().find(|rendition| rendition.width == made.width) {
                renditions.push(kept.clone());
                continue;
            }
            let key = || self.files.context.aggregates.fresh().simple().to_string();
            let (made, bytes) = rendition(made, key);
            fresh.push((made.bytes.key.clone(), bytes));
            renditions.push(made);
        }
        let command = FileCommand::Optimize { look: written(look), renditions };
        Ok(SeenFiles { renewed: self.keep(known, version, fresh, command).await?, ..seen })
    }

    async fn whole(&self, known: &FileDetails, renditions: &[Rendition]) -> Result<Whole, OptimizeError> {
        let mut whole = Whole::default();
        for rendition in renditions {
            let key = &rendition.bytes.key;
            let Some(bytes) = self.files.bytes.whole(&self.actor.tenant, known.id, key).await? else {
                continue;
            };
            whole.bytes += bytes.len() as u64;
            if stored(key, &bytes) == rendition.bytes {
                whole.renditions.push(rendition.clone());
                whole.widest = bytes;
            }
        }
        Ok(whole)
    }

    /// Stores new renditions. As with uploads, the bytes are durable before the event that records them. Returns the
    /// new content of the image, or `None` if it was deleted meanwhile.
    async fn keep(
        &self,
        known: &FileDetails,
        version: Version,
        fresh: Vec<(String, Bytes)>,
        command: FileCommand,
    ) -> Result<Option<FileContent>, OptimizeError> {
        for (key, bytes) in fresh {
            self.files.bytes.put(&self.actor.tenant, known.id, &key, bytes).await?;
        }
        let options = Options { if_version: Some(vec![version]), ..Options::default() };
        match self.files.context.execute::<File>(&self.actor, known.id, command, options).await {
            Ok(done) => {
                let content = done.state.0.map(|known| known.content);
                if let Some(content) = &content {
                    self.tidy(known, content).await?;
                }
                metrics::counter!("files_optimized_total").increment(1);
                Ok(content)
            }
            // If the file was deleted, its bytes were removed, perhaps before these were stored.
            Err(ExecuteError::Rejected(_) | ExecuteError::Precondition { .. } | ExecuteError::Busy) => {
                let (File(now), _) =
                    self.files.context.aggregates.load::<File>(&self.actor.tenant, known.id).await?;
                if now.is_none_or(|now| now.deleted) {
                    self.files.bytes.remove(&self.actor.tenant, known.id).await?;
                }
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Removes bytes of an image that no event refers to any more: damaged ones, and those of an interrupted job.
    async fn tidy(&self, known: &FileDetails, content: &FileContent) -> Result<(), OptimizeError> {
        let keys: Vec<&str> = content.stored().iter().map(|stored| &*stored.key).collect();
        Ok(self.files.bytes.keep_only(&self.actor.tenant, known.id, &keys).await?)
    }
}
