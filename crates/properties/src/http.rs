//! The routes of the listings service.

pub(crate) mod by_reference;
mod change;
pub(crate) mod create;
mod detail;
mod favourites;
mod images;
mod import;
mod leads;
mod lists;
mod looks;
mod moderate;
mod news;
mod people;
mod reports;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use domain::property::{By, Listing, Property, PropertyRejection};
use domain::user::Role;
use domain::{FieldErrors, PropertyId, TenantId, Version};
use http_kit::docs::also;
use http_kit::{Caller, Failure, SignedIn};
use journal::ExecuteError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{App, AppParts};

pub fn router(app: App) -> Router {
    routes().with_state(app).into()
}

/// All operations; each is documented at its handler.
pub fn routes() -> OpenApiRouter<App> {
    let routes = OpenApiRouter::new()
        .routes(routes!(create::create, lists::all))
        .routes(routes!(by_reference::put))
        .routes(routes!(import::start))
        .routes(routes!(import::template))
        .routes(routes!(import::report))
        .routes(routes!(lists::own))
        .routes(routes!(lists::favourites))
        .routes(routes!(news::saved))
        .routes(routes!(news::news))
        .routes(routes!(lists::featured))
        .routes(routes!(lists::recent))
        .routes(routes!(lists::of_person))
        .routes(routes!(detail::get, change::edit, change::remove))
        .routes(routes!(change::status))
        .routes(routes!(images::add))
        .routes(routes!(detail::view))
        .routes(routes!(people::share))
        .routes(routes!(people::contact))
        .routes(routes!(favourites::save, favourites::unsave))
        .routes(routes!(moderate::feature))
        .routes(routes!(moderate::verify))
        .routes(routes!(moderate::approve))
        .routes(routes!(moderate::reject))
        .routes(routes!(reports::report))
        .routes(routes!(leads::make))
        .routes(routes!(leads::list))
        .routes(routes!(leads::follow_up))
        .routes(routes!(looks::list))
        .routes(routes!(reports::queue));
    let routes =
        also(routes, "/api/users/{id}/properties", "/api/properties/user/{userId}", get(lists::of_person));
    let routes = also(routes, "/api/public/properties", "/api/properties", get(lists::all));
    let routes =
        also(routes, "/api/public/properties/featured", "/api/properties/featured", get(lists::featured));
    also(routes, "/api/public/properties/{id}", "/api/properties/{id}", get(detail::get))
}

fn no_such_listing() -> Failure {
    Failure::not_found("PROPERTY_NOT_FOUND", "there is no such listing")
}

fn removed() -> Failure {
    Failure::gone("PROPERTY_REMOVED", "the listing was removed")
}

/// Parses the id in the path. A malformed id names no listing.
fn property_id(Path(id): Path<String>) -> Result<PropertyId, Failure> {
    id.parse().map_err(|_| no_such_listing())
}

/// Whether `caller` may see a listing that was not removed.
fn may_see(caller: &Caller, listing: &Listing) -> bool {
    listing.status.is_public() || is_insider(caller, listing)
}

/// Whether `caller` is the listing's owner or staff: an admin, moderator or support agent.
fn is_insider(caller: &Caller, listing: &Listing) -> bool {
    let insider = |person: SignedIn| {
        person.user == listing.owner || matches!(person.role, Role::Admin | Role::Moderator | Role::Support)
    };
    caller.signed_in.is_some_and(insider)
}

/// Maps a rejected command to the failure that clients receive.
fn refused(error: ExecuteError<PropertyRejection>) -> Failure {
    match error {
        ExecuteError::Rejected(PropertyRejection::Unknown) => no_such_listing(),
        ExecuteError::Rejected(PropertyRejection::Removed) => removed(),
        ExecuteError::Rejected(reason @ PropertyRejection::Transition { .. }) => {
            Failure::conflict("STATUS_TRANSITION", reason.to_string())
        }
        ExecuteError::Rejected(reason @ PropertyRejection::Held) => {
            Failure::conflict("HELD_BY_MODERATOR", reason.to_string())
        }
        ExecuteError::Rejected(reason @ PropertyRejection::AwaitsConfirmation) => {
            Failure::conflict("AWAITS_CONFIRMATION", reason.to_string())
        }
        ExecuteError::Rejected(reason @ PropertyRejection::OwnListing) => {
            Failure { code: "OWN_LISTING", ..Failure::forbidden(&reason.to_string()) }
        }
        ExecuteError::Rejected(reason @ PropertyRejection::NotAllowed) => {
            Failure::forbidden(&reason.to_string())
        }
        ExecuteError::Rejected(reason @ PropertyRejection::TooManyImages) => Failure {
            fields: FieldErrors::one("fileIds", reason.to_string()),
            ..Failure::conflict("TOO_MANY_IMAGES", reason.to_string())
        },
        other => http_kit::refused(other),
    }
}

impl AppParts {
    /// The caller, as the listing rules take it.
    fn by(&self, caller: &Caller) -> Result<By, Failure> {
        let person = caller.person()?;
        let moderated = self.context.tenants.get(&caller.tenant).is_some_and(|tenant| tenant.moderation);
        Ok(By { person: person.user, role: person.role, moderated })
    }

    /// Loads a listing from the journal, including removed ones.
    async fn folded(&self, tenant: &TenantId, id: PropertyId) -> Result<(Listing, Version), Failure> {
        let (state, version) = self.context.aggregates.load::<Property>(tenant, id).await?;
        state.listing.map(|listing| (listing, version)).ok_or_else(no_such_listing)
    }

    /// Like [`Self::folded`], but only for a listing that `caller` may change.
    async fn changeable(&self, caller: &Caller, id: PropertyId) -> Result<Listing, Failure> {
        caller.person()?;
        let (listing, _) = self.folded(&caller.tenant, id).await?;
        caller.require(http_kit::Right::Change(listing.owner)).map_err(|refusal| {
            // Do not reveal a listing to callers who may not see it.
            if may_see(caller, &listing) { refusal } else { no_such_listing() }
        })?;
        Ok(listing)
    }
}
