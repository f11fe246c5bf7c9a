//! What requests to this service say, for the document of the API: each by the function its handler reads with.

use domain::Fields;
use http_kit::docs::Reading;
use serde_json::{Value, json};

use super::serve::asked_width;

/// Which rendition.
pub struct Width;

impl Reading for Width {
    const NAME: &'static str = "Width";

    fn read(f: &mut Fields<'_>) {
        asked_width(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "w").then_some("Of an image the narrowest rendition that is at least as wide; else, and with `best`, the widest.")
    }

    fn example() -> Value {
        json!({"w": "320"})
    }
}
