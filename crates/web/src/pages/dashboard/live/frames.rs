//! Translates the frames of the API's stream into those that pages show.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::key::Key;
use crate::labels::{self, ACTIVITIES};
use crate::messages::Language;
use crate::when::Moment;

/// The longest frame. The API's are far shorter; a longer one is left out.
const LONGEST: usize = 256 * 1024;

/// The part of the stream that is not translated yet.
pub(super) struct Frames {
    language: Language,
    rest: Vec<u8>,
    /// The last byte that came: a frame ends with an empty line.
    last: u8,
    /// Whether the frame is too long, and is left out.
    is_cut: bool,
}

/// An activity as the API's stream tells it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
struct Activity {
    event_id: String,
    activity_type: String,
    timestamp: String,
    activity_data: Map<String, Value>,
    related_entity_type: String,
    related_entity_id: String,
}

impl Frames {
    /// The beginning of a stream, for a reader of this language.
    pub(super) fn new(language: Language) -> Self {
        Self { language, rest: Vec::new(), last: 0, is_cut: false }
    }

    /// Takes the next piece of the stream, and returns the frames that it completes.
    pub(super) fn take(&mut self, piece: &[u8]) -> String {
        let mut told = String::new();
        for line in piece.split_inclusive(|byte| *byte == b'\n') {
            let ends = line == b"\n" && self.last == b'\n';
            self.is_cut |= self.rest.len() + line.len() > LONGEST;
            if !self.is_cut {
                self.rest.extend_from_slice(line);
            }
            self.last = line.last().copied().unwrap_or_default();
            if ends {
                if !self.is_cut {
                    told.push_str(&translated(self.language, &String::from_utf8_lossy(&self.rest)));
                }
                *self = Self::new(self.language);
            }
        }
        told
    }
}

/// A frame as pages take it: its id, so that a page can go on from there, and what it tells, if anything.
fn translated(language: Language, frame: &str) -> String {
    let member = |name: &str| {
        let mut lines = frame.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
    };
    let mut told = String::new();
    if let Some(id) = member("id").filter(|id| Key::is_plain(id)) {
        let _ = writeln!(told, "id: {id}");
    }
    let activity = member("data").filter(|_| member("event") == Some("activity"));
    if let Some(activity) = activity.and_then(|data| serde_json::from_str::<Activity>(data).ok()) {
        let _ = writeln!(told, "data: {}", activity.told(language));
    }
    // A comment shows that the connection lives.
    if told.is_empty() {
        told.push_str(":\n");
    }
    told.push('\n');
    told
}

impl Activity {
    fn told(&self, language: Language) -> Value {
        let what = labels::of(language, ACTIVITIES, &self.activity_type);
        let words = match self.activity_data.get("title").and_then(Value::as_str) {
            Some(title) => format!("{what}: {title}"),
            None => what,
        };
        let mut told = json!({"id": self.event_id, "words": words});
        if let Some(home) = self.home() {
            told["href"] = format!("/homes/{home}").into();
        }
        if let Some(at) = Moment::parse(&self.timestamp) {
            told["at"] = at.exact().into();
            told["time"] = at.clock().into();
        }
        told
    }

    /// The home that it is about, unless it is the home's removal.
    fn home(&self) -> Option<Key> {
        let named = self.activity_data.get("propertyId").and_then(Value::as_str);
        let own = Some(self.related_entity_id.as_str()).filter(|_| self.related_entity_type == "property");
        named.or(own).filter(|_| self.activity_type != "PROPERTY_DELETED").and_then(Key::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::Frames;
    use crate::messages::Language::English;

    const FRAME: &str = "event: activity\nid: WzEsMl0\ndata: {\"eventId\":\"e1\",\"activityType\":\"PROPERTY_FAVORITED\",\
        \"timestamp\":\"2026-11-20T19:00:00Z\",\"activityData\":{\"propertyId\":\"h1\",\"title\":\"A\\nB\"}}\n\n";
    const TOLD: &str = "id: WzEsMl0\ndata: {\"at\":\"2026-11-20T19:00:00Z\",\"href\":\"/homes/h1\",\"id\":\"e1\",\
        \"time\":\"12:30 am\",\"words\":\"Homes saved: A\\nB\"}\n\n";

    #[test]
    fn frames_are_translated_however_they_are_cut() {
        for size in [1, 2, 7, FRAME.len()] {
            let mut frames = Frames::new(English);
            let told: String = FRAME.as_bytes().chunks(size).map(|piece| frames.take(piece)).collect();
            assert_eq!(told, TOLD, "in pieces of {size}");
        }
        assert_eq!(Frames::new(English).take([FRAME, FRAME].concat().as_bytes()), [TOLD, TOLD].concat());
    }

    #[test]
    fn a_frame_that_tells_nothing_still_says_where_the_stream_is() {
        let told = |frame: &str| Frames::new(English).take(frame.as_bytes());
        assert_eq!(told("id: WzEsMl0\n\n"), "id: WzEsMl0\n\n");
        assert_eq!(told("event: reset\nid: WzEsMl0\ndata: {\"reason\":\"x\"}\n\n"), "id: WzEsMl0\n\n");
        assert_eq!(told(":\n\n"), ":\n\n");
        assert_eq!(told("event: activity\ndata: nonsense\n\n"), ":\n\n");
    }

    #[test]
    fn a_frame_without_end_takes_no_memory() {
        let mut frames = Frames::new(English);
        for _ in 0..100 {
            assert!(frames.take(&vec![b'x'; 64 * 1024]).is_empty());
        }
        assert!(frames.rest.len() <= super::LONGEST);
        assert_eq!(frames.take(b"\n\n"), "");
        assert_eq!(frames.take(FRAME.as_bytes()), TOLD, "the next frame is whole again");
    }
}
