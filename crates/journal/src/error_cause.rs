//! What lies behind an error, kept so that it can be looked at and not only read.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The cause of an error: another error, or a message. Clones share it.
#[derive(Clone)]
pub struct ErrorCause(Arc<dyn Error + Send + Sync>);

impl ErrorCause {
    /// A cause; `cause` may be an error or a text.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }
}

impl From<&str> for ErrorCause {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}

impl From<String> for ErrorCause {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

impl fmt::Display for ErrorCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ErrorCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Error for ErrorCause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_says_what_it_is_and_what_is_behind_it() {
        #[derive(Debug, thiserror::Error)]
        #[error("the file cannot be read")]
        struct Unreadable(#[source] std::io::Error);
        let cause = ErrorCause::new(Unreadable(std::io::Error::other("disk on fire")));
        assert_eq!(cause.to_string(), "the file cannot be read");
        assert_eq!(cause.source().unwrap().to_string(), "disk on fire");
        assert!(ErrorCause::from("plain").source().is_none());
    }
}
