//! How a person wants to be notified.

use super::asked::PreferencesChangeBody;
use http_kit::Envelope;
use http_kit::docs::{IdempotencyKey, IfMatch, IfNoneMatch};
use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::Uri;
use domain::fields::{Choice, MemberKind};
use domain::preferences::{
    Change, Channel, Kind, Language, Preferences, PreferencesCommand, Quiet, QuietHours, TimeOfDay,
};
use domain::{FieldErrors, Fields, UserId};
use http_kit::{Caller, Category, Conditions, Failure, Held, JsonObject, Params, Reply, refused};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Site;

/// What holds, for every kind and channel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Preferences)]
pub struct Shown {
    user_id: UserId,
    language: Language,
    quiet_hours: Option<QuietHours>,
    channels: BTreeMap<&'static str, BTreeMap<&'static str, bool>>,
}

impl Shown {
    fn of(user_id: UserId, state: &Preferences) -> Self {
        let of_kind = |kind: Kind| {
            let channels = Channel::ALL.iter().map(|(word, channel)| (*word, state.wants(kind, *channel)));
            channels.collect()
        };
        Self {
            user_id,
            language: state.choices.language,
            quiet_hours: state.choices.quiet_hours,
            channels: Kind::ALL.iter().map(|(word, kind)| (*word, of_kind(*kind))).collect(),
        }
    }
}

/// `GET /api/notifications/preferences/{userId}`
#[utoipa::path(
    get,
    path = "/api/notifications/preferences/{userId}",
    summary = "How a person is notified",
    params(IfNoneMatch),
    responses((status = 200, description = "What holds", body = Envelope<Shown>)),
)]
pub async fn shown(
    State(site): State<Site>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    held: Held,
) -> Result<Reply<Shown>, Failure> {
    let user = caller.named(&id)?;
    let operation = "GET /api/notifications/preferences/{userId}";
    caller.may_read_existing(site.kit(), (Category::Notifications, user), operation).await?;
    Params::read(&uri, &[])?;
    let kit = site.kit();
    let (state, version) = kit.ledger.load::<Preferences>(&caller.tenant, user).await?;
    let tag = version.to_string();
    Ok(kit.reply("Preferences", Shown::of(user, &state)).etag(&tag).unless(&held))
}

/// `PUT /api/notifications/preferences`: what is not said stays.
#[utoipa::path(
    put,
    path = "/api/notifications/preferences",
    summary = "Choose how to be notified",
    params(IdempotencyKey, IfMatch),
    request_body = PreferencesChangeBody,
    responses((status = 200, description = "What holds now", body = Envelope<Shown>)),
)]
pub async fn choose(
    State(site): State<Site>,
    caller: Caller,
    uri: Uri,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<Shown>, Failure> {
    let user = caller.person()?.user;
    Params::read(&uri, &[])?;
    let (kit, change) = (site.kit(), change(&body.members)?);
    let options = conditions.options(kit, &caller, &body.bytes, &user);
    let command = PreferencesCommand::Choose(change);
    let done = kit.execute::<Preferences>(&caller.actor(), user, command, options).await.map_err(refused)?;
    let reply = kit.done(&caller, "Preferences saved", Shown::of(user, &done.state), done.position);
    Ok(reply.etag(&done.version.to_string()))
}

fn change(members: &Map<String, Value>) -> Result<Change, Failure> {
    let mut f = Fields::new(members);
    let change = asked(&mut f, members.get("quietHours"));
    Ok(f.finish(Some(change))?)
}

pub fn asked(f: &mut Fields<'_>, hours: Option<&Value>) -> Change {
    f.asks("quietHours", || MemberKind::Object);
    f.asks("channels", || MemberKind::Object);
    Change { language: f.choice("language"), quiet: quiet(f, hours), switches: switches(f) }
}

/// Null is no quiet hours, which is something else than not to speak of them.
fn quiet(f: &mut Fields<'_>, given: Option<&Value>) -> Quiet {
    let members = match given {
        None => return Quiet::AsBefore,
        Some(Value::Null) => return Quiet::Never,
        Some(Value::Object(members)) => members,
        Some(_) => {
            f.wrong("quietHours", "must be an object with from and to, or null");
            return Quiet::AsBefore;
        }
    };
    let mut inner = Fields::new(members);
    let mut time = |name: &str| {
        let time = inner.parsed::<TimeOfDay>(name, str::parse);
        inner.required(name, time)
    };
    let (from, to) = (time("from"), time("to"));
    match inner.finish(from.zip(to)) {
        Ok((from, to)) if from == to => f.wrong("quietHours", "must begin and end at different times"),
        Ok((from, to)) => return Quiet::Daily(QuietHours { from, to }),
        Err(FieldErrors(errors)) => {
            for (name, message) in errors {
                f.wrong(&format!("quietHours.{name}"), message);
            }
        }
    }
    Quiet::AsBefore
}

/// `{"LEAD": {"SMS": false}}`
fn switches(f: &mut Fields<'_>) -> Vec<(Kind, Channel, bool)> {
    let mut switches = Vec::new();
    let kinds = match f.raw("channels") {
        None => return switches,
        Some(Value::Object(kinds)) => kinds,
        Some(_) => {
            f.wrong("channels", "must be an object of kinds");
            return switches;
        }
    };
    for (word, channels) in kinds {
        let name = format!("channels.{word}");
        let (Some(kind), Value::Object(channels)) = (Kind::from_word(word), channels) else {
            f.wrong(&name, format!("must be an object, and its name {}", Kind::choices()));
            continue;
        };
        for (word, on) in channels {
            match (Channel::from_word(word), on) {
                (Some(channel), Value::Bool(on)) => switches.push((kind, channel, *on)),
                _ => f.wrong(
                    &format!("{name}.{word}"),
                    format!("must be true or false, and its name {}", Channel::choices()),
                ),
            }
        }
    }
    switches
}
