//! Files that become photos of a listing in the request that uploads them. The listing is asked first, so that nothing is
//! stored in vain. If it refuses nevertheless, because it changed meanwhile, the files are deleted again.

use async_trait::async_trait;
use axum::extract::Request;
use domain::file::{File, FileCommand};
use domain::{FieldErrors, FileId, PropertyId};
use http_kit::photos::{PhotoIntake, UploadedPhotos};
use http_kit::{Caller, Conditions, Failure};
use journal::Options;

use super::upload::Taken;
use crate::AppParts;
use crate::receive::{Batch, Takes};

#[async_trait]
impl PhotoIntake for AppParts {
    async fn upload(
        &self,
        caller: &Caller,
        property: PropertyId,
        conditions: &Conditions,
        request: Request,
    ) -> Result<UploadedPhotos, Failure> {
        let (_upload, batch) = self.receive(caller, request, Takes::Photos).await?;
        let taken = self.keep_for(property, caller, conditions, true, batch).await?;
        Ok(UploadedPhotos { position: taken.position, quota_left: taken.left })
    }
}

impl AppParts {
    /// Stores files as photos of a listing. `of_listing` says that the path names the listing, so that `If-Match` is
    /// about its version.
    pub(super) async fn keep_for(
        &self,
        property: PropertyId,
        caller: &Caller,
        conditions: &Conditions,
        of_listing: bool,
        mut batch: Batch,
    ) -> Result<Taken, Failure> {
        let mut wrong = FieldErrors::default();
        for file in batch.files.iter().filter(|file| !file.content.is_image()) {
            wrong.0.insert(file.field.clone(), "is no image, and the photos of a listing are images".into());
        }
        if !wrong.0.is_empty() {
            return Err(wrong.into());
        }
        // A key belongs to the listing, too.
        batch.digest.extend_from_slice(property.to_string().as_bytes());
        let context = &self.files.context;
        let album = context.photos.album()?;
        let options = conditions.of("photos").options(context, caller, &batch.digest, &property);
        let if_version = options.if_version.filter(|_| of_listing);
        let options = Options { if_version, ..options };
        album.admit(caller, property, batch.files.len(), &options).await?;
        let mut taken = self.keep(caller, conditions, batch).await?;
        let files: Vec<FileId> = taken.files.iter().map(|(known, _)| known.id).collect();
        match album.add(caller, property, files, options).await {
            Ok(position) => taken.position = position.or(taken.position),
            Err(failure) => {
                if failure.status.is_client_error() {
                    self.take_back(caller, &taken.fresh).await;
                }
                return Err(failure);
            }
        }
        Ok(taken)
    }

    /// Deletes files that were stored for a listing that does not take them.
    async fn take_back(&self, caller: &Caller, files: &[FileId]) {
        let context = &self.files.context;
        for file in files {
            let deleted = context
                .execute::<File>(&caller.actor(), *file, FileCommand::Delete, Options::default())
                .await;
            if let Err(error) = deleted {
                tracing::warn!(%file, %error, "a photo that its listing does not take stays with its owner");
            }
        }
    }
}
