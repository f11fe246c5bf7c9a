//! What lies behind an error, kept so that it can be looked at and not only read.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The cause of an error: another error, or a message. Clones share it.
#[derive(Clone)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

impl Cause {
    /// A cause; `cause` may be an error or a text.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }
}

impl From<&str> for Cause {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}

impl From<String> for Cause {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Error for Cause {
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
        let cause = Cause::new(Unreadable(std::io::Error::other("disk on fire")));
        assert_eq!(cause.to_string(), "the file cannot be read");
        assert_eq!(cause.source().unwrap().to_string(), "disk on fire");
        assert!(Cause::from("plain").source().is_none());
    }
}
