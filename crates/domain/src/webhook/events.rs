//! The events of a webhook.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::aggregate::EventKind;
use crate::id::{UserId, WebhookId};
use crate::time::Timestamp;

/// In a webhook's list of events: all of them.
pub const EVERY_EVENT: &str = "*";

/// The events of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum WebhookEvent {
    /// The webhook was created.
    #[serde(rename = "WEBHOOK_CREATED")]
    Created {
        /// The webhook's id.
        webhook_id: WebhookId,
        /// The admin who created it.
        created_by: UserId,
        /// What is sent where.
        #[serde(flatten)]
        subscription: Subscription,
        /// The nonce that its secret is derived from.
        secret_nonce: String,
    },
    /// What is sent where was changed; the event carries all of it.
    #[serde(rename = "WEBHOOK_UPDATED")]
    Changed {
        /// The webhook's id.
        webhook_id: WebhookId,
        /// What is sent where from now on.
        #[serde(flatten)]
        subscription: Subscription,
    },
    /// The webhook was deleted. Nothing more is sent to it.
    #[serde(rename = "WEBHOOK_DELETED")]
    Deleted {
        /// The webhook's id.
        webhook_id: WebhookId,
    },
    /// The webhook has a new secret. For a while, the old one signs, too.
    #[serde(rename = "WEBHOOK_SECRET_ROTATED")]
    SecretRotated {
        /// The webhook's id.
        webhook_id: WebhookId,
        /// The nonce that its new secret is derived from.
        secret_nonce: String,
        /// Until when the old secret signs, too.
        previous_until: Timestamp,
    },
    /// The webhook was disabled, by the system or by an admin. Events of the meantime are not sent.
    #[serde(rename = "WEBHOOK_DISABLED")]
    Disabled {
        /// The webhook's id.
        webhook_id: WebhookId,
        /// Why.
        reason: DisabledReason,
    },
    /// The webhook was enabled again.
    #[serde(rename = "WEBHOOK_ENABLED")]
    Enabled {
        /// The webhook's id.
        webhook_id: WebhookId,
    },
    /// An admin asked for a test message.
    #[serde(rename = "WEBHOOK_TESTED")]
    Tested {
        /// The webhook's id.
        webhook_id: WebhookId,
    },
}

impl EventKind for WebhookEvent {}

/// What is sent where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Where it is sent.
    pub url: String,
    /// The names of the events; [`EVERY_EVENT`] for all.
    pub events: BTreeSet<String>,
    /// What the webhook is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Why a webhook is disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DisabledReason {
    /// An admin switched it off.
    ByAdmin,
    /// The receiver answered 410: it wants nothing more.
    Gone,
    /// Several deliveries in a row used up their tries.
    DeliveriesFailed,
    /// The receiver accepted nothing for days.
    Unreachable,
}

impl DisabledReason {
    /// The reason's word in the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ByAdmin => "BY_ADMIN",
            Self::Gone => "GONE",
            Self::DeliveriesFailed => "DELIVERIES_FAILED",
            Self::Unreachable => "UNREACHABLE",
        }
    }
}
