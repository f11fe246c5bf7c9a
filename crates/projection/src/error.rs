//! Errors of a read model's database, grouped by remedy.

use bus::ApplyError;
use journal::ErrorCause;
use rusqlite::ErrorCode;

/// Why the database of a read model failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ViewError {
    /// The database is unavailable now. Retrying later may help.
    #[error("{0}")]
    Unavailable(#[source] ErrorCause),
    /// The database rejects this statement with these values, and would do so at every try.
    #[error("{0}")]
    Refused(#[source] ErrorCause),
}

impl From<rusqlite::Error> for ViewError {
    fn from(error: rusqlite::Error) -> Self {
        if is_refusal(&error) {
            Self::Refused(ErrorCause::new(error))
        } else {
            Self::Unavailable(ErrorCause::new(error))
        }
    }
}

/// Errors of the disk, memory or other connections may pass. All others concern the statement and its values.
fn is_refusal(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(failure, _) = error else { return true };
    match failure.code {
        ErrorCode::ConstraintViolation
        | ErrorCode::TypeMismatch
        | ErrorCode::TooBig
        | ErrorCode::ParameterOutOfRange
        | ErrorCode::ApiMisuse
        | ErrorCode::AuthorizationForStatementDenied => true,
        // No code of its own: a statement that cannot be prepared, such as one that names a missing table.
        ErrorCode::Unknown => failure.extended_code == 1,
        _ => false,
    }
}

impl From<ViewError> for ApplyError {
    fn from(error: ViewError) -> Self {
        Self::Store(error.to_string())
    }
}
