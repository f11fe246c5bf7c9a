//! Telling somebody something, on behalf of another service or an admin.

use super::asked::{EmailRequestBody, SmsRequestBody};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use domain::fields::MemberKind;
use domain::notification::{Asked, Notification, NotificationCommand, Variables};
use domain::preferences::{Channel, Kind};
use domain::user::User;
use domain::{Fields, NotificationId, Personal, TenantId, Timestamp, UserId, people};
use http_kit::Envelope;
use http_kit::docs::IdempotencyKey;
use http_kit::{Caller, Conditions, Failure, JsonObject, Params, Reply, Right, refused};
use journal::Options;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Site;
use crate::template::{Template, Told};

/// One variable of a template approved under DLT holds no more.
const LONGEST_IN_TEXT: usize = 30;

/// What is on its way.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RequestedNotification)]
pub struct Requested {
    id: NotificationId,
    user_id: Option<UserId>,
    channel: Channel,
    template: Kind,
    created_at: Option<Timestamp>,
}

type Answer = Result<Reply<Requested>, Failure>;

/// `POST /api/notifications/email`
#[utoipa::path(
    post,
    path = "/api/notifications/email",
    summary = "Have a letter sent",
    params(IdempotencyKey),
    request_body = EmailRequestBody,
    responses(
        (status = 202, description = "On its way", body = Envelope<Requested>),
        (status = 404, description = "There is no such person"),
    ),
)]
pub async fn email(
    State(site): State<Site>,
    caller: Caller,
    uri: Uri,
    conditions: Conditions,
    body: JsonObject,
) -> Answer {
    site.request(Channel::Email, &caller, &uri, &conditions, &body).await
}

/// `POST /api/notifications/sms`
#[utoipa::path(
    post,
    path = "/api/notifications/sms",
    summary = "Have a text message sent",
    params(IdempotencyKey),
    request_body = SmsRequestBody,
    responses(
        (status = 202, description = "On its way", body = Envelope<Requested>),
        (status = 404, description = "There is no such person"),
        (status = 409, description = "The person told no phone number, or the key is in use"),
    ),
)]
pub async fn sms(
    State(site): State<Site>,
    caller: Caller,
    uri: Uri,
    conditions: Conditions,
    body: JsonObject,
) -> Answer {
    site.request(Channel::Sms, &caller, &uri, &conditions, &body).await
}

/// Whom a request names.
#[derive(Debug)]
pub enum To {
    Person(UserId),
    Email(String),
    Phone(String),
}

impl Site {
    async fn request(
        &self,
        channel: Channel,
        caller: &Caller,
        uri: &Uri,
        conditions: &Conditions,
        body: &JsonObject,
    ) -> Answer {
        caller.require(Right::Serve)?;
        Params::read(uri, &[])?;
        let mut f = Fields::new(&body.members);
        let asked = asked(&mut f, channel);
        let (to, kind, variables) = f.finish(asked)?;
        let kit = self.kit();
        let id: NotificationId = kit.ledger.fresh().into();
        let (subject, address) = self.resolved(&caller.tenant, channel, to).await?;
        // What goes to nobody's account is sealed with a key of its own, which goes when the notification is deleted.
        let sealed_for = subject.unwrap_or_else(|| id.uuid().into());
        let address = address.map(|address| Personal::of(sealed_for, address));
        let variables = Personal::of(sealed_for, variables);
        let asked = Asked { id, subject, channel, kind, address, variables };
        let command = NotificationCommand::Request(Box::new(asked));
        let options = Options { new_stream: true, ..conditions.options(kit, caller, &body.bytes, &id) };
        let done = kit.execute::<Notification>(&caller.actor(), id, command, options).await;
        let done = done.map_err(refused)?;
        let asked = done.state.asked.ok_or_else(super::inbox::unknown)?;
        let requested = Requested {
            id: asked.id,
            user_id: asked.subject,
            channel: asked.channel,
            template: asked.kind,
            created_at: done.state.made_at,
        };
        let reply = kit.done(caller, "On its way", requested, done.position);
        Ok(reply.status(StatusCode::ACCEPTED))
    }

    /// An account when there is one, so that its owner's choices hold and their leaving reaches it.
    async fn resolved(
        &self,
        tenant: &TenantId,
        channel: Channel,
        to: To,
    ) -> Result<(Option<UserId>, Option<String>), Failure> {
        let ledger = &self.kit().ledger;
        let user = match to {
            To::Person(user) => user,
            To::Phone(phone) => return Ok((None, Some(phone))),
            To::Email(email) => {
                let claim = ledger.keys().claim(tenant, "email", &email);
                let owner = ledger.journal().owner(&claim).await?;
                match owner.and_then(|stream| stream.id.parse().ok()) {
                    Some(user) => user,
                    None => return Ok((None, Some(email))),
                }
            }
        };
        let (state, _) = ledger.load::<User>(tenant, user).await?;
        let Some(person) = state.person else { return Err(Failure::no_such_person()) };
        let phone = person.profile.as_ref().and_then(|profile| profile.phone_number.as_deref());
        if channel == Channel::Sms && phone.is_none() {
            return Err(Failure::conflict("NO_PHONE_NUMBER", "the person told no phone number"));
        }
        Ok((Some(user), None))
    }
}

pub fn asked(f: &mut Fields<'_>, channel: Channel) -> Option<(To, Kind, Variables)> {
    let to = to(f, channel);
    let kind = f.choice::<Kind>("template");
    let kind = f.required("template", kind);
    f.asks("variables", || MemberKind::Object);
    let variables = kind.map(|kind| variables(f, kind, channel));
    Some((to?, kind?, variables?))
}

fn to(f: &mut Fields<'_>, channel: Channel) -> Option<To> {
    let given = f.text("to", 1..=254);
    let given = f.required("to", given)?;
    if let Ok(user) = given.parse() {
        return Some(To::Person(user));
    }
    let parsed = match channel {
        Channel::Email | Channel::InApp => people::email(&given).map(To::Email),
        Channel::Sms => people::phone(&given).map(To::Phone),
    };
    parsed.map_err(|message| f.wrong("to", format!("{message}, or the id of a person"))).ok()
}

fn variables(f: &mut Fields<'_>, kind: Kind, channel: Channel) -> Variables {
    let none = serde_json::Map::new();
    let given = match f.raw("variables") {
        None => &none,
        Some(Value::Object(given)) => given,
        Some(_) => {
            f.wrong("variables", "must be an object of texts");
            return Variables::new();
        }
    };
    let (known, mut inner) = (Template::of(kind).told(), Fields::new(given));
    let mut read = Variables::new();
    for Told { name, required, longest } in known {
        let longest = if channel == Channel::Sms { LONGEST_IN_TEXT.min(*longest) } else { *longest };
        // An id is no word that people read.
        let longest = if *name == "propertyId" { 36 } else { longest };
        let value = inner.text(name, 1..=longest);
        let value = if *required { inner.required(name, value) } else { value };
        read.extend(value.map(|value| ((*name).to_owned(), value)));
    }
    for name in given.keys().filter(|name| !known.iter().any(|told| told.name == name.as_str())) {
        inner.wrong(name, "is not told in this template");
    }
    if let Err(errors) = inner.finish(Some(())) {
        for (name, message) in errors.0 {
            f.wrong(&format!("variables.{name}"), message);
        }
    }
    read
}
