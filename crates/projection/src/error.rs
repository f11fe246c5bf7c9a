//! What can go wrong with a read model's database, by what helps.

use bus::ApplyError;
use rusqlite::ErrorCode;

/// Why the database of a read model did not do what it was told.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ViewError {
    /// It does not answer now: trying again later may help.
    #[error("{0}")]
    Unavailable(String),
    /// It refuses this statement with these values, now and at every other try.
    #[error("{0}")]
    Refused(String),
}

impl From<rusqlite::Error> for ViewError {
    fn from(error: rusqlite::Error) -> Self {
        let message = error.to_string();
        if is_refusal(&error) { Self::Refused(message) } else { Self::Unavailable(message) }
    }
}

/// Trouble with the disk, memory or other connections passes; everything else is about the statement and its values.
fn is_refusal(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(failure, _) = error else { return true };
    match failure.code {
        ErrorCode::ConstraintViolation
        | ErrorCode::TypeMismatch
        | ErrorCode::TooBig
        | ErrorCode::ParameterOutOfRange
        | ErrorCode::ApiMisuse
        | ErrorCode::AuthorizationForStatementDenied => true,
        // Without a code of its own: a statement that cannot be prepared, such as one that names a table that is not there.
        ErrorCode::Unknown => failure.extended_code == 1,
        _ => false,
    }
}

impl From<ViewError> for ApplyError {
    fn from(error: ViewError) -> Self {
        Self::Store(error.to_string())
    }
}
