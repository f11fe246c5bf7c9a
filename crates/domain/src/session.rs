//! A signed-in session. Sign-in, sign-out, revocation and reuse of a spent token are events; refreshing a token
//! is not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, EventKind};
use crate::id::{SessionId, UserId};
use crate::time::Timestamp;

/// The events of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum SessionEvent {
    /// A person signed in.
    #[serde(rename = "USER_LOGIN")]
    SignedIn {
        /// The session.
        session_id: SessionId,
        /// The person.
        user_id: UserId,
    },
    /// The person signed out.
    #[serde(rename = "USER_LOGOUT")]
    SignedOut {
        /// The session.
        session_id: SessionId,
    },
    /// The session was ended from elsewhere.
    #[serde(rename = "SESSION_REVOKED")]
    Revoked {
        /// The session.
        session_id: SessionId,
        /// The reason: `ended by the person`, `password changed`, …
        reason: String,
    },
    /// A spent refresh token was used again, so the whole session was ended.
    #[serde(rename = "REFRESH_REUSED")]
    RefreshReused {
        /// The session.
        session_id: SessionId,
    },
}

impl EventKind for SessionEvent {}

/// The commands of a session.
#[derive(Clone, Debug)]
pub enum SessionCommand {
    /// Sign in.
    SignIn(SessionId, UserId),
    /// Sign out, by the person.
    SignOut(SessionId),
    /// End the session from elsewhere, with the reason.
    Revoke(SessionId, String),
    /// End the session because a spent token was used again.
    ReportReuse(SessionId),
}

/// No command is rejected: ending a session that has ended changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionRejection {}

/// The state of a session.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Session {
    ended: bool,
}

impl Session {
    /// Whether the session has ended according to its events.
    #[must_use]
    pub const fn is_ended(&self) -> bool {
        self.ended
    }
}

impl Aggregate for Session {
    const TYPE: &'static str = "session";
    type Command = SessionCommand;
    type Event = SessionEvent;
    type Rejection = SessionRejection;

    fn decide(&self, command: SessionCommand, _: Timestamp) -> Result<Vec<SessionEvent>, SessionRejection> {
        Ok(match command {
            _ if self.ended => Vec::new(),
            SessionCommand::SignIn(session_id, user_id) => {
                vec![SessionEvent::SignedIn { session_id, user_id }]
            }
            SessionCommand::SignOut(session_id) => vec![SessionEvent::SignedOut { session_id }],
            SessionCommand::Revoke(session_id, reason) => vec![SessionEvent::Revoked { session_id, reason }],
            SessionCommand::ReportReuse(session_id) => vec![SessionEvent::RefreshReused { session_id }],
        })
    }

    fn evolve(&mut self, event: &SessionEvent, _: Timestamp) {
        self.ended = !matches!(event, SessionEvent::SignedIn { .. });
    }
}
