//! `POST /api/properties`: creates a listing.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::property::draft::Draft;
use domain::property::{Listing, Property, PropertyCommand};
use domain::quota::Quota;
use domain::{FieldErrors, Fields, PropertyId, TenantId, UserId, Version};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Request, read};
use journal::{ExecuteError, Options, UniqueKey, UniqueKeys};
use serde_json::{Map, Value, json};

use super::images::urls::{self, ImageUrls, too_many};
use super::refused;
use crate::App;
use crate::document::{Counts, Document, etag};

/// See [`NewListing`].
pub type NewListingBody = Body<NewListing>;

/// The body of `POST /api/properties`.
pub struct NewListing {
    pub(super) draft: Draft,
    source_reference: Option<String>,
    image_urls: ImageUrls,
}

impl Request for NewListing {
    const NAME: &'static str = "NewListing";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let source_reference = source_reference(f);
        let image_urls = ImageUrls::read(f);
        Draft::read(f).map(|draft| Self { draft, source_reference, image_urls })
    }

    fn about(member: &str) -> Option<&'static str> {
        about_listing(member)
    }

    fn example() -> Value {
        json!({"title": "Three bedrooms near the lake", "location": "Miyapur", "price": 8_500_000,
            "propertyType": "APARTMENT", "bedrooms": 3, "bathrooms": 2, "areaSqft": 1650,
            "amenities": ["Lift", "Power backup"], "furnishedStatus": "SEMI_FURNISHED",
            "contactName": "Owner", "contactPhone": "+91 98765-43210"})
    }
}

/// The reference that its owner knows a listing by.
fn source_reference(f: &mut Fields<'_>) -> Option<String> {
    f.text("sourceReference", 1..=100)
}

struct KeptReference(String);

impl Request for KeptReference {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let kept = source_reference(f);
        f.required("sourceReference", kept).map(Self)
    }
}

/// A reference in the form that is kept: its listing is looked up by it, in whatever form it is written.
///
/// # Errors
/// When it is blank, or can be no reference.
pub(crate) fn kept_reference(reference: &str) -> Result<String, FieldErrors> {
    let members = Map::from_iter([("sourceReference".to_owned(), Value::from(reference))]);
    let KeptReference(kept) = read::<KeptReference>(members).map_err(|invalid| invalid.errors)?;
    Ok(kept)
}

/// Describes a listing's fields for the API documentation.
pub(crate) fn about_listing(member: &str) -> Option<&'static str> {
    Some(match member {
        "location" => "The locality.",
        "city" => "The tenant's own unless given.",
        "area" => "In `areaUnit`; wins over `areaSqft`.",
        "floorNumber" => "Not above `totalFloors`.",
        "plotUse" => "Of plots only.",
        "latitude" | "longitude" => "Both or none.",
        "imageUrls" => {
            "Addresses of the caller's own images, as answers to uploads have them: they become photos, in this order."
        }
        "sourceReference" => "Where the listing comes from: the same one cannot be listed twice by a person.",
        _ => return None,
    })
}

/// Creates a listing that belongs to the caller. Images of theirs that `imageUrls` names become its photos; the first is
/// the primary one.
#[utoipa::path(
    post,
    path = "/api/properties",
    summary = "Put a home on the market",
    params(IdempotencyKey),
    request_body = NewListingBody,
    responses(
        (status = 201, description = "The listing", body = ApiResponse<Document<'static>>),
        (status = 403, description = "The caller has as many homes as they may: `QUOTA_EXCEEDED`"),
        (status = 409, description = "The source was listed before, or the key is in use"),
    ),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
    headers: HeaderMap,
    body: NewListingBody,
) -> Result<Response, Failure> {
    let owner = caller.person()?.user;
    nothing?;
    let listing = body.value?;
    let id: PropertyId = app.context.aggregates.fresh().into();
    let limits = app.context.limits(&caller, &[Quota::Homes]).await?;
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    let options = Options { limits: limits.clone(), ..options };
    let (command, options) = app.to_list(&caller, (owner, id), (listing, &headers), options).await?;
    match app.context.execute::<Property>(&caller.actor(), id, command, options).await {
        Ok(done) => {
            let listing =
                done.state.listing.ok_or_else(|| Failure::unavailable(&"a new listing has no state"))?;
            let left = app.context.quota_left(&caller, &limits).await?;
            Ok(created(&app, &caller, (&listing, done.version), done.position, &left))
        }
        Err(ExecuteError::Taken { owner: listed, .. }) => Err(Failure {
            fields: FieldErrors::one("sourceReference", format!("is listed already as {}", listed.id)),
            ..Failure::conflict("SOURCE_REFERENCE_TAKEN", "you listed this source before")
        }),
        Err(other) => Err(too_many(urls::FIELD, refused(other))),
    }
}

fn created(
    app: &App,
    caller: &Caller,
    (listing, version): (&Listing, Version),
    position: Option<domain::Position>,
    left: &str,
) -> Response {
    let counts = Counts::default();
    let document = app.document(listing, version, counts);
    let message = if listing.awaits_confirmation {
        "Property created; it goes on the market when you have confirmed your e-mail address"
    } else {
        "Property created"
    };
    let reply = app.context.done(caller, message, document, position);
    let reply = reply.created(&format!("/api/properties/{}", listing.id)).quota_left(left);
    reply.etag(&etag(version, counts)).into_response()
}

impl App {
    /// The command that lists a home of `owner`, who is the caller, with the options it needs.
    pub(super) async fn to_list(
        &self,
        caller: &Caller,
        (owner, id): (UserId, PropertyId),
        (listing, headers): (NewListing, &HeaderMap),
        options: Options,
    ) -> Result<(PropertyCommand, Options), Failure> {
        let tenant = self.context.tenants.get(&caller.tenant);
        let city = tenant.map_or("Hyderabad", |tenant| &tenant.city);
        let NewListing { draft, source_reference, image_urls } = listing;
        let content = draft.owned_by(owner, city);
        let key =
            source_reference.as_deref().map(|reference| self.source_key(&caller.tenant, owner, reference));
        let unique_keys = UniqueKeys::taking(key.into_iter().collect());
        let options = Options { new_stream: true, unique_keys, ..options };
        let moderated = tenant.is_some_and(|tenant| tenant.moderation);
        let holds = tenant.is_some_and(|tenant| tenant.hold_unconfirmed);
        let awaits_confirmation = holds && !caller.has_confirmed(&self.context).await?;
        let command =
            PropertyCommand::List { id, owner, content, source_reference, moderated, awaits_confirmation };
        let command = self.with_images(caller, (id, None), (&image_urls, headers), command, &options).await?;
        Ok((command, options))
    }

    /// The unique key of a source reference: an owner can use each reference for one listing only.
    pub(super) fn source_key(&self, tenant: &TenantId, owner: UserId, reference: &str) -> UniqueKey {
        self.context.aggregates.keys().unique_key(tenant, "source", &format!("{owner}|{reference}"))
    }
}
