//! Saved listings. Each person has one set of them, so saving and unsaving can be repeated. The entity tag covers the
//! whole set.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::favourites::{Favourites, FavouritesCommand};
use domain::property::Status;
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{Caller, Conditions, Failure, Query};
use journal::{Executed, Options};

use super::{may_see, no_such_listing, property_id};
use crate::App;
use crate::document::snapshot;

/// `POST /api/properties/{id}/favorite`: saves a listing for the caller.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/favorite",
    summary = "Save a home",
    params(IdempotencyKey, IfMatch),
    responses(
        (status = 204, description = "Saved; asking twice is fine"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn save(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    let person = caller.person()?;
    let id = property_id(path)?;
    let known = app.visible_now(&caller, id).await?;
    nothing?;
    let options = conditions.options(&app.context, &caller, &[], &person.user);
    let command = FavouritesCommand::Save(id, snapshot(&known.listing));
    let done = app.favourite(&caller, command, options).await?;
    let reply = app.context.done(&caller, "Saved", (), done.position);
    Ok(reply.etag(&done.version.to_string()).empty().into_response())
}

/// `DELETE /api/properties/{id}/favorite`: takes a listing off the caller's saved ones, even if the listing was
/// removed.
#[utoipa::path(
    delete,
    path = "/api/properties/{id}/favorite",
    summary = "Take a home off the saved ones",
    params(IdempotencyKey, IfMatch),
    responses((status = 204, description = "Taken off; asking twice is fine")),
)]
pub async fn unsave(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    let person = caller.person()?;
    let id = property_id(path)?;
    let (listing, _) = app.folded(&caller.tenant, id).await?;
    nothing?;
    let options = conditions.options(&app.context, &caller, &[], &person.user);
    let command = FavouritesCommand::Unsave(id, snapshot(&listing));
    let done = app.favourite(&caller, command, options).await?;
    // Callers who had not saved the listing and may not see it learn nothing about it.
    if done.position.is_none() && listing.status != Status::Removed && !may_see(&caller, &listing) {
        return Err(no_such_listing());
    }
    let reply = app.context.done(&caller, "Taken off", (), done.position);
    Ok(reply.etag(&done.version.to_string()).empty().into_response())
}

impl App {
    /// Runs a command. The result has no position if nothing changed.
    async fn favourite(
        &self,
        caller: &Caller,
        command: FavouritesCommand,
        options: Options,
    ) -> Result<Executed<Favourites>, Failure> {
        let user = caller.person()?.user;
        let done = self.context.execute::<Favourites>(&caller.actor(), user, command, options).await;
        done.map_err(http_kit::refused)
    }
}
