//! Sending somebody an e-mail or a text message, on behalf of another service or an admin.

use axum::extract::State;
use axum::http::StatusCode;
use domain::fields::MemberKind;
use domain::notification::{Notification, NotificationCommand, NotificationRequest, Variables};
use domain::preferences::{Channel, Kind};
use domain::user::User;
use domain::{Fields, NotificationId, Personal, TenantId, Timestamp, UserId, people};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Reply, Request, Right, refused};
use journal::Options;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::App;
use crate::template::{Template, TemplateVariable};

/// Maximum length of one variable of a template approved under DLT.
const LONGEST_IN_TEXT: usize = 30;

/// A notification that is on its way.
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

/// `POST /api/notifications/email`: sends an e-mail to a person or an address. For services and admins.
#[utoipa::path(
    post,
    path = "/api/notifications/email",
    summary = "Have an e-mail sent",
    params(IdempotencyKey),
    request_body = EmailRequestBody,
    responses(
        (status = 202, description = "On its way", body = ApiResponse<Requested>),
        (status = 404, description = "There is no such person"),
    ),
)]
pub async fn email(
    State(site): State<App>,
    caller: Caller,
    query: Query<()>,
    conditions: Conditions,
    body: EmailRequestBody,
) -> Answer {
    site.request(Channel::Email, &caller, query, &conditions, body).await
}

/// `POST /api/notifications/sms`: sends a text message to a person or a phone number. For services and admins.
#[utoipa::path(
    post,
    path = "/api/notifications/sms",
    summary = "Have a text message sent",
    params(IdempotencyKey),
    request_body = SmsRequestBody,
    responses(
        (status = 202, description = "On its way", body = ApiResponse<Requested>),
        (status = 404, description = "There is no such person"),
        (status = 409, description = "The person told no phone number, or the key is in use"),
    ),
)]
pub async fn sms(
    State(site): State<App>,
    caller: Caller,
    query: Query<()>,
    conditions: Conditions,
    body: SmsRequestBody,
) -> Answer {
    site.request(Channel::Sms, &caller, query, &conditions, body).await
}

/// The recipient that a request names.
#[derive(Debug)]
enum To {
    Person(UserId),
    Email(String),
    Phone(String),
}

/// What is to be told, and to whom.
#[derive(Debug)]
struct Wish {
    to: To,
    kind: Kind,
    variables: Variables,
}

impl Wish {
    fn read(f: &mut Fields<'_>, channel: Channel) -> Option<Self> {
        let to = to(f, channel);
        let kind = f.choice::<Kind>("template");
        let kind = f.required("template", kind);
        f.asks("variables", || MemberKind::Map(Box::new(MemberKind::Text(0..=2000))));
        let variables = kind.map(|kind| variables(f, kind, channel));
        Some(Self { to: to?, kind: kind?, variables: variables? })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "to" => "The id of a person, or an address.",
            "variables" => "The words of the template, as texts.",
            _ => return None,
        })
    }
}

/// See [`EmailRequest`].
pub type EmailRequestBody = Body<EmailRequest>;

/// The body of a request for an e-mail.
pub struct EmailRequest(Wish);

impl From<EmailRequest> for Wish {
    fn from(EmailRequest(wish): EmailRequest) -> Self {
        wish
    }
}

impl Request for EmailRequest {
    const NAME: &'static str = "EmailRequest";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Wish::read(f, Channel::Email).map(Self)
    }

    fn about(member: &str) -> Option<&'static str> {
        Wish::about(member)
    }

    fn example() -> Value {
        json!({"to": "ravi@example.com", "template": "GENERAL", "variables": {"message": "Hello"}})
    }
}

/// See [`SmsRequest`].
pub type SmsRequestBody = Body<SmsRequest>;

/// The body of a request for a text message.
pub struct SmsRequest(Wish);

impl From<SmsRequest> for Wish {
    fn from(SmsRequest(wish): SmsRequest) -> Self {
        wish
    }
}

impl Request for SmsRequest {
    const NAME: &'static str = "SmsRequest";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Wish::read(f, Channel::Sms).map(Self)
    }

    fn about(member: &str) -> Option<&'static str> {
        Wish::about(member)
    }

    fn example() -> Value {
        json!({"to": "+919876543210", "template": "PROPERTY_ALERT", "variables": {"title": "A villa"}})
    }
}

