//! Webhooks as admins see them.

use std::collections::BTreeSet;

use domain::webhook::{DisabledReason, Subscription, WebhookDetails};
use domain::{TenantId, Timestamp, UserId, Version, WebhookId};
use journal::KeyRing;
use serde::Serialize;
use utoipa::ToSchema;

use crate::webhooks::signature::SigningSecret;

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
pub struct WebhookDocument {
    id: WebhookId,
    url: String,
    events: BTreeSet<String>,
    description: Option<String>,
    enabled: bool,
    /// Why it is disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    disabled_reason: Option<DisabledReason>,
    /// Until when the earlier secret signs, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    previous_secret_until: Option<Timestamp>,
    created_by: UserId,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: Version,
}

impl WebhookDocument {
    pub fn of(details: WebhookDetails, version: Version) -> Self {
        let WebhookDetails { id, created_by, subscription, disabled, created_at, updated_at, .. } = details;
        let Subscription { url, events, description } = subscription;
        let previous_secret_until = details.previous_secret.map(|(_, until)| until);
        Self {
            id,
            url,
            events,
            description,
            enabled: disabled.is_none(),
            disabled_reason: disabled,
            previous_secret_until,
            created_by,
            created_at,
            updated_at,
            version,
        }
    }
}

/// A webhook with its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookWithSecret {
    #[serde(flatten)]
    webhook: WebhookDocument,
    /// Signs its messages. It is shown this once.
    #[schema(examples("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))]
    secret: String,
}

impl WebhookWithSecret {
    pub fn of(keys: &KeyRing, tenant: &TenantId, details: WebhookDetails, version: Version) -> Self {
        let secret = SigningSecret::derived(keys, tenant, details.id, &details.secret_nonce).text();
        Self { webhook: WebhookDocument::of(details, version), secret }
    }
}
