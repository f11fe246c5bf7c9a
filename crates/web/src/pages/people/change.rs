//! What an administrator can change about an account, and what follows from it.

use serde_json::json;

use crate::api::Call;
use crate::flash::Flash;
use crate::key::Key;
use crate::labels::ROLES;
use crate::messages::key;

#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Suspend,
    /// Whether the person has confirmed their address: otherwise they wait for that again.
    Reinstate {
        confirmed: bool,
    },
    /// The code of the role.
    Role(&'static str),
}

impl Change {
    /// The change to a role of this code; `None` for a code that no role has.
    pub(super) fn role(code: &str) -> Option<Self> {
        ROLES.iter().find(|(role, _)| *role == code).map(|(role, _)| Self::Role(role))
    }

    /// The word for it in addresses.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Reinstate { .. } => "reinstate",
            Self::Role(_) => "role",
        }
    }

    /// The key of its title, which names the person and the role.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Suspend => key("people-suspend-title"),
            Self::Reinstate { .. } => key("people-reinstate-title"),
            Self::Role(_) => key("people-role-title"),
        }
    }

    /// The key of its button.
    pub(super) fn button(self) -> &'static str {
        match self {
            Self::Suspend => key("people-suspend"),
            Self::Reinstate { .. } => key("people-reinstate"),
            Self::Role(_) => key("people-role-change"),
        }
    }

    /// The keys of what follows.
    pub(super) fn follows(self) -> Vec<&'static str> {
        match self {
            Self::Suspend => vec![
                key("people-suspend-sessions"),
                key("people-suspend-homes"),
                key("people-suspend-enquiries"),
                key("people-suspend-kept"),
            ],
            Self::Reinstate { confirmed: true } => {
                vec![key("people-reinstate-sign-in"), key("people-reinstate-homes")]
            }
            Self::Reinstate { confirmed: false } => vec![
                key("people-reinstate-sign-in"),
                key("people-reinstate-homes"),
                key("people-reinstate-unconfirmed"),
            ],
            Self::Role(code) => vec![of_role(code), key("people-role-sessions")],
        }
    }

    pub(super) fn call(self, id: &Key) -> Call {
        match self {
            Self::Suspend => Call::patch(format!("/api/users/{id}/status"), json!({"status": "SUSPENDED"})),
            Self::Reinstate { confirmed } => {
                let status = if confirmed { "ACTIVE" } else { "PENDING_VERIFICATION" };
                Call::patch(format!("/api/users/{id}/status"), json!({ "status": status }))
            }
            Self::Role(code) => Call::patch(format!("/api/users/{id}/role"), json!({ "role": code })),
        }
    }

    pub(super) fn done(self) -> Flash {
        match self {
            Self::Suspend => Flash::PersonSuspended,
            Self::Reinstate { .. } => Flash::PersonReinstated,
            Self::Role(_) => Flash::RoleChanged,
        }
    }
}

/// The key of what somebody with a role may do.
fn of_role(code: &str) -> &'static str {
    match code {
        "MODERATOR" => key("people-role-moderator"),
        "SUPPORT" => key("people-role-support"),
        "ADMIN" => key("people-role-admin"),
        "SELLER" => key("people-role-seller"),
        _ => key("people-role-member"),
    }
}