impl App {
    async fn request<T: Into<Wish>>(
        &self,
        channel: Channel,
        caller: &Caller,
        Query(nothing): Query<()>,
        conditions: &Conditions,
        body: Body<T>,
    ) -> Answer {
        caller.require(Right::Serve)?;
        nothing?;
        let Wish { to, kind, variables } = body.value?.into();
        let context = self.context();
        let id: NotificationId = context.aggregates.fresh().into();
        let (subject, address) = self.resolved(&caller.tenant, channel, to).await?;
        // If the recipient has no account, the notification is encrypted with a key of its own, which is destroyed
        // when the notification is deleted.
        let encrypted_for = subject.unwrap_or_else(|| id.uuid().into());
        let address = address.map(|address| Personal::of(encrypted_for, address));
        let variables = Personal::of(encrypted_for, variables);
        let asked = NotificationRequest { id, subject, channel, kind, address, variables };
        let command = NotificationCommand::Request(Box::new(asked));
        let options = Options { new_stream: true, ..conditions.options(context, caller, &body.bytes, &id) };
        let done = context.execute::<Notification>(&caller.actor(), id, command, options).await;
        let done = done.map_err(refused)?;
        let asked = done.state.asked.ok_or_else(super::inbox::unknown)?;
        let requested = Requested {
            id: asked.id,
            user_id: asked.subject,
            channel: asked.channel,
            template: asked.kind,
            created_at: done.state.made_at,
        };
        let reply = context.done(caller, "On its way", requested, done.position);
        Ok(reply.status(StatusCode::ACCEPTED))
    }

    /// Resolves the recipient to an account if there is one, so that the person's preferences apply, and the
    /// notification is erased when they leave.
    async fn resolved(
        &self,
        tenant: &TenantId,
        channel: Channel,
        to: To,
    ) -> Result<(Option<UserId>, Option<String>), Failure> {
        let aggregates = &self.context().aggregates;
        let user = match to {
            To::Person(user) => user,
            To::Phone(phone) => return Ok((None, Some(phone))),
            To::Email(email) => {
                let mut owner = None;
                for spelling in people::spellings(&email) {
                    let unique_key = aggregates.keys().unique_key(tenant, "email", &spelling);
                    owner = aggregates.journal().owner(&unique_key).await?;
                    if owner.is_some() {
                        break;
                    }
                }
                match owner.and_then(|stream| stream.id.parse().ok()) {
                    Some(user) => user,
                    None => return Ok((None, Some(email))),
                }
            }
        };
        let (state, _) = aggregates.load::<User>(tenant, user).await?;
        let Some(person) = state.person else { return Err(Failure::no_such_person()) };
        let phone = person.profile.as_ref().and_then(|profile| profile.phone_number.as_deref());
        if channel == Channel::Sms && phone.is_none() {
            return Err(Failure::conflict("NO_PHONE_NUMBER", "the person told no phone number"));
        }
        Ok((Some(user), None))
    }
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
    let read = |inner: &mut Fields<'_>| Some(told(inner, Template::of(kind).told(), channel));
    f.inside("variables", given, read).unwrap_or_default()
}

/// Reads the variables that a template uses, and rejects any others.
fn told(f: &mut Fields<'_>, known: &[TemplateVariable], channel: Channel) -> Variables {
    let mut read = Variables::new();
    for TemplateVariable { name, required, longest } in known {
        let longest = if channel == Channel::Sms { LONGEST_IN_TEXT.min(*longest) } else { *longest };
        // People do not read ids, so the limit for texts does not apply.
        let longest = if *name == "propertyId" { 36 } else { longest };
        let value = if ["message", "homes"].contains(name) {
            f.prose(name, 1..=longest)
        } else {
            f.text(name, 1..=longest)
        };
        let value = if *required { f.required(name, value) } else { value };
        read.extend(value.map(|value| ((*name).to_owned(), value)));
    }
    for name in f.names().filter(|name| !known.iter().any(|told| told.name == *name)) {
        f.wrong(name, "is not told in this template");
    }
    read
}
