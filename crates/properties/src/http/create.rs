//! `POST /api/properties`

use super::asked::NewListingBody;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::property::{Content, Listing, Property, PropertyCommand};
use domain::quota::Quota;
use domain::{FieldErrors, Fields, PropertyId, UserId, Version};
use http_kit::Envelope;
use http_kit::docs::IdempotencyKey;
use http_kit::{Caller, Conditions, Failure, JsonObject};
use journal::{Claims, ExecuteError, Options};

use super::refused;
use crate::App;
use crate::document::{Counts, Document, etag};

/// Lists a property of the caller's.
#[utoipa::path(
    post,
    path = "/api/properties",
    summary = "Put a home on the market",
    params(IdempotencyKey),
    request_body = NewListingBody,
    responses(
        (status = 201, description = "The listing", body = Envelope<Document<'static>>),
        (status = 403, description = "The caller has as many homes as they may: `QUOTA_EXCEEDED`"),
        (status = 409, description = "The source was listed before, or the key is in use"),
    ),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Response, Failure> {
    let owner = caller.person()?.user;
    let tenant = app.kit.tenants.get(&caller.tenant);
    let city = tenant.map_or("Hyderabad", |tenant| &tenant.city);
    let mut fields = Fields::new(&body.members);
    let (content, source_reference) = asked(&mut fields, owner, city);
    let content = fields.finish(content)?;
    let id: PropertyId = app.kit.ledger.fresh().into();
    let limits = app.kit.limits(&caller, &[Quota::Homes]).await?;
    let options = Options {
        new_stream: true,
        limits: limits.clone(),
        claims: claims(&app, &caller, source_reference.as_deref())?,
        ..conditions.options(&app.kit, &caller, &body.bytes, &id)
    };
    let moderated = tenant.is_some_and(|tenant| tenant.moderation);
    let command = PropertyCommand::List { id, owner, content, source_reference, moderated };
    match app.kit.execute::<Property>(&caller.actor(), id, command, options).await {
        Ok(done) => {
            let listing =
                done.state.listing.ok_or_else(|| Failure::unavailable(&"a new listing has no state"))?;
            let left = app.kit.quota_left(&caller, &limits).await?;
            Ok(created(&app, &caller, (&listing, done.version), done.position, &left))
        }
        Err(ExecuteError::Taken { owner: listed, .. }) => Err(Failure {
            fields: FieldErrors::one("sourceReference", format!("is listed already as {}", listed.id)),
            ..Failure::conflict("SOURCE_REFERENCE_TAKEN", "you listed this source before")
        }),
        Err(other) => Err(refused(other)),
    }
}

pub fn asked(f: &mut Fields<'_>, owner: UserId, city: &str) -> (Option<Content>, Option<String>) {
    let source_reference = f.text("sourceReference", 1..=100);
    (Content::asked(f, owner, city), source_reference)
}

fn created(
    app: &App,
    caller: &Caller,
    (listing, version): (&Listing, Version),
    position: Option<domain::Position>,
    left: &str,
) -> Response {
    let counts = Counts::default();
    let document = Document::of(listing, version, counts);
    let reply = app.kit.done(caller, "Property created", document, position);
    let reply = reply.created(&format!("/api/properties/{}", listing.id)).quota_left(left);
    reply.etag(&etag(version, counts)).into_response()
}

/// A source reference belongs to one listing of one owner.
fn claims(app: &App, caller: &Caller, reference: Option<&str>) -> Result<Claims, Failure> {
    let Some(reference) = reference else { return Ok(Claims::default()) };
    let value = format!("{}|{reference}", caller.person()?.user);
    let claim = app.kit.ledger.keys().claim(&caller.tenant, "source", &value);
    Ok(Claims { take: vec![claim], release_all: false })
}
