//! E-mails over SMTP (RFC 5321), one connection per e-mail.
//!
//! What is certain depends on how far the session got: nothing is accepted before the final dot, and if the
//! connection is lost after it, the result is unknown. Responses are reported by their code only: their text may
//! quote an address.

use std::time::Duration;

use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use reqwest::Url;

use http_kit::CallPermit;

use super::Sent;
use crate::email::WrittenEmail;

const TIMEOUT: Duration = Duration::from_secs(30);
/// An e-mail is sent in pieces of this size. Its end is only started once all other pieces are sent.
const PIECE: usize = 16 * 1024;
/// Why an e-mail is refused before it is sent. It does not quote the address.
const NO_UTF8: &str =
    "the mail server takes no address with letters other than a to z before the @ (SMTPUTF8)";

/// A mail server.
#[derive(Debug)]
pub struct SmtpServer {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    hello: ClientId,
    pub(super) timeout: Duration,
}

/// How a connection is encrypted.
enum Security {
    /// With TLS from the first byte.
    Implicit(TlsParameters),
    /// With TLS from `STARTTLS` on. Nothing is sent to a server that does not offer it.
    StartTls(TlsParameters),
    /// Not at all.
    None,
}

impl std::fmt::Debug for Security {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Implicit(_) => "Implicit",
            Self::StartTls(_) => "StartTls",
            Self::None => "None",
        })
    }
}

/// What is wrong with the address of a mail server. It never quotes the address, which may contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmtpAddressError {
    /// It is not a URL.
    #[error("write smtps://USER:PASSWORD@HOST (TLS from the start) or smtp://USER:PASSWORD@HOST (STARTTLS)")]
    Malformed,
    /// A part is not correctly percent-encoded.
    #[error("user and password must be percent-encoded UTF-8")]
    Encoding,
    /// Something other than `tls=none` follows the `?`.
    #[error("only ?tls=none can be added, for a server on this machine")]
    Parameters,
    /// A password would be sent unencrypted over the network.
    #[error("?tls=none is for a server on this machine only")]
    Clear,
    /// The certificates to trust are not valid PEM.
    #[error("the certificates to trust cannot be read")]
    Certificates,
}

