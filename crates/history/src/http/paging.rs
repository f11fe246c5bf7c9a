//! Paging through a history. A cursor is the time and the event id of an entry.

use domain::date::CalendarDate;
use domain::{Fields, Timestamp};
use http_kit::{Cursor, Paging, Request};
use serde_json::{Value, json};
use uuid::Uuid;

/// A page of a list.
#[derive(Debug)]
pub struct Part {
    pub paging: Paging,
    /// The last entry of the previous page.
    pub after: Option<(Timestamp, Uuid)>,
}

impl Part {
    fn of(f: &mut Fields<'_>, paging: Paging) -> Self {
        let after = paging.cursor.as_ref().and_then(place);
        if paging.cursor.is_some() && after.is_none() {
            f.wrong("cursor", "is not one of ours; take it from the page before");
        }
        Self { paging, after }
    }
}

fn place(Cursor(parts): &Cursor) -> Option<(Timestamp, Uuid)> {
    let [at, id] = parts.as_slice() else { return None };
    Some((Timestamp::from_micros(at.as_i64()?), id.as_str()?.parse().ok()?))
}

pub fn cursor(at: Timestamp, id: &str) -> String {
    Cursor(vec![Value::from(at.micros()), Value::from(id)]).encode()
}

/// A page by its number, or by a cursor from the previous page.
#[derive(Debug)]
pub struct PartByNumber(pub Part);

impl Request for PartByNumber {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Paging::read(f, 20, 2).map(|paging| Self(Part::of(f, paging)))
    }

    fn example() -> Value {
        json!({"size": 5})
    }
}

/// A page by a cursor from the previous page.
#[derive(Debug)]
pub struct Onward(pub Part);

impl Request for Onward {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Paging::onward(f, 20, 2).map(|paging| Self(Part::of(f, paging)))
    }
}

/// A part of the timeline: a page by a cursor, of these days and this kind.
#[derive(Debug)]
pub struct TimelinePart {
    pub part: Part,
    /// The first day.
    pub from: Option<CalendarDate>,
    /// The last day.
    pub to: Option<CalendarDate>,
    /// An activity type.
    pub kind: Option<String>,
}

impl Request for TimelinePart {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let [from, to] = ["from", "to"].map(|name| f.parsed(name, CalendarDate::from_text));
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            f.wrong("to", "must not be before the first day");
        }
        let kind = f.text("type", 1..=100);
        let paging = Paging::onward(f, 20, 2)?;
        Some(Self { part: Part::of(f, paging), from, to, kind })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "from" => "The first day, in India.",
            "to" => "The last day, in India.",
            "type" => "Only activities of this type.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"size": 5, "from": "2026-11-01"})
    }
}
