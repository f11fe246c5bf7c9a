//! The operations: read the request, check the right, hand over, answer.

mod asked;
mod inbox;
mod mailbox;
mod preferences;
mod requests;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use bus::Status;
use domain::UserId;
use domain::audit::AuditEvent;
use domain::user::User;
use http_kit::{Caller, Failure, Kit, Right};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Notifications;

/// What handlers share.
#[derive(Clone, Debug)]
pub struct Site {
    notifications: Notifications,
    status: Status,
}

impl FromRef<Site> for Kit {
    fn from_ref(site: &Site) -> Self {
        site.notifications.kit.clone()
    }
}

pub fn router(notifications: Notifications, status: Status) -> Router {
    let site = Site { notifications, status };
    // One pattern for both: of a person when it is read, of a notification when it is deleted.
    let of_people = Router::new().route("/api/notifications/{id}", get(inbox::list)).with_state(site.clone());
    Router::from(routes().with_state(site)).merge(of_people)
}

/// The operations, documented where they are answered; `GET /api/notifications/{userId}` is [`of_people`].
pub fn routes() -> OpenApiRouter<Site> {
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
pub fn of_people() -> OpenApiRouter<Site> {
    OpenApiRouter::new().routes(routes!(inbox::list))
}

fn unknown_person() -> Failure {
    Failure::not_found("USER_NOT_FOUND", "there is no such person")
}

/// The person a path names; `me` is whoever calls.
fn subject(caller: &Caller, id: &str) -> Result<UserId, Failure> {
    if caller.signed_in.is_none() || id == "me" {
        return Ok(caller.person()?.user);
    }
    id.parse().map_err(|_| unknown_person())
}

impl Site {
    fn kit(&self) -> &Kit {
        &self.notifications.kit
    }

    /// The person themselves, or an admin, whose look is on record before it is answered.
    async fn may_see(&self, caller: &Caller, user: UserId, operation: &str) -> Result<(), Failure> {
        let access = caller.require(Right::Change(user))?;
        if access.of_another {
            let (state, _) = self.kit().ledger.load::<User>(&caller.tenant, user).await?;
            state.person.ok_or_else(unknown_person)?;
            let event = AuditEvent::LookedAt { subject_id: user, operation: operation.to_owned() };
            caller.write_down(self.kit(), &event).await?;
        }
        Ok(())
    }
}