impl SmtpServer {
    /// The server at `address`: `smtps://…` or `smtp://…`, with user and password. `trusted` are certificates (PEM)
    /// to trust in addition to the machine's. `hello` is the name by which this client introduces itself.
    ///
    /// # Errors
    /// When the address is not valid.
    pub fn at(address: &str, trusted: Option<&[u8]>, hello: &str) -> Result<Self, SmtpAddressError> {
        let url = Url::parse(address).map_err(|_| SmtpAddressError::Malformed)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SmtpAddressError::Malformed)?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let security = match (url.scheme(), url.query()) {
            ("smtps", None) => Security::Implicit(tls(&host, trusted)?),
            ("smtp", None) => Security::StartTls(tls(&host, trusted)?),
            ("smtp", Some("tls=none")) if is_here(&host) => Security::None,
            ("smtp", Some("tls=none")) => return Err(SmtpAddressError::Clear),
            ("smtp" | "smtps", Some(_)) => return Err(SmtpAddressError::Parameters),
            _ => return Err(SmtpAddressError::Malformed),
        };
        let standard = if matches!(security, Security::Implicit(_)) { 465 } else { 587 };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, password) => Some(Credentials::new(decoded(user)?, decoded(password.unwrap_or(""))?)),
        };
        let hello = ClientId::Domain(hello.to_owned());
        let port = url.port().unwrap_or(standard);
        Ok(Self { host, port, security, credentials, hello, timeout: TIMEOUT })
    }

    /// Sets the timeout of a whole session.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Hands an e-mail to the server.
    pub async fn send(&self, letter: &WrittenEmail, permit: &CallPermit<'_>) -> Sent {
        let mut stage = Stage::Greeting;
        let talked = permit.in_time(self.talk(letter, &mut stage)).await;
        match talked {
            _ if stage == Stage::Taken => Sent::Done,
            Ok(Ok(Talk::Done)) => Sent::Done,
            Ok(Ok(Talk::NoUtf8)) => Sent::Refused(NO_UTF8.into()),
            Ok(Err(error)) => stage.judge(&error),
            Err(_) => stage.lost("did not answer in time"),
        }
    }

    async fn talk(&self, letter: &WrittenEmail, stage: &mut Stage) -> Result<Talk, Error> {
        let implicit = match &self.security {
            Security::Implicit(parameters) => Some(parameters.clone()),
            Security::StartTls(_) | Security::None => None,
        };
        let place = (self.host.as_str(), self.port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(place, Some(self.timeout), &self.hello, implicit, None);
        let mut connection = connecting.await?;
        if let Security::StartTls(parameters) = &self.security {
            connection.starttls(parameters.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        let mut parameters = Vec::new();
        if needs_utf8(&letter.envelope) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                // Nothing was begun, so it does not matter how the session ends.
                let _ = connection.quit().await;
                return Ok(Talk::NoUtf8);
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        *stage = Stage::Envelope;
        connection.command(Mail::new(letter.envelope.from().cloned(), parameters)).await?;
        for to in letter.envelope.to() {
            connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
        }
        connection.command(Data).await?;
        let pieces = letter.bytes.chunks(PIECE).map(Some).chain(std::iter::once_with(|| {
            *stage = Stage::Dot;
            None
        }));
        connection.message_iter(pieces.map(Option::unwrap_or_default)).await?;
        *stage = Stage::Taken;
        connection.quit().await.map(|_| Talk::Done)
    }
}

/// How a session ended that met no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Talk {
    Done,
    /// The server does not take the address, and nothing was sent.
    NoUtf8,
}

/// Whether an address needs the extension of RFC 6531. Domains are in ASCII already.
fn needs_utf8(envelope: &Envelope) -> bool {
    let is_plain = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    !envelope.to().iter().chain(envelope.from()).all(is_plain)
}

/// How far a session got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The e-mail has not been mentioned yet.
    Greeting,
    /// The e-mail is being sent, but not its end.
    Envelope,
    /// The end of the e-mail was sent, or is about to be.
    Dot,
    /// The server has accepted the e-mail.
    Taken,
}

impl Stage {
    fn judge(self, error: &Error) -> Sent {
        let Some(code) = error.status() else { return self.lost(kind(error)) };
        let why = format!("the mail server answered {code}");
        // 421: the server closes the connection, whatever the command was.
        if self == Self::Greeting || code.to_string() == "421" {
            Sent::Down(why, None)
        } else if error.is_permanent() {
            Sent::Refused(why)
        } else {
            Sent::Later(why)
        }
    }

    fn lost(self, what: &str) -> Sent {
        let why = format!("the mail server {what}");
        if self == Self::Dot { Sent::Unknown(why) } else { Sent::Down(why, None) }
    }
}

fn kind(error: &Error) -> &'static str {
    if error.is_tls() {
        "could not agree on encryption"
    } else if error.is_timeout() {
        "did not answer in time"
    } else if error.is_client() {
        "does not offer what is needed, such as STARTTLS or a way to sign in"
    } else {
        "was not reached, or cut the connection"
    }
}

fn tls(host: &str, trusted: Option<&[u8]>) -> Result<TlsParameters, SmtpAddressError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = trusted {
        let certificate = Certificate::from_pem(pem).map_err(|_| SmtpAddressError::Certificates)?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|_| SmtpAddressError::Certificates)
}

/// Whether a host is this machine.
pub(super) fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn decoded(part: &str) -> Result<String, SmtpAddressError> {
    // The query form differs only in the plus sign.
    let pair = format!("v={}", part.replace('+', "%2B").replace('&', "%26"));
    let mut values = form_urlencoded::parse(pair.as_bytes());
    let value = values.next().map(|(_, value)| value.into_owned()).unwrap_or_default();
    if value.contains(char::REPLACEMENT_CHARACTER) { Err(SmtpAddressError::Encoding) } else { Ok(value) }
}

#[cfg(test)]
mod tests;
