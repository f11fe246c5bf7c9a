//! What requests to the gateway itself say, for the document of the API: each by the function its handler reads with.

use domain::{Fields, TenantId};
use http_kit::Paging;
use http_kit::docs::{Body, Reading};
use serde_json::{Value, json};

use super::{dead_letters, events};
use crate::realtime;

/// See [`Discard`].
pub type DiscardBody = Body<Discard>;

/// The body of `POST …/discard`.
pub struct Discard;

impl Reading for Discard {
    const NAME: &'static str = "Discard";

    fn read(f: &mut Fields<'_>) {
        dead_letters::asked_reason(f);
    }

    fn example() -> Value {
        json!({"reason": "nobody needs it"})
    }
}

/// A page by its number.
pub struct Pages;

impl Reading for Pages {
    const NAME: &'static str = "Pages";
    const NAMES: &'static [&'static str] = &["page", "size"];

    fn read(f: &mut Fields<'_>) {
        Paging::read(f, 20, 1);
    }
}

/// The query of the events.
pub struct EventFilter;

impl Reading for EventFilter {
    const NAME: &'static str = "EventFilter";

    fn read(f: &mut Fields<'_>) {
        let nobodys = TenantId::parse("any");
        nobodys.map(|tenant| events::asked(f, &tenant));
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "from" | "to" => "RFC 3339, included.",
            "eventType" => "Such as `PROPERTY_CREATED`.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"log": "facts", "size": 5})
    }
}

/// A moment of an aggregate.
pub struct Moment;

impl Reading for Moment {
    const NAME: &'static str = "Moment";

    fn read(f: &mut Fields<'_>) {
        events::asked_moment(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(if member == "at" { "As it was then, RFC 3339." } else { "As of this version." })
    }

    fn example() -> Value {
        json!({"version": 1})
    }
}

/// Where to go on from.
pub struct Listening;

impl Reading for Listening {
    const NAME: &'static str = "Listening";

    fn read(f: &mut Fields<'_>) {
        realtime::asked(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(if member == "ticket" { "Instead of a token." } else { "The id of the last message that came." })
    }
}
