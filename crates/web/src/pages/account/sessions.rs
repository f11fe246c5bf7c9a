//! Where a person is signed in, and how they end it.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;

use crate::Site;
use crate::api::{ApiError, Call, Page, SignedInAt};
use crate::device;
use crate::failure::Failure;
use crate::flash::Flash;
use crate::key::Key;
use crate::messages::Language;
use crate::visit::Visit;
use crate::when::Moment;

pub(super) struct Device {
    /// The session to end; `None` for the current device, which signs out in the usual way.
    pub(super) end: Option<Key>,
    pub(super) name: String,
    /// The network address that used it last.
    pub(super) address: Option<String>,
    pub(super) since: Option<Moment>,
    pub(super) used: Option<Moment>,
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/account/sessions/{id}/end", post(end))
        .route("/account/sessions/end-others", post(end_others))
}

pub(super) async fn devices(visit: &Visit) -> Result<Vec<Device>, ApiError> {
    let sessions: Page<SignedInAt> = visit.ask(Call::get("/api/auth/sessions")).await?;
    Ok(sessions.content.into_iter().map(|session| Device::of(visit.language, session)).collect())
}

async fn end(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.tell(Call::delete(format!("/api/auth/sessions/{id}"))).await?;
    Ok(visit.go("/account", Some(Flash::SessionEnded)))
}

async fn end_others(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    for other in devices(&visit).await?.into_iter().filter_map(|device| device.end) {
        match visit.tell(Call::delete(format!("/api/auth/sessions/{other}"))).await {
            Ok(()) => {}
            // It ended meanwhile.
            Err(ApiError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(visit.go("/account", Some(Flash::OtherSessionsEnded)))
}

impl Device {
    fn of(language: Language, session: SignedInAt) -> Self {
        Self {
            end: if session.current { None } else { Key::parse(&session.id) },
            name: device::in_words(language, session.user_agent.as_deref()),
            address: session.ip_address,
            since: Moment::parse_some(session.created_at.as_ref()),
            used: Moment::parse_some(session.last_used_at.as_ref()),
        }
    }
}
