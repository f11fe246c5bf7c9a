//! Calendar files (RFC 5545) with one appointment.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::when::Moment;

/// The most octets of a line without its end.
const LONGEST_LINE: usize = 75;

/// An appointment. Its end is not known, so it has none.
pub(crate) struct Appointment {
    /// The same for every file about this appointment, so that a calendar replaces it.
    pub(crate) uid: String,
    /// When what it says was last changed.
    pub(crate) revised: Moment,
    pub(crate) start: Moment,
    /// Whether both sides agreed to it.
    pub(crate) is_agreed: bool,
    pub(crate) summary: String,
    pub(crate) description: String,
    /// The complete address of its page.
    pub(crate) url: String,
}

impl Appointment {
    pub(crate) fn file(&self) -> Response {
        let about = [
            (CONTENT_TYPE, "text/calendar; charset=utf-8"),
            (CONTENT_DISPOSITION, "attachment; filename=\"visit.ics\""),
        ];
        (about, self.text()).into_response()
    }

    fn text(&self) -> String {
        let status = if self.is_agreed { "CONFIRMED" } else { "TENTATIVE" };
        let lines = [
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//HyderabadInfra//Visits//EN".to_owned(),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", escaped(&self.uid)),
            format!("DTSTAMP:{}", utc(&self.revised)),
            format!("DTSTART:{}", utc(&self.start)),
            format!("STATUS:{status}"),
            format!("SUMMARY:{}", escaped(&self.summary)),
            format!("DESCRIPTION:{}", escaped(&self.description)),
            format!("URL:{}", self.url),
            "END:VEVENT".to_owned(),
            "END:VCALENDAR".to_owned(),
        ];
        lines.iter().map(|line| folded(line)).collect()
    }
}

fn utc(moment: &Moment) -> String {
    moment.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text as a value. Line ends become `\n`; no other control character is allowed.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\n' | '\r' => value.push_str("\\n"),
            '\\' | ';' | ',' => value.extend(['\\', c]),
            c if c.is_control() => {}
            c => value.push(c),
        }
    }
    value
}

/// A line with its end. A longer one goes on behind a space on the next line, and no character is cut in two.
fn folded(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + 2);
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > LONGEST_LINE {
            folded.push_str("\r\n ");
            octets = 1;
        }
        folded.push(c);
        octets += c.len_utf8();
    }
    folded.push_str("\r\n");
    folded
}

#[cfg(test)]
mod tests {
    use super::{Appointment, escaped, folded};
    use crate::when::Moment;

    fn appointment(description: &str) -> Appointment {
        Appointment {
            uid: "l1".to_owned(),
            revised: Moment::parse("2026-11-20T10:00:00.5Z").unwrap(),
            start: Moment::parse("2026-12-01T15:30:00+05:30").unwrap(),
            is_agreed: true,
            summary: "Visit: Flat, with a view".to_owned(),
            description: description.to_owned(),
            url: "https://homes.example/dashboard/leads/l1".to_owned(),
        }
    }

    #[test]
    fn an_appointment_is_written_as_calendars_read_it() {
        assert_eq!(
            appointment("Asha; a\\b\r\nSecond").text(),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//HyderabadInfra//Visits//EN\r\nBEGIN:VEVENT\r\nUID:l1\r\n\
             DTSTAMP:20261120T100000Z\r\nDTSTART:20261201T100000Z\r\nSTATUS:CONFIRMED\r\n\
             SUMMARY:Visit: Flat\\, with a view\r\nDESCRIPTION:Asha\\; a\\\\b\\nSecond\r\n\
             URL:https://homes.example/dashboard/leads/l1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        let planned = Appointment { is_agreed: false, ..appointment("") };
        assert!(planned.text().contains("\r\nSTATUS:TENTATIVE\r\n"));
    }

    #[test]
    fn no_line_is_longer_than_75_octets_and_unfolding_gives_it_back() {
        for line in ["x".repeat(75), "x".repeat(76), "é".repeat(200), "తెలుగు ".repeat(40), "🏠".repeat(60)]
        {
            let folded = folded(&line);
            assert!(folded.split("\r\n").all(|line| line.len() <= 75), "{folded}");
            assert_eq!(folded.replace("\r\n ", ""), format!("{line}\r\n"));
        }
        assert_eq!(folded(&"x".repeat(75)).matches("\r\n").count(), 1);
    }

    #[test]
    fn no_text_begins_a_property_of_its_own() {
        assert_eq!(escaped("a\r\nBEGIN:VALARM\rb\nc\u{0}\u{7}"), "a\\nBEGIN:VALARM\\nb\\nc");
        let text = appointment("a\nEND:VEVENT\nATTACH:x").text();
        assert_eq!(text.matches("\r\nEND:VEVENT").count(), 1);
    }
}
