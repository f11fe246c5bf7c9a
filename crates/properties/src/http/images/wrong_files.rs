//! Which files may become photos of a listing.

use std::collections::HashMap;

use ::projection::Value;
use domain::file::{File, FileDetails};
use domain::property::{Listing, Property};
use domain::{Aggregate, FieldErrors, FileId, Log, PropertyId, StreamId, TenantId};
use http_kit::{Caller, Failure};
use journal::Options;

use crate::AppParts;

/// How a request names files, for what is said about them.
#[derive(Debug)]
pub struct NamedFiles {
    field: &'static str,
    unknown: &'static str,
}

/// Files by their ids.
pub const IDS: NamedFiles = NamedFiles { field: "fileIds", unknown: "is no file of yours" };
/// Files by their addresses.
pub const URLS: NamedFiles = NamedFiles {
    field: "imageUrls",
    unknown: "is not a file uploaded here; upload it first with POST /api/files/upload",
};

/// What is wrong with the files of a request.
#[derive(Debug, Default)]
pub struct WrongFiles(FieldErrors);

impl WrongFiles {
    /// Adds another error.
    pub fn and(mut self, errors: FieldErrors) -> Self {
        self.0.0.extend(errors.0);
        self
    }

    /// Fails if anything is wrong.
    pub fn none(self) -> Result<(), Failure> {
        if self.0.0.is_empty() { Ok(()) } else { Err(self.0.into()) }
    }
}

impl AppParts {
    /// Checks that every file is an image of the caller's own that is on no other listing, or a photo of `listing`
    /// already. What is said does not reveal whether somebody else has the file.
    pub async fn wrong_files(
        &self,
        caller: &Caller,
        listing: Option<&Listing>,
        files: &[Option<FileId>],
        named: &NamedFiles,
    ) -> Result<WrongFiles, Failure> {
        let person = caller.person()?.user;
        let ids: Vec<FileId> = files.iter().flatten().copied().collect();
        let elsewhere = self.elsewhere(caller, listing.map(|listing| listing.id), &ids).await?;
        let mut wrong = FieldErrors::default();
        for (index, file) in files.iter().enumerate() {
            let known = match file {
                Some(file) => self.file(&caller.tenant, *file).await?,
                None => None,
            };
            let is_photo = |file| {
                listing.is_some_and(|listing| listing.images.iter().any(|image| image.file_id == file))
            };
            let known = known.filter(|known| !known.deleted && (known.owner == person || is_photo(known.id)));
            let message = match known {
                None => named.unknown.to_owned(),
                Some(known) if !known.is_image() => "is no image".to_owned(),
                Some(known) => match elsewhere.get(&known.id) {
                    Some(other) => format!(
                        "is a photo of the listing {other} already; upload it once more to use it here"
                    ),
                    None => continue,
                },
            };
            wrong.0.insert(format!("{}[{index}]", named.field), message);
        }
        Ok(WrongFiles(wrong))
    }

    /// Files that are photos of other listings than `here`, with one of these.
    async fn elsewhere(
        &self,
        caller: &Caller,
        here: Option<PropertyId>,
        files: &[FileId],
    ) -> Result<HashMap<FileId, PropertyId>, Failure> {
        if files.is_empty() {
            return Ok(HashMap::new());
        }
        // Only a file's owner puts it up, and what they did just now counts.
        self.context.wait_for_own(&self.status, caller, &[Log::Facts]).await;
        let here = here.map_or_else(String::new, |here| here.to_string());
        let mut params: Vec<Value<'_>> = vec![caller.tenant.as_str().into(), here.into()];
        params.extend(files.iter().map(|file| Value::from(file.to_string())));
        let places: Vec<String> = (3..=params.len()).map(|number| format!("${number}")).collect();
        let sql = format!(
            "select file_id, property_id from photos where tenant = $1 and property_id <> $2 and file_id in ({})",
            places.join(", ")
        );
        let rows = self.store.query(&sql, params).await?;
        Ok(rows
            .iter()
            .filter_map(|row| Some((row.text(0)?.parse().ok()?, row.text(1)?.parse().ok()?)))
            .collect())
    }

    /// Whether the request was answered before.
    pub async fn is_repeated(
        &self,
        caller: &Caller,
        id: PropertyId,
        options: &Options,
    ) -> Result<bool, Failure> {
        let stream = StreamId::new(&caller.tenant, Property::TYPE, id);
        Ok(self.context.answered(&stream, options.idempotency.as_ref()).await?.is_some())
    }

    /// Photos of the listing whose files have been deleted.
    pub async fn gone(&self, tenant: &TenantId, listing: &Listing) -> Result<Vec<FileId>, Failure> {
        let mut gone = Vec::new();
        for image in &listing.images {
            if self.file(tenant, image.file_id).await?.is_none_or(|known| known.deleted) {
                gone.push(image.file_id);
            }
        }
        Ok(gone)
    }

    /// Loads a file from the journal, without a call to the files service.
    async fn file(&self, tenant: &TenantId, id: FileId) -> Result<Option<FileDetails>, Failure> {
        Ok(self.context.aggregates.load::<File>(tenant, id).await?.0.0)
    }
}
