//! A signed-in session. Starting, ending, revoking and the reuse of a spent token are events; renewing is not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, EventKind};
use crate::id::{SessionId, UserId};
use crate::time::Timestamp;

/// What has happened to a session.
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
        /// Why: `ended by the person`, `password changed`, …
        reason: String,
    },
    /// A spent refresh token came again: the whole family died.
    #[serde(rename = "REFRESH_REUSED")]
    RefreshReused {
        /// The session.
        session_id: SessionId,
    },
}

impl EventKind for SessionEvent {}

/// What a session can be asked.
#[derive(Clone, Debug)]
pub enum SessionCommand {
    /// Begin.
    SignIn(SessionId, UserId),
    /// End, by its own person.
    SignOut(SessionId),
    /// End, from elsewhere, with the reason.
    Revoke(SessionId, String),
    /// End, because a spent token came again.
    ReportReuse(SessionId),
}

/// A session refuses nothing: ending what has ended changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionRejection {}

/// A session's state.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Session {
    ended: bool,
}

impl Session {
    /// Whether it ended on record.
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
