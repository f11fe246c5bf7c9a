//! Changing a listing: its content, its status, its end.

use super::asked::{ListingEditBody, StatusChangeBody, StatusInQuery};
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use domain::property::{Content, Property, PropertyCommand, Status};
use domain::{Fields, PropertyId};
use http_kit::Envelope;
use http_kit::docs::{IdempotencyKey, IfMatch, Query};
use http_kit::{Caller, Conditions, Failure, JsonObject, Params, Right};
use journal::{Claims, Done, Options};

use super::{property_id, refused};
use crate::App;
use crate::document::{Counts, Document, etag};

/// `PUT /api/properties/{id}`: replaces the content.
#[utoipa::path(
    put,
    path = "/api/properties/{id}",
    summary = "Change what a listing says",
    params(IdempotencyKey, IfMatch),
    request_body = ListingEditBody,
    responses(
        (status = 200, description = "The listing as it is now", body = Envelope<Document<'static>>),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn edit(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Response, Failure> {
    let id = property_id(path)?;
    let listing = app.changeable(&caller, id).await?;
    let content = Content::read(&body.members, listing.owner, &listing.content.location.city)?;
    let content = keep_contact(content, &body, listing.content.contact);
    let options = conditions.options(&app.kit, &caller, &body.bytes, &id);
    app.execute(&caller, id, PropertyCommand::Edit(content, app.by(&caller)?), options, "Property updated")
        .await
}

/// Public answers do not show the contact, so an edit that names none of its fields leaves it as it is.
fn keep_contact(
    mut content: Content,
    body: &JsonObject,
    old: Option<domain::Personal<domain::property::content::Contact>>,
) -> Content {
    if !["contactName", "contactPhone", "contactEmail"].iter().any(|name| body.members.contains_key(*name)) {
        content.contact = old;
    }
    content
}

/// `PATCH /api/properties/{id}/status`: `{"status": …}` or `?status=`.
#[utoipa::path(
    patch,
    path = "/api/properties/{id}/status",
    summary = "Move a listing to another status",
    params(Query<StatusInQuery>, IdempotencyKey, IfMatch),
    request_body = StatusChangeBody,
    responses(
        (status = 200, description = "The listing as it is now", body = Envelope<Document<'static>>),
        (status = 409, description = "That status cannot follow the one there is, or a moderator holds the home"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn status(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    uri: Uri,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Response, Failure> {
    let id = property_id(path)?;
    let params = Params::read(&uri, &["status"])?;
    // A moderator takes a home off the market and puts it back; the rules say how far that goes.
    if caller.require(Right::Moderate).is_err() {
        app.changeable(&caller, id).await?;
    }
    let mut fields = if body.members.is_empty() { params.fields() } else { Fields::new(&body.members) };
    let status = asked_status(&mut fields);
    let status = fields.finish(status)?;
    let options = conditions.options(&app.kit, &caller, &body.bytes, &id);
    let command = PropertyCommand::ChangeStatus(status, app.by(&caller)?);
    app.execute(&caller, id, command, options, "Status changed").await
}

pub fn asked_status(f: &mut Fields<'_>) -> Option<Status> {
    let status = f.choice("status");
    f.required("status", status)
}

/// `DELETE /api/properties/{id}`: for good; asking twice is fine.
#[utoipa::path(
    delete,
    path = "/api/properties/{id}",
    summary = "Remove a listing for good",
    params(IdempotencyKey, IfMatch),
    responses((status = 204, description = "Removed; asking twice is fine")),
)]
pub async fn remove(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    let id = property_id(path)?;
    app.changeable(&caller, id).await?;
    let options = conditions.options(&app.kit, &caller, &[], &id);
    let done = app.run(&caller, id, PropertyCommand::Remove(app.by(&caller)?), options).await?;
    Ok(app.kit.done(&caller, "Property removed", (), done.position).empty().into_response())
}

impl App {
    /// Runs a command and answers with the listing.
    pub(super) async fn execute(
        &self,
        caller: &Caller,
        id: PropertyId,
        command: PropertyCommand,
        options: Options,
        message: &'static str,
    ) -> Result<Response, Failure> {
        let done = self.run(caller, id, command, options).await?;
        let listing = done.state.listing.ok_or_else(super::no_such_listing)?;
        let counts = self.known(&caller.tenant, id).await?.map_or_else(Counts::default, |known| known.counts);
        let document = Document::of(&listing, done.version, counts);
        let reply = self.kit.done(caller, message, document, done.position);
        Ok(reply.etag(&etag(done.version, counts)).into_response())
    }

    pub(super) async fn run(
        &self,
        caller: &Caller,
        id: PropertyId,
        command: PropertyCommand,
        options: Options,
    ) -> Result<Done<Property>, Failure> {
        let ends =
            matches!(command, PropertyCommand::Remove(_) | PropertyCommand::ChangeStatus(Status::Removed, _));
        let options = Options { claims: Claims { take: Vec::new(), release_all: ends }, ..options };
        self.kit.execute::<Property>(&caller.actor(), id, command, options).await.map_err(refused)
    }
}
