//! What the files service and the listings service do for each other. Neither sees the other, so each asks for the
//! other's part here. In a cluster a part is a client of the service that has it.

use std::sync::{Arc, OnceLock, Weak};

use async_trait::async_trait;
use axum::extract::Request;
use domain::{FileId, Position, PropertyId};
use journal::Options;

use crate::caller::Caller;
use crate::conditions::Conditions;
use crate::failure::Failure;

/// The photos that one request uploaded to a listing.
#[derive(Clone, Debug)]
pub struct UploadedPhotos {
    /// The position after which the listing has them.
    pub position: Option<Position>,
    /// What is left of the sender's quotas.
    pub quota_left: String,
}

/// Takes photos in: the files service.
#[async_trait]
pub trait PhotoIntake: Send + Sync {
    /// Stores the photos in a multipart request, and adds them to the listing. All of them are added, or nothing is
    /// stored.
    ///
    /// # Errors
    /// What is wrong with the request, by field, and whatever [`PhotoAlbum`] refuses.
    async fn upload(
        &self,
        caller: &Caller,
        property: PropertyId,
        conditions: &Conditions,
        request: Request,
    ) -> Result<UploadedPhotos, Failure>;
}

/// Puts photos on listings: the listings service.
#[async_trait]
pub trait PhotoAlbum: Send + Sync {
    /// Checks that `caller` may add `count` photos to the listing. A repeated request passes.
    ///
    /// # Errors
    /// As for the operation that adds photos to a listing.
    async fn admit(
        &self,
        caller: &Caller,
        property: PropertyId,
        count: usize,
        options: &Options,
    ) -> Result<(), Failure>;

    /// Adds files that were stored just now to the listing.
    ///
    /// # Errors
    /// As for the operation that adds photos to a listing.
    async fn add(
        &self,
        caller: &Caller,
        property: PropertyId,
        files: Vec<FileId>,
        options: Options,
    ) -> Result<Option<Position>, Failure>;
}

/// The address of images and, once the services are mounted, who takes photos in and puts them on listings. It holds
/// no service alive, because every service holds it.
#[derive(Default)]
pub struct Photos {
    base_url: String,
    intake: OnceLock<Weak<dyn PhotoIntake>>,
    album: OnceLock<Weak<dyn PhotoAlbum>>,
}

impl std::fmt::Debug for Photos {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Photos({:?})", self.base_url)
    }
}

impl Photos {
    /// Images are at `base_url`, or on this server if it is empty.
    #[must_use]
    pub fn at(base_url: &str) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned(), ..Self::default() }
    }

    /// The base URL of images, without a trailing slash; empty for this server.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Sets who takes photos in, once.
    pub fn taken_in_by(&self, intake: Weak<dyn PhotoIntake>) {
        // A second call would name the same service again.
        let _ = self.intake.set(intake);
    }

    /// Sets who puts photos on listings, once.
    pub fn put_up_by(&self, album: Weak<dyn PhotoAlbum>) {
        let _ = self.album.set(album);
    }

    /// Who takes photos in.
    ///
    /// # Errors
    /// 503 while that service does not run.
    pub fn intake(&self) -> Result<Arc<dyn PhotoIntake>, Failure> {
        let found = self.intake.get().and_then(Weak::upgrade);
        found.ok_or_else(|| Failure::unavailable(&"the files service does not run"))
    }

    /// Who puts photos on listings.
    ///
    /// # Errors
    /// 503 while that service does not run.
    pub fn album(&self) -> Result<Arc<dyn PhotoAlbum>, Failure> {
        let found = self.album.get().and_then(Weak::upgrade);
        found.ok_or_else(|| Failure::unavailable(&"the listings service does not run"))
    }
}
