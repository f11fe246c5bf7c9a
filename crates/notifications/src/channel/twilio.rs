//! Text messages over Twilio's HTTP API.
//!
//! Indian operators deliver only messages that fit a template approved under DLT. So the text itself is never sent,
//! but the provider's id of the approved template, and the values to fill it with. The delivery's id is sent as
//! `Idempotency-Key`, for providers that recognise duplicates by it.

use std::collections::BTreeMap;
use std::time::Duration;

use http_kit::CallPermit;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;

use super::smtp::is_here;
use super::{Sent, Text};
use crate::template::Template;

/// The longest time that one message may take.
pub const TIMEOUT: Duration = Duration::from_secs(20);
/// Without a connection by then, the message was certainly not accepted.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A provider can ask for a pause of a day at most, in seconds.
const LONGEST_PAUSE: u64 = 86_400;

/// An account at the provider.
#[derive(Clone)]
pub struct TwilioAccount {
    /// The base URL of the provider, such as `https://api.twilio.com`.
    pub url: String,
    /// The account's id.
    pub sid: String,
    /// The account's secret.
    pub token: String,
    /// The registered header, number or service that messages are sent from.
    pub sender: String,
    /// The ids of approved templates, by the names of the corresponding e-mails, such as `verify-email`.
    pub templates: BTreeMap<String, String>,
}

impl std::fmt::Debug for TwilioAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TwilioAccount({}, {:?})", self.url, self.sender)
    }
}

/// Why an account cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TwilioAccountError {
    /// The address is neither `https://…` nor on this machine.
    #[error("the provider's address must begin with https://")]
    Address,
    /// The HTTP client cannot be created.
    #[error("the machine's certificates cannot be read")]
    Client,
}

/// A client of the provider.
#[derive(Debug)]
pub struct Twilio {
    client: Client,
    messages: Url,
    account: TwilioAccount,
}

#[derive(Deserialize)]
struct Complaint {
    code: Option<u32>,
}

impl Twilio {
    /// Creates a client for `account`.
    ///
    /// # Errors
    /// When the address is not valid, or the account's secret would be sent unencrypted.
    pub fn of(account: TwilioAccount) -> Result<Self, TwilioAccountError> {
        let base = account.url.trim_end_matches('/');
        let messages = format!("{base}/2010-04-01/Accounts/{}/Messages.json", account.sid);
        let messages = Url::parse(&messages).map_err(|_| TwilioAccountError::Address)?;
        let host = messages.host_str().unwrap_or_default().trim_matches(['[', ']']);
        if messages.scheme() != "https" && !(messages.scheme() == "http" && is_here(host)) {
            return Err(TwilioAccountError::Address);
        }
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(|_| TwilioAccountError::Client)?;
        Ok(Self { client, messages, account })
    }

    /// The provider's id of an approved template.
    pub fn template(&self, template: Template) -> Option<&str> {
        let id = self.account.templates.get(template.name()).map(String::as_str);
        id.filter(|id| !id.is_empty())
    }

    /// Hands a message to the provider, once.
    pub async fn send(&self, id: &str, text: &Text, permit: &CallPermit<'_>) -> Sent {
        let Some(template) = self.template(text.template) else {
            return Sent::Unsendable(format!("no approved template is set for {}", text.template.name()));
        };
        let variables = serde_json::json!(text.variables).to_string();
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("To", &text.to)
            .append_pair("From", &self.account.sender)
            .append_pair("ContentSid", template)
            .append_pair("ContentVariables", &variables)
            .finish();
        let request = self
            .client
            .post(self.messages.clone())
            .basic_auth(&self.account.sid, Some(&self.account.token))
            .header("idempotency-key", id)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        match permit.in_time(request.send()).await {
            Ok(Ok(answer)) => judge(answer, permit).await,
            Ok(Err(error)) if error.is_connect() => {
                Sent::Down("the SMS provider was not reached".into(), None)
            }
            Ok(Err(error)) if error.is_builder() => {
                Sent::Unsendable("the message cannot be put in a request".into())
            }
            Ok(Err(_)) | Err(_) => {
                Sent::Unknown("the SMS provider took the message and did not answer".into())
            }
        }
    }
}

/// What is certain after a response. Only codes are reported: the provider's text may quote the number. The status decides,
/// even if the rest does not come in time.
async fn judge(answer: reqwest::Response, permit: &CallPermit<'_>) -> Sent {
    let status = answer.status();
    let pause = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let pause = pause.map(|seconds: u64| Duration::from_secs(seconds.clamp(1, LONGEST_PAUSE)));
    if status.is_success() {
        return Sent::Done;
    }
    let complaint = permit.in_time(answer.json::<Complaint>()).await.ok().and_then(Result::ok);
    let code = complaint.and_then(|complaint| complaint.code);
    let code = code.map_or_else(String::new, |code| format!(", code {code}"));
    let why = format!("the SMS provider answered {}{code}", status.as_u16());
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Sent::Refused(why),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Sent::Down(why, pause),
        // The provider failed internally, perhaps after it had accepted the message.
        status if status.is_server_error() => Sent::Unknown(why),
        _ => Sent::Down(why, None),
    }
}

#[cfg(test)]
mod tests;
