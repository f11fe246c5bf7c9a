//! Where images are made anew: off the threads that answer, two at a time, so that memory stays bounded whatever comes.

use std::sync::Arc;

use bytes::Bytes;
use domain::FieldErrors;
use http_kit::Failure;
use image::ImageFormat;
use tokio::sync::Semaphore;

use crate::picture::{self, Picture, PictureError};

const AT_ONCE: usize = 2;

/// Clones share the places to work.
#[derive(Clone, Debug)]
pub struct Studio(Arc<Semaphore>);

impl Default for Studio {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Studio {
    /// The image that `bytes`, sent as `field`, are; what is wrong with them otherwise.
    pub async fn render(&self, field: &str, bytes: Bytes, format: ImageFormat) -> Result<Picture, Failure> {
        let place =
            Arc::clone(&self.0).acquire_owned().await.map_err(|closed| Failure::unavailable(&closed))?;
        // The place is taken until the work is done, whether anybody still waits for it or not.
        let work = move || {
            let _place = place;
            picture::render(&bytes, format)
        };
        let wrong = |error: PictureError| Failure::invalid(FieldErrors::one(field, error.to_string()));
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(picture)) => Ok(picture),
            Ok(Err(PictureError::Encoder)) => Err(Failure::unavailable(&PictureError::Encoder)),
            Ok(Err(error)) => Err(wrong(error)),
            // A decoder that gives up on what it was given has done no harm.
            Err(error) if error.is_panic() => Err(wrong(PictureError::Broken)),
            Err(error) => Err(Failure::unavailable(&error)),
        }
    }
}
