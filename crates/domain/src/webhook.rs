//! A webhook: a tenant's wish to be sent its events, signed, to an address of its own.
//!
//! The journal holds no secret: a secret is derived from the installation's key and a nonce.

mod events;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::aggregate::Aggregate;
use crate::id::{UserId, WebhookId};
use crate::time::Timestamp;

pub use events::{DisabledReason, EVERY_EVENT, Subscription, WebhookEvent};

/// A change to a webhook. Absent fields stay as they are.
#[derive(Clone, Debug, Default)]
pub struct WebhookChange {
    /// The new address.
    pub url: Option<String>,
    /// The new names of events.
    pub events: Option<BTreeSet<String>>,
    /// The new description; `Some(None)` removes it.
    pub description: Option<Option<String>>,
    /// Off or on.
    pub enabled: Option<bool>,
}

/// The commands of a webhook.
#[derive(Clone, Debug)]
pub enum WebhookCommand {
    /// Create the webhook.
    Create {
        /// The webhook's id.
        id: WebhookId,
        /// The admin who creates it.
        created_by: UserId,
        /// What is sent where.
        subscription: Subscription,
        /// The nonce that its secret is derived from.
        secret_nonce: String,
    },
    /// Change it.
    Change(WebhookChange),
    /// Delete it.
    Delete,
    /// Give it a new secret.
    RotateSecret {
        /// The nonce that the new secret is derived from.
        nonce: String,
        /// For how many seconds the old secret signs, too.
        overlap_seconds: i64,
    },
    /// Disable it.
    Disable(DisabledReason),
    /// Enable it again.
    Enable,
    /// Send a test message.
    Test,
}

/// Why a command is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRejection {
    /// There is no such webhook.
    #[error("there is no such webhook")]
    Unknown,
    /// A webhook with this id was created before.
    #[error("the webhook exists already")]
    Exists,
}

/// The state of a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// Set once it is created.
    pub details: Option<WebhookDetails>,
    /// It was deleted.
    pub deleted: bool,
}

/// The details of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDetails {
    /// The webhook's id.
    pub id: WebhookId,
    /// The admin who created it.
    pub created_by: UserId,
    /// What is sent where.
    pub subscription: Subscription,
    /// Why it is disabled, if it is.
    pub disabled: Option<DisabledReason>,
    /// The nonce of its secret.
    pub secret_nonce: String,
    /// The nonce of its earlier secret, and until when that one signs, too.
    pub previous_secret: Option<(String, Timestamp)>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Since when it is enabled.
    pub enabled_at: Timestamp,
}

impl Webhook {
    /// The webhook, unless it was deleted.
    #[must_use]
    pub fn present(&self) -> Option<&WebhookDetails> {
        self.details.as_ref().filter(|_| !self.deleted)
    }
}

impl WebhookDetails {
    /// The nonces of the secrets that sign at `now`, the newest first.
    pub fn nonces(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        let previous = self.previous_secret.as_ref().filter(|(_, until)| now < *until);
        std::iter::once(self.secret_nonce.as_str()).chain(previous.map(|(nonce, _)| nonce.as_str()))
    }

    fn change(&self, change: WebhookChange) -> Vec<WebhookEvent> {
        let (webhook_id, before) = (self.id, &self.subscription);
        let subscription = Subscription {
            url: change.url.unwrap_or_else(|| before.url.clone()),
            events: change.events.unwrap_or_else(|| before.events.clone()),
            description: change.description.unwrap_or_else(|| before.description.clone()),
        };
        let mut events = Vec::new();
        if subscription != *before {
            events.push(WebhookEvent::Changed { webhook_id, subscription });
        }
        match change.enabled {
            Some(true) => events.extend(self.enable()),
            Some(false) => events.extend(self.disable(DisabledReason::ByAdmin)),
            None => {}
        }
        events
    }

    fn enable(&self) -> Option<WebhookEvent> {
        self.disabled.map(|_| WebhookEvent::Enabled { webhook_id: self.id })
    }

    fn disable(&self, reason: DisabledReason) -> Option<WebhookEvent> {
        self.disabled.is_none().then_some(WebhookEvent::Disabled { webhook_id: self.id, reason })
    }
}

impl Aggregate for Webhook {
    const TYPE: &'static str = "webhook";
    type Command = WebhookCommand;
    type Event = WebhookEvent;
    type Rejection = WebhookRejection;

    fn decide(&self, command: WebhookCommand, now: Timestamp) -> Result<Vec<WebhookEvent>, WebhookRejection> {
        if let WebhookCommand::Create { id, created_by, subscription, secret_nonce } = command {
            if self.details.is_some() {
                return Err(WebhookRejection::Exists);
            }
            return Ok(vec![WebhookEvent::Created {
                webhook_id: id,
                created_by,
                subscription,
                secret_nonce,
            }]);
        }
        let details = self.present().ok_or(WebhookRejection::Unknown)?;
        let webhook_id = details.id;
        Ok(match command {
            WebhookCommand::Create { .. } => Vec::new(),
            WebhookCommand::Change(change) => details.change(change),
            WebhookCommand::Delete => vec![WebhookEvent::Deleted { webhook_id }],
            WebhookCommand::RotateSecret { nonce: secret_nonce, overlap_seconds } => {
                let previous_until = now.plus_seconds(overlap_seconds);
                vec![WebhookEvent::SecretRotated { webhook_id, secret_nonce, previous_until }]
            }
            WebhookCommand::Disable(reason) => details.disable(reason).into_iter().collect(),
            WebhookCommand::Enable => details.enable().into_iter().collect(),
            WebhookCommand::Test => vec![WebhookEvent::Tested { webhook_id }],
        })
    }

    fn evolve(&mut self, event: &WebhookEvent, at: Timestamp) {
        if let WebhookEvent::Created { webhook_id, created_by, subscription, secret_nonce } = event {
            self.details = Some(WebhookDetails {
                id: *webhook_id,
                created_by: *created_by,
                subscription: subscription.clone(),
                disabled: None,
                secret_nonce: secret_nonce.clone(),
                previous_secret: None,
                created_at: at,
                updated_at: at,
                enabled_at: at,
            });
            return;
        }
        let Some(details) = &mut self.details else { return };
        match event {
            // A test changes nothing, not even the time of the last change.
            WebhookEvent::Created { .. } | WebhookEvent::Tested { .. } => return,
            WebhookEvent::Changed { subscription, .. } => details.subscription = subscription.clone(),
            WebhookEvent::Deleted { .. } => self.deleted = true,
            WebhookEvent::SecretRotated { secret_nonce, previous_until, .. } => {
                let previous = std::mem::replace(&mut details.secret_nonce, secret_nonce.clone());
                details.previous_secret = Some((previous, *previous_until));
            }
            WebhookEvent::Disabled { reason, .. } => details.disabled = Some(*reason),
            WebhookEvent::Enabled { .. } => {
                details.disabled = None;
                details.enabled_at = at;
            }
        }
        details.updated_at = at;
    }
}

#[cfg(test)]
mod tests;
