//! Sharing a listing, and revealing its contact. Both are recorded durably before the response.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::activity::ActivityEvent;
use domain::audit::AuditEvent;
use domain::property::Status;
use domain::{Actor, Metadata, Personal, Position, StreamId};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Caller, Conditions, CountedAction, Failure, Query};
use journal::Idempotency;
use serde::Serialize;
use utoipa::ToSchema;

use super::{is_insider, property_id};
use crate::App;
use crate::document::snapshot;

/// The contact of a listing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ListingContact)]
#[expect(clippy::struct_field_names, reason = "clients of the earlier systems read these names")]
pub struct Reachable<'a> {
    contact_name: Option<&'a str>,
    contact_phone: Option<&'a str>,
    contact_email: Option<&'a str>,
}

/// `POST /api/properties/{id}/share`: records that the caller shared the listing.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/share",
    summary = "Note that a home was passed on",
    params(IdempotencyKey),
    responses((status = 204, description = "Noted"), (status = 410, description = "The listing was removed")),
)]
pub async fn share(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    caller.person()?;
    nothing?;
    let id = property_id(path)?;
    let known = app.visible_now(&caller, id).await?;
    let event = ActivityEvent::Shared { property_id: id, snapshot: snapshot(&known.listing) };
    let once = conditions.once(&app.context, &caller, &[], &id);
    let position = app.record(&caller, &event, once).await?;
    Ok(app.context.done(&caller, "Shared", (), Some(position)).empty().into_response())
}

/// `GET /api/properties/{id}/contact`: reveals the contact of a listing. The caller needs a confirmed e-mail address.
/// Requests are limited per day, and recorded.
#[utoipa::path(
    get,
    path = "/api/properties/{id}/contact",
    summary = "Whom to call about a home",
    responses(
        (status = 200, description = "The contact; its owner is shown that the caller looked, by first name", body = ApiResponse<Reachable<'static>>),
        (status = 403, description = "The caller's e-mail address is not confirmed"),
        (status = 409, description = "It is not on the market: then only its owner and those who look after the site are told"),
        (status = 410, description = "The listing was removed"),
        (status = 429, description = "As many as a person, or a network, is shown a day"),
    ),
)]
pub async fn contact(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.person()?;
    nothing?;
    let id = property_id(path)?;
    let known = app.visible_now(&caller, id).await?;
    let listing = &known.listing;
    if listing.status != Status::Active && !is_insider(&caller, listing) {
        return Err(Failure::conflict("NOT_ON_THE_MARKET", "the home is not on the market now"));
    }
    let owner_id = listing.owner;
    let position = if caller.user() == Some(owner_id) {
        None // an owner who reads their own contact learns nothing new
    } else {
        app.may_ask(&caller).await?;
        let event = ActivityEvent::ContactRevealed { property_id: id, snapshot: snapshot(listing), owner_id };
        Some(app.record(&caller, &event, None).await?)
    };
    let contact = listing.content.contact.as_ref().and_then(Personal::as_ref);
    let data = Reachable {
        contact_name: contact.and_then(|c| c.name.as_deref()),
        contact_phone: contact.and_then(|c| c.phone.as_deref()),
        contact_email: contact.and_then(|c| c.email.as_deref()),
    };
    Ok(app.context.done(&caller, "Contact", data, position).into_response())
}

impl App {
    /// Checks whether the caller may see one more contact today. The limit prevents collecting phone numbers in bulk.
    async fn may_ask(&self, caller: &Caller) -> Result<(), Failure> {
        let person = caller.confirmed(&self.context).await?.user;
        let daily = &self.context.daily;
        let own = || CountedAction::ContactOf(person.to_string());
        // Check the caller's own limit first: a refused caller must not use up the limit of their network.
        daily.check(own())?;
        if let Some(network) = caller.network() {
            daily.take(CountedAction::ContactFrom(network))?;
        }
        let seen = daily.take(own())?;
        if daily.is_unusual(seen) {
            self.note_unusual(caller, seen).await?;
        }
        Ok(())
    }

    /// Records that somebody looks up unusually many contacts; moderators are notified of it.
    async fn note_unusual(&self, caller: &Caller, contacts: u32) -> Result<(), Failure> {
        metrics::counter!("unusual_contact_looks_total").increment(1);
        let subject_id = caller.person()?.user;
        // The event has no acting user, so it does not appear in the person's own history.
        let metadata =
            Metadata { correlation_id: Some(caller.correlation.to_string()), ..Metadata::default() };
        let nobody = Actor { tenant: caller.tenant.clone(), user: None, metadata };
        let stream = StreamId::new(&caller.tenant, "audit", subject_id);
        let event = AuditEvent::UnusualLooking { subject_id, contacts };
        self.context.record(&nobody, stream, &event, None).await.map(|_| ())
    }

    async fn record(
        &self,
        caller: &Caller,
        event: &ActivityEvent,
        once: Option<Idempotency>,
    ) -> Result<Position, Failure> {
        let stream = StreamId::new(&caller.tenant, "activity", caller.person()?.user);
        Ok(self.context.record(&caller.actor(), stream, event, once).await?.position)
    }
}
