//! An API key: lets a partner's program do what the key's scopes allow, and nothing else.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::aggregate::{Aggregate, EventKind};
use crate::id::{ApiKeyId, UserId};
use crate::time::Timestamp;

/// What a key may do. The operations of each scope are listed in the HTTP layer.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, ToSchema,
)]
pub enum ApiKeyScope {
    /// Reads homes that anybody may see, and the figures of the market.
    #[serde(rename = "listings:read")]
    ListingsRead,
    /// Reads the product catalogue.
    #[serde(rename = "products:read")]
    ProductsRead,
    /// Changes the product catalogue.
    #[serde(rename = "products:write")]
    ProductsWrite,
    /// Reads the log of events.
    #[serde(rename = "events:read")]
    EventsRead,
}

impl ApiKeyScope {
    /// All scopes with their names.
    pub const ALL: [(&'static str, Self); 4] = [
        ("listings:read", Self::ListingsRead),
        ("products:read", Self::ProductsRead),
        ("products:write", Self::ProductsWrite),
        ("events:read", Self::EventsRead),
    ];

    /// The scope of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self, &'static str> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, scope)| *scope);
        found.ok_or("must be some of listings:read, products:read, products:write, events:read")
    }

    /// The scope's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, scope)| *scope == self).map_or("", |(name, _)| name)
    }
}

/// The events of an API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum ApiKeyEvent {
    /// The key was created.
    #[serde(rename = "API_KEY_CREATED")]
    Created {
        /// The key's id.
        api_key_id: ApiKeyId,
        /// The admin who created it.
        created_by: UserId,
        /// What it may do, and how often.
        #[serde(flatten)]
        grant: ApiKeyGrant,
        /// The SHA-256 of its secret, in hex.
        secret_sha256: String,
    },
    /// The key was revoked, for good.
    #[serde(rename = "API_KEY_REVOKED")]
    Revoked {
        /// The key's id.
        api_key_id: ApiKeyId,
    },
}

impl EventKind for ApiKeyEvent {}

/// What a key may do, until when, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyGrant {
    /// The name given by its creator.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<ApiKeyScope>,
    /// When it ends, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The most requests in a minute.
    pub requests_per_minute: u32,
}

/// The commands of an API key.
#[derive(Clone, Debug)]
pub enum ApiKeyCommand {
    /// Create the key.
    Create {
        /// The key's id.
        id: ApiKeyId,
        /// The admin who creates it.
        created_by: UserId,
        /// What it may do.
        grant: ApiKeyGrant,
        /// The SHA-256 of its secret, in hex.
        secret_sha256: String,
    },
    /// Revoke it.
    Revoke,
}

/// Why a command is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyRejection {
    /// There is no such key.
    #[error("there is no such API key")]
    Unknown,
    /// A key with this id was created before.
    #[error("the API key exists already")]
    Exists,
}

/// The state of an API key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    /// Set once it is created.
    pub details: Option<ApiKeyDetails>,
    /// It was revoked.
    pub revoked: bool,
}

/// The details of an API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyDetails {
    /// The key's id.
    pub id: ApiKeyId,
    /// The admin who created it.
    pub created_by: UserId,
    /// What it may do.
    pub grant: ApiKeyGrant,
    /// The SHA-256 of its secret, in hex.
    pub secret_sha256: String,
    /// When it was created.
    pub created_at: Timestamp,
}

impl ApiKey {
    /// The key, unless it was revoked.
    #[must_use]
    pub fn present(&self) -> Option<&ApiKeyDetails> {
        self.details.as_ref().filter(|_| !self.revoked)
    }
}

impl Aggregate for ApiKey {
    const TYPE: &'static str = "api-key";
    type Command = ApiKeyCommand;
    type Event = ApiKeyEvent;
    type Rejection = ApiKeyRejection;

    fn decide(&self, command: ApiKeyCommand, _: Timestamp) -> Result<Vec<ApiKeyEvent>, ApiKeyRejection> {
        match command {
            ApiKeyCommand::Create { .. } if self.details.is_some() => Err(ApiKeyRejection::Exists),
            ApiKeyCommand::Create { id: api_key_id, created_by, grant, secret_sha256 } => {
                Ok(vec![ApiKeyEvent::Created { api_key_id, created_by, grant, secret_sha256 }])
            }
            ApiKeyCommand::Revoke => {
                let api_key_id = self.present().ok_or(ApiKeyRejection::Unknown)?.id;
                Ok(vec![ApiKeyEvent::Revoked { api_key_id }])
            }
        }
    }

    fn evolve(&mut self, event: &ApiKeyEvent, at: Timestamp) {
        match event {
            ApiKeyEvent::Created { api_key_id, created_by, grant, secret_sha256 } => {
                self.details = Some(ApiKeyDetails {
                    id: *api_key_id,
                    created_by: *created_by,
                    grant: grant.clone(),
                    secret_sha256: secret_sha256.clone(),
                    created_at: at,
                });
            }
            ApiKeyEvent::Revoked { .. } => self.revoked = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Ids;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn create() -> ApiKeyCommand {
        let grant = ApiKeyGrant {
            name: "Their shop".into(),
            scopes: [ApiKeyScope::ProductsRead].into(),
            expires_at: None,
            requests_per_minute: 60,
        };
        let (id, created_by) = (Ids.id(NOW), Ids.id(NOW));
        ApiKeyCommand::Create { id, created_by, grant, secret_sha256: "ab".repeat(32) }
    }

    fn done(state: &mut ApiKey, command: ApiKeyCommand) {
        for event in state.decide(command, NOW).unwrap() {
            state.evolve(&event, NOW);
        }
    }

    #[test]
    fn a_key_is_created_once_and_revoked_once() {
        let mut state = ApiKey::default();
        assert_eq!(state.decide(ApiKeyCommand::Revoke, NOW), Err(ApiKeyRejection::Unknown));
        done(&mut state, create());
        assert_eq!(state.decide(create(), NOW), Err(ApiKeyRejection::Exists));
        assert!(state.present().is_some());
        done(&mut state, ApiKeyCommand::Revoke);
        assert_eq!(state.present(), None);
        assert_eq!(state.decide(ApiKeyCommand::Revoke, NOW), Err(ApiKeyRejection::Unknown));
        assert_eq!(state.decide(create(), NOW), Err(ApiKeyRejection::Exists));
    }

    #[test]
    fn every_scope_has_one_name() {
        for (name, scope) in ApiKeyScope::ALL {
            assert_eq!((ApiKeyScope::named(name), scope.name()), (Ok(scope), name));
            assert_eq!(serde_json::to_value(scope).unwrap(), name);
        }
        assert!(ApiKeyScope::named("products").is_err());
    }
}
