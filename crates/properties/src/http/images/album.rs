//! Puts photos that were just uploaded on a listing, for the service that took them in.

use async_trait::async_trait;
use domain::property::images::{MOST, PhotoSelection};
use domain::property::{PropertyCommand, PropertyRejection, Status};
use domain::{FileId, Position, PropertyId};
use http_kit::photos::PhotoAlbum;
use http_kit::{Caller, Failure};
use journal::{ExecuteError, Options};

use super::urls::too_many;
use crate::AppParts;
use crate::http::{refused, removed};

/// The field of the form that brings photos.
const FIELD: &str = "files";

#[async_trait]
impl PhotoAlbum for AppParts {
    async fn admit(
        &self,
        caller: &Caller,
        property: PropertyId,
        count: usize,
        options: &Options,
    ) -> Result<(), Failure> {
        let listing = self.changeable(caller, property).await?;
        if self.is_repeated(caller, property, options).await? {
            return Ok(());
        }
        if listing.status == Status::Removed {
            return Err(removed());
        }
        let gone = self.gone(&caller.tenant, &listing).await?.len();
        if listing.images.len() - gone + count > MOST {
            return Err(too_many(FIELD, refused(ExecuteError::Rejected(PropertyRejection::TooManyImages))));
        }
        Ok(())
    }

    async fn add(
        &self,
        caller: &Caller,
        property: PropertyId,
        files: Vec<FileId>,
        options: Options,
    ) -> Result<Option<Position>, Failure> {
        let listing = self.changeable(caller, property).await?;
        let gone = self.gone(&caller.tenant, &listing).await?;
        let wanted = PhotoSelection { files, primary: None, gone };
        let command = PropertyCommand::AddImages(wanted, self.by(caller)?);
        let done =
            self.run(caller, property, command, options).await.map_err(|failure| too_many(FIELD, failure))?;
        Ok(done.position)
    }
}
