//! The `Range` header: one part of a body. Any other request is answered with the whole body.

use std::ops::Range;

use axum::http::HeaderMap;
use axum::http::header::{IF_RANGE, RANGE};

/// Which of a body's bytes a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestedRange {
    /// All of them.
    Whole,
    /// This part, which is not empty.
    Part(Range<u64>),
    /// None that exist.
    Outside,
}

impl RequestedRange {
    /// Reads the range requested of `size` bytes with the entity tag `tag`, quotes included.
    pub fn of(headers: &HeaderMap, size: u64, tag: &str) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let Some(range) = text(RANGE).and_then(|range| range.strip_prefix("bytes=")) else {
            return Self::Whole;
        };
        if headers.contains_key(IF_RANGE) && text(IF_RANGE) != Some(tag) {
            return Self::Whole; // the client has a part of other bytes
        }
        let Some((from, to)) = range.trim().split_once('-') else { return Self::Whole };
        let number = |text: &str| text.parse::<u64>().ok().filter(|_| !text.starts_with('+'));
        let (from, to) = match (number(from), number(to)) {
            (Some(from), None) if to.is_empty() => (from, size),
            (Some(from), Some(to)) if from <= to => (from, to.saturating_add(1).min(size)),
            (None, Some(last)) if from.is_empty() => (size.saturating_sub(last), size),
            _ => return Self::Whole,
        };
        if from < to { Self::Part(from..to) } else { Self::Outside }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str, if_range: Option<&str>) -> RequestedRange {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, range.parse().unwrap());
        if let Some(tag) = if_range {
            headers.insert(IF_RANGE, tag.parse().unwrap());
        }
        RequestedRange::of(&headers, 100, "\"a\"")
    }

    #[test]
    fn one_part_is_given_and_anything_else_is_the_whole() {
        assert_eq!(RequestedRange::of(&HeaderMap::new(), 100, "\"a\""), RequestedRange::Whole);
        assert_eq!(asked("bytes=0-0", None), RequestedRange::Part(0..1));
        assert_eq!(asked("bytes=90-", None), RequestedRange::Part(90..100));
        assert_eq!(asked("bytes=90-1000", None), RequestedRange::Part(90..100));
        assert_eq!(asked("bytes=-7", None), RequestedRange::Part(93..100));
        assert_eq!(asked("bytes=-700", None), RequestedRange::Part(0..100));
        for whole in
            ["bytes=5-2", "bytes=-", "bytes=a-b", "bytes=0-1,5-6", "lines=0-1", "bytes=+1-2", "bytes="]
        {
            assert_eq!(asked(whole, None), RequestedRange::Whole, "{whole}");
        }
        for outside in ["bytes=100-", "bytes=4711-4712", "bytes=-0"] {
            assert_eq!(asked(outside, None), RequestedRange::Outside, "{outside}");
        }
        assert_eq!(asked("bytes=0-0", Some("\"a\"")), RequestedRange::Part(0..1));
        assert_eq!(asked("bytes=0-0", Some("\"b\"")), RequestedRange::Whole);
    }
}
