//! Saving homes: a set per person, so both operations can be repeated.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::favourites::{Favourites, FavouritesCommand};
use http_kit::{Caller, Failure};
use journal::Options;

use super::property_id;
use crate::App;
use crate::document::snapshot;

/// `POST /api/properties/{id}/favorite`
pub async fn save(State(app): State<App>, caller: Caller, path: Path<String>) -> Result<Response, Failure> {
    caller.person()?;
    let id = property_id(path)?;
    let known = app.visible(&caller, id).await?;
    app.favourite(&caller, FavouritesCommand::Save(id, snapshot(&known.listing)), "Saved").await
}

/// `DELETE /api/properties/{id}/favorite`; a listing that is gone can still be taken off.
pub async fn unsave(State(app): State<App>, caller: Caller, path: Path<String>) -> Result<Response, Failure> {
    caller.person()?;
    let id = property_id(path)?;
    let (listing, _) = app.folded(&caller.tenant, id).await?;
    app.favourite(&caller, FavouritesCommand::Unsave(id, snapshot(&listing)), "Taken off").await
}

impl App {
    async fn favourite(
        &self,
        caller: &Caller,
        command: FavouritesCommand,
        message: &'static str,
    ) -> Result<Response, Failure> {
        let user = caller.person()?.user;
        let ledger = &self.kit.ledger;
        let done = ledger.execute::<Favourites>(&caller.actor(), user, command, Options::default()).await;
        let done = done.map_err(http_kit::refused)?;
        Ok(self.kit.done(caller, message, (), done.position).empty().into_response())
    }
}
