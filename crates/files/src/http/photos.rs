//! `GET /api/files/property/{id}`: the photos of a listing, in its owner's order.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::PropertyId;
use domain::property::images::ListingImage;
use domain::property::{Listing, Property, Status};
use domain::user::{Role, User};
use http_kit::{ApiResponse, Caller, Failure, Query};

use crate::App;
use crate::document::Photo;

/// Returns the photos of a listing to anybody who may see the listing.
#[utoipa::path(
    get,
    path = "/api/files/property/{id}",
    summary = "The photos of a listing",
    responses(
        (status = 200, description = "In their owner's order", body = ApiResponse<Vec<Photo>>),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn of_listing(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    nothing?;
    let unknown = || Failure::not_found("PROPERTY_NOT_FOUND", "there is no such listing");
    let id: PropertyId = id.parse().map_err(|_| unknown())?;
    let (property, _) = app.files.context.aggregates.load::<Property>(&caller.tenant, id).await?;
    let listing = property.listing.ok_or_else(unknown)?;
    let (owner, _) = app.files.context.aggregates.load::<User>(&caller.tenant, listing.owner).await?;
    if owner.deleted || !may_see(&caller, &listing, &owner) {
        return Err(unknown());
    }
    if listing.status == Status::Removed {
        return Err(Failure::gone("PROPERTY_REMOVED", "the listing was removed"));
    }
    let base_url = app.files.context.photos.base_url();
    let shown = ListingImage::all(&listing.images, base_url);
    let mut photos = Vec::with_capacity(shown.len());
    for (image, shown) in listing.images.iter().zip(shown) {
        // Photos that were deleted are left out.
        match app.present(&caller, image.file_id).await {
            Ok((known, _)) => photos.extend(Photo::of(base_url, &known, shown)),
            Err(failure) if failure.status.is_client_error() => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(app.files.context.reply("Photos of the listing", photos).into_response())
}

/// Listings are hidden while their owner may not sign in.
fn may_see(caller: &Caller, listing: &Listing, owner: &User) -> bool {
    let insider = caller.signed_in.is_some_and(|person| {
        person.user == listing.owner || matches!(person.role, Role::Admin | Role::Moderator | Role::Support)
    });
    (listing.status.is_public() && !owner.is_absent()) || insider
}
