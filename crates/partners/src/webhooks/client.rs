//! Sends one message to a receiver, once. No redirect is followed, no proxy is used, and the body of a response is not
//! believed.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};

use super::resolver::{CheckedResolver, LookUp, NotPublic};
use super::settings::WebhookSettings;
use super::signature::{SigningSecret, signatures};
use super::target::WebhookTarget;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
/// So much of a response is read, for so long, so that its connection can be used again.
const MOST_READ: usize = 16 * 1024;
const LONGEST_READ: Duration = Duration::from_secs(1);
/// How long a connection without work is kept.
const IDLE: Duration = Duration::from_secs(30);

/// A message to a receiver.
pub struct Message<'a> {
    /// The same at every try.
    pub id: &'a str,
    /// Seconds since 1970, of this try.
    pub timestamp: i64,
    /// The JSON text.
    pub body: String,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// The receiver has it.
    Accepted,
    /// The receiver wants nothing more.
    Gone,
    /// The receiver may have it or not. The text says why.
    Failed(String),
}

/// The HTTP client of all webhooks.
#[derive(Clone, Debug)]
pub struct WebhookClient {
    client: Client,
    timeout: Duration,
    allow_internal: bool,
}

impl WebhookClient {
    /// A client that looks hosts up with `look_up`.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(settings: &WebhookSettings, look_up: LookUp) -> Result<Self, reqwest::Error> {
        let WebhookSettings { timeout, allow_internal, .. } = *settings;
        let client = Client::builder()
            .timeout(timeout)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .https_only(!allow_internal)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(1)
            .dns_resolver(CheckedResolver { look_up, allow_internal })
            .build()?;
        Ok(Self { client, timeout, allow_internal })
    }

    /// Whether `text` may be the address of a receiver.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn target(&self, text: &str) -> Result<WebhookTarget, &'static str> {
        WebhookTarget::parse(text, self.allow_internal)
    }

    /// Posts `message` to `url`, signed with each of `secrets`.
    pub async fn post(&self, url: &str, message: Message<'_>, secrets: &[SigningSecret]) -> Receipt {
        // Checked at every try: the settings may be stricter now.
        let target = match self.target(url) {
            Ok(target) => target,
            Err(why) => return Receipt::Failed(format!("the address {why}")),
        };
        let Message { id, timestamp, body } = message;
        let request = self
            .client
            .post(target.url().clone())
            .header(USER_AGENT, "HyderabadInfra-Webhooks/1")
            .header(CONTENT_TYPE, "application/json")
            .header(ID, id)
            .header(TIMESTAMP, timestamp)
            .header(SIGNATURE, signatures(secrets, id, timestamp, &body))
            .body(body);
        match request.send().await {
            Ok(response) => judge(response).await,
            Err(error) => Receipt::Failed(self.why(&error)),
        }
    }

    /// The reason without the address, which may contain a secret of the receiver.
    fn why(&self, error: &reqwest::Error) -> String {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(inner) = cause {
            if let Some(refused) = inner.downcast_ref::<NotPublic>() {
                return refused.to_string();
            }
            cause = inner.source();
        }
        if error.is_timeout() {
            format!("there was no answer within {:?}", self.timeout)
        } else if error.is_connect() {
            "the receiver was not reached".into()
        } else {
            "the connection broke before there was an answer".into()
        }
    }
}

/// The status decides, and nothing else: a receiver that broke off after a 2xx has the message. One whose body has no end
/// would otherwise make every message last as long as a try may, and others wait for it.
async fn judge(mut response: Response) -> Receipt {
    let status = response.status();
    let rest = async {
        let mut read = 0;
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len();
            if read > MOST_READ {
                break;
            }
        }
    };
    // Either way the response is dropped, and an unfinished one ends its connection.
    let _ = tokio::time::timeout(LONGEST_READ, rest).await;
    match status {
        status if status.is_success() => Receipt::Accepted,
        StatusCode::GONE => Receipt::Gone,
        status if status.is_redirection() => Receipt::Failed(format!(
            "the receiver answered {}, and redirects are not followed",
            status.as_u16()
        )),
        status => Receipt::Failed(format!("the receiver answered {}", status.as_u16())),
    }
}
