//! Where a home's page is.

use super::Property;

impl Property {
    /// The path of its page.
    pub(crate) fn path(&self) -> String {
        format!("/homes/{}", self.id)
    }
}
