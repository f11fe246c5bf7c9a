//! Reads our own e-mails back for the mailbox page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quoted_printable::ParseMode;

/// An e-mail that was read back.
#[derive(Debug)]
pub struct StoredEmail {
    pub to: String,
    pub subject: String,
    /// The body as text.
    pub body: String,
}

/// Reads a file of ours, including files of an earlier version that wrote text only.
pub fn read(file: &str) -> Option<StoredEmail> {
    let (headers, body) = file.split_once("\r\n\r\n")?;
    let headers = headers.replace("\r\n ", " ").replace("\r\n\t", " ");
    let header = |name: &str| {
        let named = |line: &str| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned());
        headers.lines().find_map(named).unwrap_or_default()
    };
    let kind = header("Content-Type");
    let body = match kind.split_once("boundary=\"").and_then(|(_, rest)| rest.split('"').next()) {
        Some(boundary) => part(body, boundary)?,
        None => body.to_owned(),
    };
    let subject = header("Subject").split(' ').map(word).collect::<Vec<_>>();
    Some(StoredEmail { to: header("To"), subject: joined(&subject), body: body.replace("\r\n", "\n") })
}

/// The text of the first part.
fn part(body: &str, boundary: &str) -> Option<String> {
    let first = body.split(&format!("--{boundary}")).nth(1)?;
    let (headers, text) = first.split_once("\r\n\r\n")?;
    let text = text.strip_suffix("\r\n").unwrap_or(text);
    if !headers.contains("quoted-printable") {
        return Some(text.to_owned());
    }
    let bytes = quoted_printable::decode(text, ParseMode::Robust).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.strip_suffix("\r\n").map_or_else(|| text.clone(), |text| format!("{text}\n")))
}

/// A word of a header, and whether it was an encoded word. A space between two encoded words is ignored.
fn word(text: &str) -> (String, bool) {
    let encoded = text.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
    let decoded = encoded.and_then(|encoded| String::from_utf8(STANDARD.decode(encoded).ok()?).ok());
    decoded.map_or_else(|| (text.to_owned(), false), |decoded| (decoded, true))
}

fn joined(words: &[(String, bool)]) -> String {
    let mut text = String::new();
    for (at, (word, encoded)) in words.iter().enumerate() {
        if at > 0 && !(*encoded && words[at - 1].1) {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}
