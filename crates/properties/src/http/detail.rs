//! Viewing a listing. A caller sees their own changes at once, even if the read model is behind.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::fields::Choice;
use domain::property::Status;
use domain::user::User;
use domain::{Fields, Log, PropertyId};
use http_kit::docs::IfNoneMatch;
use http_kit::{ApiResponse, Caller, ClientTags, Failure, Query, Request};
use serde_json::{Map, Value};

use super::{is_insider, may_see, no_such_listing, property_id, removed};
use crate::document::{Counts, Document, etag};
use crate::listing_cache::CachedListing;
use crate::{App, visits};

/// A listing. If requested, it says whether the caller saved it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ListingDetail)]
struct Detail<'a> {
    #[serde(flatten)]
    #[schema(value_type = Document<'static>)]
    document: &'a serde_json::value::RawValue,
    #[schema(nullable = false)]
    is_favorited: Option<bool>,
    /// The statuses that the caller may set. Included with `isFavorited`, for signed-in people only.
    #[schema(nullable = false)]
    next_statuses: Option<Vec<Status>>,
}

const FOUND: &str = "Property found";

/// The query parameter `include=favorite`.
pub struct Include {
    favourite: bool,
}

impl Request for Include {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self { favourite: f.text("include", 1..=20).as_deref() == Some("favorite") })
    }

    fn about(_: &str) -> Option<&'static str> {
        Some(
            "`favorite` adds what is the caller's own: `isFavorited`, and `nextStatuses`, which they may move it to.",
        )
    }
}

/// `GET /api/properties/{id}`: returns the listing and counts a visit. `?include=favorite` adds whether the caller
/// saved it.
#[utoipa::path(
    get,
    path = "/api/properties/{id}",
    summary = "A home",
    params(Query<Include>, IfNoneMatch),
    responses(
        (status = 200, description = "The listing", body = ApiResponse<Detail<'static>>),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn get(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(include): Query<Include>,
    held: ClientTags,
) -> Result<Response, Failure> {
    let id = property_id(path)?;
    let Include { favourite } = include?;
    let known = app.visible(&caller, id).await?;
    visits::note(&app.visitors, &app.context, &caller, &known.listing).await?;
    let tag = etag(known.version, known.counts);
    if favourite {
        let (saved, document) = app.with_favourite(&caller, &known).await?;
        let tag = format!("{tag}-{}", u8::from(saved));
        return Ok(app.context.reply(FOUND, document).etag(&tag).unless(&held).into_response());
    }
    Ok(app.context.reply(FOUND, &known.body).etag(&tag).unless(&held).into_response())
}

/// `POST /api/properties/{id}/view`: counts a visit, without returning the listing.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/view",
    summary = "Note a visit",
    responses(
        (status = 204, description = "Noted; counted once a visitor and half an hour"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn view(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    let known = app.visible(&caller, property_id(path)?).await?;
    nothing?;
    visits::note(&app.visitors, &app.context, &caller, &known.listing).await?;
    Ok(app.context.reply("View noted", ()).empty().into_response())
}

fn shown(caller: &Caller, known: Arc<CachedListing>) -> Result<Arc<CachedListing>, Failure> {
    if known.listing.status == Status::Removed || known.owner_gone {
        return Err(removed());
    }
    // A suspension may end. Until then the listing is reported as unknown, not as removed.
    let seen =
        if known.owner_absent { is_insider(caller, &known.listing) } else { may_see(caller, &known.listing) };
    if seen { Ok(known) } else { Err(no_such_listing()) }
}

impl App {
    /// Loads the listing if this caller may see it.
    pub(super) async fn visible(
        &self,
        caller: &Caller,
        id: PropertyId,
    ) -> Result<Arc<CachedListing>, Failure> {
        let freshness = self.context.freshness_now(&self.status, caller, &[Log::Facts]);
        let known = if freshness.is_stale() { None } else { self.known(&caller.tenant, id).await? };
        // A listing that is not in the read model yet may be somebody's last write. It exists once that write was
        // answered.
        let known = match known {
            Some(known) if !self.written.are_ahead_of(&caller.tenant, id, known.version) => known,
            _ => self.folded_known(caller, id).await?,
        };
        shown(caller, known)
    }

    /// Like [`Self::visible`], but from the journal: what is recorded or revealed now must not depend on stale data.
    pub(super) async fn visible_now(
        &self,
        caller: &Caller,
        id: PropertyId,
    ) -> Result<Arc<CachedListing>, Failure> {
        let known = self.folded_known(caller, id).await?;
        let (owner, _) = self.context.aggregates.load::<User>(&caller.tenant, known.listing.owner).await?;
        let (owner_gone, owner_absent) = (owner.deleted, owner.is_absent());
        if (owner_gone, owner_absent) == (known.owner_gone, known.owner_absent) {
            return shown(caller, known);
        }
        let CachedListing { listing, version, counts, body, .. } = &*known;
        let listing = listing.clone();
        let version = *version;
        let counts = *counts;
        let body = body.clone();
        shown(caller, Arc::new(CachedListing { listing, version, counts, owner_gone, owner_absent, body }))
    }

    /// Loads the listing from the journal, which may be ahead of the read model.
    async fn folded_known(&self, caller: &Caller, id: PropertyId) -> Result<Arc<CachedListing>, Failure> {
        let (listing, version) = self.folded(&caller.tenant, id).await?;
        let behind = self.known(&caller.tenant, id).await?;
        let counts = behind.as_ref().map_or_else(Counts::default, |known| known.counts);
        let (owner_gone, owner_absent) =
            behind.map_or((false, false), |known| (known.owner_gone, known.owner_absent));
        let body = serde_json::value::to_raw_value(&self.document(&listing, version, counts));
        let body = body.map_err(|error| Failure::unavailable(&error))?;
        Ok(Arc::new(CachedListing { listing, version, counts, owner_gone, owner_absent, body }))
    }

    /// Whether the caller saved the listing, and the document with that added.
    async fn with_favourite(
        &self,
        caller: &Caller,
        known: &CachedListing,
    ) -> Result<(bool, Map<String, Value>), Failure> {
        let favourites = self.context.favourites(caller, true).await?;
        let saved = favourites.is_some_and(|favourites| favourites.hold(known.listing.id));
        let document = serde_json::to_value(&known.body).map_err(|error| Failure::unavailable(&error))?;
        let Value::Object(mut members) = document else { return Err(no_such_listing()) };
        members.insert("isFavorited".into(), saved.into());
        if let Ok(by) = self.by(caller) {
            // Only the journal knows whether a moderator holds the listing.
            let next = if is_insider(caller, &known.listing) {
                self.folded(&caller.tenant, known.listing.id).await?.0.next(by)
            } else {
                Vec::new()
            };
            let next = next.iter().map(|status| status.word().into()).collect();
            members.insert("nextStatuses".into(), Value::Array(next));
        }
        Ok((saved, members))
    }
}
