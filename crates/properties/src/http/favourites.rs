//! Saving homes: a set per person, so both operations can be repeated.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::Position;
use domain::favourites::{Favourites, FavouritesCommand};
use domain::property::Status;
use http_kit::{Caller, Failure};
use journal::Options;

use super::{may_see, no_such_listing, property_id};
use crate::App;
use crate::document::snapshot;

/// `POST /api/properties/{id}/favorite`
pub async fn save(State(app): State<App>, caller: Caller, path: Path<String>) -> Result<Response, Failure> {
    caller.person()?;
    let id = property_id(path)?;
    let known = app.visible_now(&caller, id).await?;
    let position = app.favourite(&caller, FavouritesCommand::Save(id, snapshot(&known.listing))).await?;
    Ok(app.kit.done(&caller, "Saved", (), position).empty().into_response())
}

/// `DELETE /api/properties/{id}/favorite`; a listing that is gone can still be taken off.
pub async fn unsave(State(app): State<App>, caller: Caller, path: Path<String>) -> Result<Response, Failure> {
    caller.person()?;
    let id = property_id(path)?;
    let (listing, _) = app.folded(&caller.tenant, id).await?;
    let position = app.favourite(&caller, FavouritesCommand::Unsave(id, snapshot(&listing))).await?;
    // Whoever had not saved it learns nothing about a listing they may not see.
    if position.is_none() && listing.status != Status::Removed && !may_see(&caller, &listing) {
        return Err(no_such_listing());
    }
    Ok(app.kit.done(&caller, "Taken off", (), position).empty().into_response())
}

impl App {
    /// Nothing when it was so already.
    async fn favourite(
        &self,
        caller: &Caller,
        command: FavouritesCommand,
    ) -> Result<Option<Position>, Failure> {
        let user = caller.person()?.user;
        let ledger = &self.kit.ledger;
        let done = ledger.execute::<Favourites>(&caller.actor(), user, command, Options::default()).await;
        Ok(done.map_err(http_kit::refused)?.position)
    }
}
