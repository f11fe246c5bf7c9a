//! What requests to this service say, for the document of the API: each by the function its handler reads with.

use domain::Fields;
use http_kit::docs::{Body, Reading};
use serde_json::{Value, json};

use super::optimize::asked_all;
use super::serve::asked_rendition;

/// Which rendition.
pub struct Width;

impl Reading for Width {
    const NAME: &'static str = "Width";

    fn read(f: &mut Fields<'_>) {
        asked_rendition(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "w" => {
                "Of an image the narrowest rendition that is at least as wide; else, and with `best`, the widest."
            }
            "v" => "The edition of an image, as answers have it in its addresses.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"w": "320"})
    }
}

/// See [`Optimisation`].
pub type OptimisationBody = Body<Optimisation>;

/// Whose images are looked over.
pub struct Optimisation;

impl Reading for Optimisation {
    const NAME: &'static str = "Optimisation";

    fn read(f: &mut Fields<'_>) {
        asked_all(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "all").then_some("Everybody's images, for admins; else the caller's own.")
    }

    fn example() -> Value {
        json!({"all": false})
    }
}
