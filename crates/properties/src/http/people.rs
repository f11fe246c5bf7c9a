//! Passing a listing on, and asking whom to call. Both are durable before they are answered.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::activity::ActivityEvent;
use domain::{Personal, Position, StreamId};
use http_kit::{Caller, Conditions, Failure};
use journal::Idempotency;
use serde_json::json;

use super::property_id;
use crate::App;
use crate::document::snapshot;

/// `POST /api/properties/{id}/share`
pub async fn share(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    caller.person()?;
    let id = property_id(path)?;
    let known = app.visible_now(&caller, id).await?;
    let event = ActivityEvent::Shared { property_id: id, snapshot: snapshot(&known.listing) };
    let once = conditions.once(&app.kit, &caller, &[], &id);
    let position = app.record(&caller, &event, once).await?;
    Ok(app.kit.done(&caller, "Shared", (), Some(position)).empty().into_response())
}

/// `GET /api/properties/{id}/contact`: for signed-in people, limited, and written down.
pub async fn contact(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
) -> Result<Response, Failure> {
    caller.person()?;
    let id = property_id(path)?;
    let known = app.visible_now(&caller, id).await?;
    let listing = &known.listing;
    let owner_id = listing.owner;
    let position = if caller.user() == Some(owner_id) {
        None // one's own contact reveals nothing
    } else {
        let event = ActivityEvent::ContactRevealed { property_id: id, snapshot: snapshot(listing), owner_id };
        Some(app.record(&caller, &event, None).await?)
    };
    let contact = listing.content.contact.as_ref().and_then(Personal::as_ref);
    let data = json!({
        "contactName": contact.and_then(|c| c.name.as_deref()),
        "contactPhone": contact.and_then(|c| c.phone.as_deref()),
        "contactEmail": contact.and_then(|c| c.email.as_deref()),
    });
    Ok(app.kit.done(&caller, "Contact", data, position).into_response())
}

impl App {
    async fn record(
        &self,
        caller: &Caller,
        event: &ActivityEvent,
        once: Option<Idempotency>,
    ) -> Result<Position, Failure> {
        let stream = StreamId::new(&caller.tenant, "activity", caller.person()?.user);
        Ok(self.kit.record(&caller.actor(), stream, event, once).await?.position)
    }
}
