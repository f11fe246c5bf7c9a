//! E-mails as RFC 5322 files: text and HTML beside each other, the same bytes at every try.

pub mod read;
pub mod words;

use std::time::{Duration, SystemTime};

use askama::Template as _;
use domain::Timestamp;
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};

use crate::site::MailSite;
use words::Words;

/// The channel of e-mails.
pub const CHANNEL: &str = "email";
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// An e-mail to be written.
#[derive(Debug)]
pub struct EmailDraft<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub site: &'a MailSite,
    pub words: Words,
    pub at: Timestamp,
}

/// An e-mail as it is sent.
#[derive(Clone, Debug)]
pub struct WrittenEmail {
    /// From whom, to whom.
    pub envelope: Envelope,
    /// Headers and body.
    pub bytes: Vec<u8>,
}

/// Why an e-mail cannot be written: nothing of it is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// See `mail.from`.
    #[error("the sender of the settings is no address")]
    Sender,
    #[error("nobody can write to the address")]
    Recipient,
    #[error("its words cannot be put in order")]
    Words,
}

#[derive(askama::Template)]
#[template(path = "letter.txt")]
struct Text<'a> {
    words: &'a Words,
}

#[derive(askama::Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    words: &'a Words,
}

impl EmailDraft<'_> {
    /// The e-mail of delivery `id`, which is its `Message-ID`: a second arrival is known by it.
    pub fn write(&self, id: &str) -> Result<WrittenEmail, Unwritable> {
        let from = self.from.parse::<Mailbox>().map_err(|_| Unwritable::Sender)?;
        let name = from.name.unwrap_or_else(|| self.site.name.clone());
        let message_id = format!("<{id}@{}>", from.email.domain());
        let to = self.to.parse().map_err(|_| Unwritable::Recipient)?;
        // The boundary is part of the id, not drawn: a repeat is the same e-mail to the byte.
        let boundary: String = id.chars().take(32).collect();
        let kind = ContentType::parse(&format!("multipart/alternative; boundary=\"{boundary}\""));
        let parts = MultiPart::builder()
            .header(kind.map_err(|_| Unwritable::Words)?)
            .singlepart(part(ContentType::TEXT_PLAIN, text(&self.words)?)?)
            .singlepart(part(ContentType::TEXT_HTML, html(&self.words)?)?);
        let micros = u64::try_from(self.at.micros()).unwrap_or_default();
        let message = Message::builder()
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
            .from(Mailbox::new(Some(name), from.email))
            .to(Mailbox::new(None, to))
            .subject(self.words.subject.as_str())
            .message_id(Some(message_id))
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".into()))
            .multipart(parts)
            .map_err(|_| Unwritable::Words)?;
        Ok(WrittenEmail { envelope: message.envelope().clone(), bytes: message.formatted() })
    }
}

/// Quoted-printable: short lines and plain ASCII for servers of any age.
fn part(kind: ContentType, words: String) -> Result<SinglePart, Unwritable> {
    let body = Body::new_with_encoding(words, ContentTransferEncoding::QuotedPrintable);
    Ok(SinglePart::builder().header(kind).body(body.map_err(|_| Unwritable::Words)?))
}

/// The words as text.
pub fn text(words: &Words) -> Result<String, Unwritable> {
    let text = Text { words }.render().map_err(|_| Unwritable::Words)?;
    Ok(format!("{}\n", text.trim_end()))
}

/// The words as a page.
pub fn html(words: &Words) -> Result<String, Unwritable> {
    Html { words }.render().map_err(|_| Unwritable::Words)
}

#[cfg(test)]
mod tests;
