//! What requests to this service say, for the document of the API: each by the function its handler reads with.

use domain::Fields;
use domain::preferences::Channel;
use http_kit::Paging;
use http_kit::docs::{Body, Reading};
use serde_json::{Value, json};

use super::{preferences, requests};

/// See [`EmailRequest`].
pub type EmailRequestBody = Body<EmailRequest>;

/// The body of a request for a letter.
pub struct EmailRequest;

impl Reading for EmailRequest {
    const NAME: &'static str = "EmailRequest";

    fn read(f: &mut Fields<'_>) {
        requests::asked(f, Channel::Email);
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "to" => "The id of a person, or an address.",
            "variables" => "The words of the template, as texts.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"to": "ravi@example.com", "template": "GENERAL", "variables": {"message": "Hello"}})
    }
}

/// See [`SmsRequest`].
pub type SmsRequestBody = Body<SmsRequest>;

/// The body of a request for a text message.
pub struct SmsRequest;

impl Reading for SmsRequest {
    const NAME: &'static str = "SmsRequest";

    fn read(f: &mut Fields<'_>) {
        requests::asked(f, Channel::Sms);
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "to" => "The id of a person, or an address.",
            "variables" => "The words of the template, as texts.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"to": "98765 43210", "template": "PROPERTY_ALERT", "variables": {"title": "A villa"}})
    }
}

/// See [`PreferencesChange`].
pub type PreferencesChangeBody = Body<PreferencesChange>;

/// The body of a change of preferences: what is not said stays.
pub struct PreferencesChange;

impl Reading for PreferencesChange {
    const NAME: &'static str = "PreferencesChange";

    fn read(f: &mut Fields<'_>) {
        preferences::asked(f, None);
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "quietHours" => "`from` and `to`, such as 22:30, in Indian time; null for none.",
            "channels" => "By kind and channel, true or false.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"language": "EN", "quietHours": {"from": "22:00", "to": "07:00"}, "channels": {"LEAD": {"SMS": false}}})
    }
}

/// A page.
pub struct PageOf;

impl Reading for PageOf {
    const NAME: &'static str = "PageOf";

    fn read(f: &mut Fields<'_>) {
        Paging::read(f, 20, 2);
    }

    fn example() -> Value {
        json!({"size": 5})
    }
}
