//! The operations: read the request, check the caller's right, execute, respond.

pub mod inbox;
mod mailbox;
mod preferences;
mod requests;
mod unsubscribe;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use bus::GroupStatus;
use http_kit::AppContext;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Notifications;

/// Shared handler state.
#[derive(Clone, Debug)]
pub struct App {
    pub notifications: Notifications,
    pub status: GroupStatus,
}

impl FromRef<App> for AppContext {
    fn from_ref(site: &App) -> Self {
        site.notifications.context.clone()
    }
}

pub fn router(site: App) -> Router {
    // One pattern for both operations: the id is a person's in a GET, and a notification's in a DELETE.
    let of_people = Router::new().route("/api/notifications/{id}", get(inbox::list)).with_state(site.clone());
    Router::from(routes().with_state(site)).merge(of_people)
}

/// All operations; each is documented at its handler. `GET /api/notifications/{userId}` is in [`of_people`].
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(mailbox::letters))
        .routes(routes!(mailbox::own))
        .routes(routes!(requests::email))
        .routes(routes!(requests::sms))
        .routes(routes!(unsubscribe::shown, unsubscribe::stop))
        .routes(routes!(preferences::choose))
        .routes(routes!(preferences::shown))
        .routes(routes!(inbox::delete))
        .routes(routes!(inbox::read))
}

/// The operation that shares its router pattern with another, but has its own parameter name in the API
/// documentation.
pub fn of_people() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(inbox::list))
}

impl App {
    pub fn context(&self) -> &AppContext {
        &self.notifications.context
    }
}
