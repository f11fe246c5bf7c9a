//! E-mails as RFC 5322 files, with text and HTML alternatives. Every try writes the same bytes.

pub mod read;
pub mod words;

use std::time::{Duration, SystemTime};

use askama::Template as _;
use domain::Timestamp;
use domain::people::for_servers;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use crate::site::MailSite;
use words::Words;

/// The channel of e-mails.
pub const CHANNEL: &str = "email";
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
const LIST_UNSUBSCRIBE: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe");
const LIST_UNSUBSCRIBE_POST: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe-Post");

/// An e-mail to be written.
#[derive(Debug)]
pub struct EmailDraft<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub site: &'a MailSite,
    pub words: Words,
    pub at: Timestamp,
}

/// An e-mail that is ready to send.
#[derive(Clone, Debug)]
pub struct WrittenEmail {
    /// The sender and the recipient.
    pub envelope: Envelope,
    /// Headers and body.
    pub bytes: Vec<u8>,
}

/// Why an e-mail cannot be written. It never quotes the e-mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// The setting `mail.from` is not an address.
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
    /// Writes the e-mail of delivery `id`. The id becomes its `Message-ID`, by which a duplicate can be recognised.
    pub fn write(&self, id: &str) -> Result<WrittenEmail, Unwritable> {
        let from = self.from.parse::<Mailbox>().map_err(|_| Unwritable::Sender)?;
        let name = from.name.unwrap_or_else(|| self.site.name.clone());
        let sender = for_servers(from.email.as_ref()).parse::<Address>().map_err(|_| Unwritable::Sender)?;
        let message_id = format!("<{id}@{}>", sender.domain());
        let to = for_servers(self.to).parse().map_err(|_| Unwritable::Recipient)?;
        // The boundary is derived from the id, not random, so that a retry sends the same bytes.
        let boundary: String = id.chars().take(32).collect();
        let kind = ContentType::parse(&format!("multipart/alternative; boundary=\"{boundary}\""));
        let parts = MultiPart::builder()
            .header(kind.map_err(|_| Unwritable::Words)?)
            .singlepart(part(ContentType::TEXT_PLAIN, text(&self.words)?)?)
            .singlepart(part(ContentType::TEXT_HTML, html(&self.words)?)?);
        let micros = u64::try_from(self.at.micros()).unwrap_or_default();
        let mut message = Message::builder()
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
            .from(Mailbox::new(Some(name), sender))
            .to(Mailbox::new(None, to))
            .subject(self.words.subject.as_str())
            .message_id(Some(message_id))
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".into()));
        if let Some(stop) = &self.words.stop {
            message = message
                .raw_header(HeaderValue::new(LIST_UNSUBSCRIBE, format!("<{}>", stop.one_click)))
                .raw_header(HeaderValue::new(LIST_UNSUBSCRIBE_POST, "List-Unsubscribe=One-Click".into()));
        }
        let message = message.multipart(parts).map_err(|_| Unwritable::Words)?;
        Ok(WrittenEmail { envelope: message.envelope().clone(), bytes: message.formatted() })
    }
}

/// Encodes a part as quoted-printable: short lines and plain ASCII, for old servers, too.
fn part(kind: ContentType, words: String) -> Result<SinglePart, Unwritable> {
    let body = Body::new_with_encoding(words, ContentTransferEncoding::QuotedPrintable);
    Ok(SinglePart::builder().header(kind).body(body.map_err(|_| Unwritable::Words)?))
}

/// Renders the words as text.
pub fn text(words: &Words) -> Result<String, Unwritable> {
    let text = Text { words }.render().map_err(|_| Unwritable::Words)?;
    Ok(format!("{}\n", text.trim_end()))
}

/// Renders the words as HTML.
pub fn html(words: &Words) -> Result<String, Unwritable> {
    Html { words }.render().map_err(|_| Unwritable::Words)
}

#[cfg(test)]
mod tests;
