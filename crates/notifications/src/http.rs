//! The operations: read the request, check the right, hand over, answer.

mod inbox;
mod mailbox;
mod preferences;
mod requests;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{delete, get, post, put};
use bus::Status;
use domain::UserId;
use domain::audit::AuditEvent;
use domain::user::User;
use http_kit::{Caller, Failure, Kit, Right};

use crate::Notifications;

/// What handlers share.
#[derive(Clone, Debug)]
struct Site {
    notifications: Notifications,
    status: Status,
}

impl FromRef<Site> for Kit {
    fn from_ref(site: &Site) -> Self {
        site.notifications.kit.clone()
    }
}

pub fn router(notifications: Notifications, status: Status) -> Router {
    Router::new()
        .route("/api/v1/admin/mailbox", get(mailbox::letters))
        .route("/api/notifications/email", post(requests::email))
        .route("/api/notifications/sms", post(requests::sms))
        .route("/api/notifications/preferences", put(preferences::choose))
        .route("/api/notifications/preferences/{userId}", get(preferences::shown))
        // One pattern for both: of a person when it is read, of a notification when it is deleted.
        .route("/api/notifications/{id}", get(inbox::list))
        .route("/api/notifications/{id}", delete(inbox::delete))
        .route("/api/notifications/{id}/read", put(inbox::read))
        .with_state(Site { notifications, status })
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
