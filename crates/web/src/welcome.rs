//! What the page after signing in tells in a panel of its own: what is new, and what the person did last.

mod load;

use std::sync::Arc;

use crate::since::{Entry, Since};

/// The panel.
#[derive(Debug)]
pub(crate) struct Welcome {
    pub(crate) since: Arc<Since>,
    /// What the person did last, newest first, before they signed in.
    pub(crate) last: Vec<Entry>,
    /// The same page without the panel.
    pub(crate) close: String,
}
