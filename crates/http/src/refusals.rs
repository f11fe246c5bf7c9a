//! Converts refusals of the journal and of aggregates into failures for clients.

use std::fmt::Display;

use axum::http::StatusCode;
use journal::keys::KeyError;
use journal::{DecodeError, ExecuteError, LoadError};

use crate::failure::Failure;
use crate::quotas::over_quota;

/// The failure of a command that was not done. Rejections by rules become conflicts, unless the service maps them to
/// something better.
pub fn refused<R: Display>(error: ExecuteError<R>) -> Failure {
    match error {
        ExecuteError::Rejected(reason) => Failure::conflict("NOT_ALLOWED_NOW", reason.to_string()),
        ExecuteError::Precondition { actual } => Failure::new(
            StatusCode::PRECONDITION_FAILED,
            "VERSION_CHANGED",
            format!("it was changed meanwhile and is at version {actual}; load it again"),
        ),
        ExecuteError::Taken { kind, .. } => Failure::conflict("TAKEN", format!("the {kind} is taken")),
        ExecuteError::OverQuota { quota, held, most } => over_quota(quota, held, most),
        ExecuteError::Replayed(_) => Failure::conflict("ANSWERED_BEFORE", "the request was answered before"),
        ExecuteError::KeyReused => Failure::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "IDEMPOTENCY_KEY_REUSED",
            "the Idempotency-Key was used for another request; use a fresh one",
        ),
        ExecuteError::Busy => {
            Failure::conflict("BUSY", "others kept changing it at the same time; try again")
        }
        ExecuteError::Decode(DecodeError::Keys(KeyError::Erased)) => Failure::new(
            StatusCode::GONE,
            "PERSON_LEFT",
            "somebody whom this is about has left, and nothing more is kept about them",
        ),
        ExecuteError::Decode(error) => error.into(),
        ExecuteError::Journal(error) => Failure::unavailable(&error),
    }
}

/// Unreadable data stays unreadable, however often it is retried. A key store that is unavailable, or lacks a key until
/// an operator restores it, may recover.
impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        match &error {
            DecodeError::Keys(
                KeyError::Unavailable(_) | KeyError::Missing { .. } | KeyError::WrongMaster,
            ) => Self::unavailable(&error),
            DecodeError::Keys(KeyError::Erased) | DecodeError::Shape { .. } | DecodeError::Forged(_) => {
                Self::unreadable(&error)
            }
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Decode(error) => error.into(),
            LoadError::Journal(error) => error.into(),
        }
    }
}

impl From<journal::JournalError> for Failure {
    fn from(error: journal::JournalError) -> Self {
        Self::unavailable(&error)
    }
}

impl From<journal::Closed> for Failure {
    fn from(closed: journal::Closed) -> Self {
        Self::unavailable(&closed)
    }
}

impl From<projection::ViewError> for Failure {
    fn from(error: projection::ViewError) -> Self {
        Self::unavailable(&error)
    }
}
