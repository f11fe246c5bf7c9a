//! Changing a listing's content or status, and removing it.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::property::draft::Draft;
use domain::property::{Property, PropertyCommand, Status};
use domain::{Fields, PropertyId};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Request, Right};
use journal::{Executed, Options, UniqueKeys};
use serde_json::{Value, json};

use super::create::about_listing;
use super::images::urls::{self, ImageUrls, too_many};
use super::{property_id, refused};
use crate::document::{Counts, Document, etag};
use crate::{App, AppParts};

/// See [`ListingEdit`].
pub type ListingEditBody = Body<ListingEdit>;

/// The body of `PUT /api/properties/{id}`.
pub struct ListingEdit {
    draft: Draft,
    /// Whether the body has any contact field, even an empty one.
    names_contact: bool,
    image_urls: ImageUrls,
}

impl Request for ListingEdit {
    const NAME: &'static str = "ListingEdit";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let contact = ["contactName", "contactPhone", "contactEmail"];
        let names_contact = contact.iter().any(|name| f.given(name).is_some());
        let image_urls = ImageUrls::read(f);
        Draft::read(f).map(|draft| Self { draft, names_contact, image_urls })
    }

    fn about(member: &str) -> Option<&'static str> {
        about_listing(member)
    }

    fn example() -> Value {
        json!({"title": "Three bedrooms by the lake", "location": "Miyapur", "price": 8_400_000,
            "propertyType": "APARTMENT", "amenities": ["Lift"]})
    }
}

/// `PUT /api/properties/{id}`: replaces the listing's content. A body without any contact field keeps the contact.
/// `imageUrls` adds photos, as `POST /api/properties/{id}/images` does; it takes none away.
#[utoipa::path(
    put,
    path = "/api/properties/{id}",
    summary = "Change what a listing says",
    params(IdempotencyKey, IfMatch),
    request_body = ListingEditBody,
    responses(
        (status = 200, description = "The listing as it is now", body = ApiResponse<Document<'static>>),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn edit(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    headers: HeaderMap,
    body: ListingEditBody,
) -> Result<Response, Failure> {
    let id = property_id(path)?;
    let listing = app.changeable(&caller, id).await?;
    nothing?;
    let ListingEdit { draft, names_contact, image_urls } = body.value?;
    let mut content = draft.owned_by(listing.owner, &listing.content.location.city);
    // Public responses omit the contact, so an edit without any contact field keeps it.
    if !names_contact {
        content.contact.clone_from(&listing.content.contact);
    }
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    let command = PropertyCommand::Edit(content, app.by(&caller)?);
    let (old, urls) = ((id, Some(&listing)), (&image_urls, &headers));
    let command = app.with_images(&caller, old, urls, command, &options).await?;
    app.execute(&caller, id, command, options, "Property updated")
        .await
        .map_err(|failure| too_many(urls::FIELD, failure))
}

/// See [`StatusChange`].
pub type StatusChangeBody = Body<StatusChange>;

/// The body of `PATCH /api/properties/{id}/status`.
pub struct StatusChange {
    status: Status,
}

impl Request for StatusChange {
    const NAME: &'static str = "ListingStatusChange";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let status = f.choice("status");
        f.required("status", status).map(|status| Self { status })
    }

    fn example() -> Value {
        json!({"status": "SOLD"})
    }
}

/// The status as a query parameter, `?status=`, instead of a body.
pub struct StatusInQuery(Option<Status>);

impl Request for StatusInQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self(f.choice("status")))
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("Instead of a body.")
    }
}

/// `PATCH /api/properties/{id}/status`: changes the status, given as `{"status": …}` or `?status=`.
#[utoipa::path(
    patch,
    path = "/api/properties/{id}/status",
    summary = "Move a listing to another status",
    params(Query<StatusInQuery>, IdempotencyKey, IfMatch),
    request_body = StatusChangeBody,
    responses(
        (status = 200, description = "The listing as it is now", body = ApiResponse<Document<'static>>),
        (status = 409, description = "That status cannot follow the one there is, or a moderator holds the home"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn status(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(query): Query<StatusInQuery>,
    conditions: Conditions,
    body: StatusChangeBody,
) -> Result<Response, Failure> {
    let id = property_id(path)?;
    // Moderators may take a listing off the market and put it back; the domain rules limit which changes they may
    // make.
    if caller.require(Right::Moderate).is_err() {
        app.changeable(&caller, id).await?;
    }
    let status = match query?.0 {
        Some(status) if body.is_empty => status,
        _ => body.value?.status,
    };
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    let command = PropertyCommand::ChangeStatus(status, app.by(&caller)?);
    app.execute(&caller, id, command, options, "Status changed").await
}

/// `DELETE /api/properties/{id}`: removes the listing for good. Repeating the request is safe.
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
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    let id = property_id(path)?;
    app.changeable(&caller, id).await?;
    nothing?;
    let options = conditions.options(&app.context, &caller, &[], &id);
    let done = app.run(&caller, id, PropertyCommand::Remove(app.by(&caller)?), options).await?;
    Ok(app.context.done(&caller, "Property removed", (), done.position).empty().into_response())
}

impl App {
    /// Runs a command and responds with the listing.
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
        let document = self.document(&listing, done.version, counts);
        let reply = self.context.done(caller, message, document, done.position);
        Ok(reply.etag(&etag(done.version, counts)).into_response())
    }
}

impl AppParts {
    pub(super) async fn run(
        &self,
        caller: &Caller,
        id: PropertyId,
        command: PropertyCommand,
        options: Options,
    ) -> Result<Executed<Property>, Failure> {
        let ends =
            matches!(command, PropertyCommand::Remove(_) | PropertyCommand::ChangeStatus(Status::Removed, _));
        let options = Options { unique_keys: UniqueKeys { take: Vec::new(), release_all: ends }, ..options };
        let done = self.context.execute::<Property>(&caller.actor(), id, command, options).await;
        let done = done.map_err(refused)?;
        self.written.note(&caller.tenant, id, done.version);
        Ok(done)
    }
}
