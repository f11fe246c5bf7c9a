//! The operations under `/api/v1/admin/webhooks` and `/api/v1/admin/api-keys`. Admins of a tenant manage them.

mod api_keys;
mod change;
mod create;
mod deliveries;
mod document;
mod lists;
mod requests;
mod secrets;

use axum::Router;
use axum::extract::FromRef;
use bus::GroupStatus;
use domain::WebhookId;
use domain::webhook::{Webhook, WebhookCommand, WebhookDetails, WebhookRejection};
use http_kit::{AppContext, Caller, Conditions, Failure, Right, refused};
use journal::{ExecuteError, Executed, Options};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Partners;

/// Shared handler state.
#[derive(Clone, Debug)]
pub struct App {
    pub partners: Partners,
    pub status: GroupStatus,
}

impl FromRef<App> for AppContext {
    fn from_ref(app: &App) -> Self {
        app.partners.context.clone()
    }
}

pub fn router(app: App) -> Router {
    routes().with_state(app).into()
}

/// The routes with their OpenAPI documentation.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(lists::all, create::create))
        .routes(routes!(lists::one, change::change, change::delete))
        .routes(routes!(secrets::rotate))
        .routes(routes!(change::enable))
        .routes(routes!(deliveries::test))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::redrive))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::revoke))
}

fn unknown() -> Failure {
    Failure::not_found("WEBHOOK_NOT_FOUND", "there is no such webhook")
}

fn failed(error: ExecuteError<WebhookRejection>) -> Failure {
    match error {
        ExecuteError::Rejected(WebhookRejection::Unknown) => unknown(),
        ExecuteError::OverQuota { most, .. } => {
            let message = format!("a site has at most {most} webhooks; delete one first");
            Failure::conflict("TOO_MANY_WEBHOOKS", message)
        }
        other => refused(other),
    }
}

impl App {
    fn context(&self) -> &AppContext {
        &self.partners.context
    }

    /// The id in a path, for an admin.
    fn webhook_id(caller: &Caller, id: &str) -> Result<WebhookId, Failure> {
        caller.require(Right::Administer)?;
        id.parse().map_err(|_| unknown())
    }

    /// The webhook with that id. A deleted one does not exist.
    async fn webhook(&self, caller: &Caller, id: WebhookId) -> Result<(WebhookDetails, u64), Failure> {
        let (webhook, version) = self.context().aggregates.load::<Webhook>(&caller.tenant, id).await?;
        Ok((webhook.present().cloned().ok_or_else(unknown)?, version))
    }

    /// Does `command` to the webhook under the request's conditions.
    async fn execute(
        &self,
        caller: &Caller,
        id: WebhookId,
        command: WebhookCommand,
        (conditions, body): (&Conditions, &[u8]),
    ) -> Result<(WebhookDetails, Executed<Webhook>), Failure> {
        let options = conditions.options(self.context(), caller, body, &id);
        let done = self.executed(caller, id, command, options).await?;
        // A repeat finds the webhook as it is now, perhaps deleted.
        Ok((done.state.details.clone().ok_or_else(unknown)?, done))
    }

    async fn executed(
        &self,
        caller: &Caller,
        id: WebhookId,
        command: WebhookCommand,
        options: Options,
    ) -> Result<Executed<Webhook>, Failure> {
        self.context().execute::<Webhook>(&caller.actor(), id, command, options).await.map_err(failed)
    }
}
