//! Accounts, their sessions and the development mailbox as the API sends them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::messages::key;

/// The part a page needs of the answer to register, login and refresh.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    /// The lifetime of the access token, in seconds.
    pub(crate) expires_in: u64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Profile {
    pub(crate) id: String,
    pub(crate) username: Option<String>,
    pub(crate) email: Option<String>,
    /// The e-mail address as people read it, if it differs.
    pub(crate) display_email: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) phone_number: Option<String>,
    pub(crate) email_verified: Option<bool>,
    pub(crate) address: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) pincode: Option<String>,
    pub(crate) date_of_birth: Option<String>,
}

impl Profile {
    /// The e-mail address as people read it.
    pub(crate) fn shown_email(&self) -> Option<&str> {
        self.display_email.as_deref().or(self.email.as_deref())
    }

    /// Whether a confirmation may never arrive, because not every mail server takes such letters before the `@`.
    pub(crate) fn may_be_out_of_reach(&self) -> bool {
        let local =
            self.email.as_deref().and_then(|email| email.rsplit_once('@')).map_or("", |(local, _)| local);
        !local.is_ascii()
    }
}

/// One signed-in device.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SignedInAt {
    pub(crate) id: String,
    pub(crate) created_at: Option<String>,
    pub(crate) last_used_at: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) ip_address: Option<String>,
    pub(crate) current: bool,
}

/// How a person is notified, by kind and channel.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Preferences {
    channels: BTreeMap<String, BTreeMap<String, bool>>,
    pub(crate) quiet_hours: Option<QuietHours>,
}

/// Hours of every day, in Indian time.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct QuietHours {
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Preferences {
    pub(crate) fn wants(&self, kind: &str, channel: &str) -> bool {
        self.channels.get(kind).and_then(|channels| channels.get(channel)).copied().unwrap_or(true)
    }
}

/// Whether a person gets e-mails of a kind.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) kind: String,
    pub(crate) stopped: bool,
}

impl Subscription {
    /// The key of what the e-mails of this kind are about.
    pub(crate) fn about(&self) -> &'static str {
        match &*self.kind {
            "WELCOME" => key("account-about-greetings"),
            "PROPERTY_ALERT" => key("account-about-homes"),
            "LEAD" => key("account-about-enquiries"),
            "VISIT" => key("account-about-visits"),
            _ => key("account-about-other"),
        }
    }
}

/// The contact of a home's owner.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
pub(crate) struct Contact {
    pub(crate) contact_name: Option<String>,
    pub(crate) contact_phone: Option<String>,
    pub(crate) contact_email: Option<String>,
}

impl Contact {
    pub(crate) fn is_empty(&self) -> bool {
        self.contact_name.is_none() && self.contact_phone.is_none() && self.contact_email.is_none()
    }
}

/// A message in the development mailbox.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct MailboxEmail {
    pub(crate) name: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) sent_at: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) delivery: Option<Delivery>,
}

/// The delivery state of a message.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Delivery {
    pub(crate) state: String,
    pub(crate) failed_tries: u64,
    pub(crate) last_error: Option<String>,
}

impl Delivery {
    /// Its state in readable form: `NOT_WANTED` becomes `not wanted`.
    pub(crate) fn words(&self) -> String {
        self.state.to_lowercase().replace('_', " ")
    }
}
