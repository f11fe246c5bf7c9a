//! What requests to this service say, for the document of the API: each by the function its handler reads with.

use domain::Fields;
use http_kit::Paging;
use http_kit::docs::{Body, Reading};
use serde_json::{Value, json};

use super::hide::asked_entry;

/// See [`HiddenEntry`].
pub type HiddenEntryBody = Body<HiddenEntry>;

/// The body of `POST …/hide`.
pub struct HiddenEntry;

impl Reading for HiddenEntry {
    const NAME: &'static str = "HiddenEntry";

    fn read(f: &mut Fields<'_>) {
        asked_entry(f);
    }

    fn example() -> Value {
        json!({"activityId": "018f4a6e-0000-7000-8000-000000000001"})
    }
}

/// A page.
pub struct PageOf;

impl Reading for PageOf {
    const NAME: &'static str = "PageOf";

    fn read(f: &mut Fields<'_>) {
        Paging::read(f, 20, 2);
    }

    fn example() -> Value {
        json!({"size": 5})
    }
}

/// A page that goes on behind the one before.
pub struct Onward;

impl Reading for Onward {
    const NAME: &'static str = "Onward";
    const NAMES: &'static [&'static str] = &["size", "cursor"];

    fn read(f: &mut Fields<'_>) {
        Paging::read(f, 20, 2);
    }
}

/// How many, where there are no further pages.
pub struct Size;

impl Reading for Size {
    const NAME: &'static str = "Size";
    const NAMES: &'static [&'static str] = &["size"];

    fn read(f: &mut Fields<'_>) {
        Paging::read(f, 10, 2);
    }
}
