//! The routes of the listings service.

mod change;
mod create;
mod detail;
mod favourites;
mod images;
mod leads;
mod lists;
mod moderate;
mod people;
mod reports;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, patch, post};
use domain::property::{Listing, Property, PropertyRejection};
use domain::user::Role;
use domain::{FieldErrors, PropertyId, TenantId, Version};
use http_kit::{Caller, Failure, SignedIn};
use journal::ExecuteError;

use crate::App;

pub fn router(app: App) -> Router {
    Router::new()
        .route("/api/properties", post(create::create).get(lists::all))
        .route("/api/properties/my-properties", get(lists::own))
        .route("/api/properties/favorites", get(lists::favourites))
        .route("/api/properties/featured", get(lists::featured))
        .route("/api/properties/recent", get(lists::recent))
        .route("/api/properties/user/{userId}", get(lists::of_person))
        .route("/api/users/{id}/properties", get(lists::of_person))
        .route("/api/properties/{id}", get(detail::get).put(change::edit).delete(change::remove))
        .route("/api/properties/{id}/status", patch(change::status))
        .route("/api/properties/{id}/images", post(images::add))
        .route("/api/properties/{id}/view", post(detail::view))
        .route("/api/properties/{id}/share", post(people::share))
        .route("/api/properties/{id}/contact", get(people::contact))
        .route("/api/properties/{id}/favorite", post(favourites::save).delete(favourites::unsave))
        .route("/api/properties/{id}/feature", post(moderate::feature))
        .route("/api/properties/{id}/verify", post(moderate::verify))
        .route("/api/properties/{id}/approve", post(moderate::approve))
        .route("/api/properties/{id}/reject", post(moderate::reject))
        .route("/api/properties/{id}/report", post(reports::report))
        .route("/api/properties/{id}/leads", post(leads::make))
        .route("/api/leads", get(leads::list))
        .route("/api/leads/{id}", patch(leads::follow_up))
        .route("/api/moderation/queue", get(reports::queue))
        .route("/api/public/properties", get(lists::all))
        .route("/api/public/properties/featured", get(lists::featured))
        .route("/api/public/properties/{id}", get(detail::get))
        .with_state(app)
}

fn no_such_listing() -> Failure {
    Failure::not_found("PROPERTY_NOT_FOUND", "there is no such listing")
}

fn removed() -> Failure {
    Failure::gone("PROPERTY_REMOVED", "the listing was removed")
}

/// The id in the path; whatever is no id names no listing.
fn property_id(Path(id): Path<String>) -> Result<PropertyId, Failure> {
    id.parse().map_err(|_| no_such_listing())
}

/// Whether a listing that is not removed exists for `caller`.
fn may_see(caller: &Caller, listing: &Listing) -> bool {
    let insider = |person: SignedIn| {
        person.user == listing.owner || matches!(person.role, Role::Admin | Role::Moderator | Role::Support)
    };
    listing.status.is_public() || caller.signed_in.is_some_and(insider)
}

/// What the rules refuse, as clients see it.
fn refused(error: ExecuteError<PropertyRejection>) -> Failure {
    match error {
        ExecuteError::Rejected(PropertyRejection::Unknown) => no_such_listing(),
        ExecuteError::Rejected(PropertyRejection::Removed) => removed(),
        ExecuteError::Rejected(reason @ PropertyRejection::Transition { .. }) => {
            Failure::conflict("STATUS_TRANSITION", reason.to_string())
        }
        ExecuteError::Rejected(reason @ PropertyRejection::TooManyImages) => Failure {
            fields: FieldErrors::one("fileIds", reason.to_string()),
            ..Failure::conflict("TOO_MANY_IMAGES", reason.to_string())
        },
        other => http_kit::refused(other),
    }
}

impl App {
    /// The listing as the journal has it now, removed ones included.
    async fn folded(&self, tenant: &TenantId, id: PropertyId) -> Result<(Listing, Version), Failure> {
        let (state, version) = self.kit.ledger.load::<Property>(tenant, id).await?;
        state.listing.map(|listing| (listing, version)).ok_or_else(no_such_listing)
    }

    /// [`Self::folded`], for a listing that `caller` may change.
    async fn changeable(&self, caller: &Caller, id: PropertyId) -> Result<Listing, Failure> {
        caller.person()?;
        let (listing, _) = self.folded(&caller.tenant, id).await?;
        caller.require(http_kit::Right::Change(listing.owner)).map_err(|refusal| {
            // Whoever may not even see a listing learns nothing about it.
            if may_see(caller, &listing) { refusal } else { no_such_listing() }
        })?;
        Ok(listing)
    }
}
