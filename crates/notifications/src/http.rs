//! The operations: read the request, check the right, hand over, answer.

pub mod inbox;
mod mailbox;
mod preferences;
mod requests;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use bus::GroupStatus;
use http_kit::AppContext;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Notifications;

/// What handlers share.
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
    // One pattern for both: of a person when it is read, of a notification when it is deleted.
    let of_people = Router::new().route("/api/notifications/{id}", get(inbox::list)).with_state(site.clone());
    Router::from(routes().with_state(site)).merge(of_people)
}

/// The operations, documented where they are answered; `GET /api/notifications/{userId}` is [`of_people`].
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(mailbox::letters))
        .routes(routes!(requests::email))
        .routes(routes!(requests::sms))
        .routes(routes!(preferences::choose))
        .routes(routes!(preferences::shown))
        .routes(routes!(inbox::delete))
        .routes(routes!(inbox::read))
}

/// The one whose pattern is another's in the router, and has a name of its own in the document.
pub fn of_people() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(inbox::list))
}

impl App {
    pub fn context(&self) -> &AppContext {
        &self.notifications.context
    }
}
