//! How a person wants to be notified.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use domain::fields::{Choice, MemberKind};
use domain::preferences::{
    self, Channel, Kind, Language, Preferences, PreferencesCommand, Quiet, QuietHours, TimeOfDay,
};
use domain::{Fields, UserId};
use http_kit::docs::{IdempotencyKey, IfMatch, IfNoneMatch};
use http_kit::{
    ApiResponse, Body, Caller, Category, ClientTags, Conditions, Failure, Query, Reply, Request, refused,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::App;

/// A person's preferences, for every kind and channel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Preferences)]
pub struct PreferencesDocument {
    user_id: UserId,
    language: Language,
    quiet_hours: Option<QuietHours>,
    channels: BTreeMap<&'static str, BTreeMap<&'static str, bool>>,
}

impl PreferencesDocument {
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

/// `GET /api/notifications/preferences/{userId}`: a person's preferences.
#[utoipa::path(
    get,
    path = "/api/notifications/preferences/{userId}",
    summary = "How a person is notified",
    params(IfNoneMatch),
    responses((status = 200, description = "What holds", body = ApiResponse<PreferencesDocument>)),
)]
pub async fn shown(
    State(site): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
    held: ClientTags,
) -> Result<Reply<PreferencesDocument>, Failure> {
    let user = caller.named(&id)?;
    let operation = "GET /api/notifications/preferences/{userId}";
    caller.may_read_existing(site.context(), (Category::Notifications, user), operation).await?;
    nothing?;
    let context = site.context();
    let (state, version) = context.aggregates.load::<Preferences>(&caller.tenant, user).await?;
    let tag = version.to_string();
    Ok(context.reply("Preferences", PreferencesDocument::of(user, &state)).etag(&tag).unless(&held))
}

/// See [`PreferencesChange`].
pub type PreferencesChangeBody = Body<PreferencesChange>;

/// The body of a change of preferences. Fields that are left out stay unchanged.
pub struct PreferencesChange(preferences::PreferencesChange);

impl Request for PreferencesChange {
    const NAME: &'static str = "PreferencesChange";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let quiet = quiet(f);
        let switches = switches(f);
        Some(Self(preferences::PreferencesChange { language: f.choice("language"), quiet, switches }))
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

/// `PUT /api/notifications/preferences`: changes the caller's preferences. Fields that are left out stay unchanged.
#[utoipa::path(
    put,
    path = "/api/notifications/preferences",
    summary = "Choose how to be notified",
    params(IdempotencyKey, IfMatch),
    request_body = PreferencesChangeBody,
    responses((status = 200, description = "What holds now", body = ApiResponse<PreferencesDocument>)),
)]
pub async fn choose(
    State(site): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: PreferencesChangeBody,
) -> Result<Reply<PreferencesDocument>, Failure> {
    let user = caller.person()?.user;
    nothing?;
    let PreferencesChange(change) = body.value?;
    let context = site.context();
    let options = conditions.options(context, &caller, &body.bytes, &user);
    let command = PreferencesCommand::Choose(change);
    let done =
        context.execute::<Preferences>(&caller.actor(), user, command, options).await.map_err(refused)?;
    let reply =
        context.done(&caller, "Preferences saved", PreferencesDocument::of(user, &done.state), done.position);
    Ok(reply.etag(&done.version.to_string()))
}

/// Reads the quiet hours. Null removes them; leaving them out keeps them.
fn quiet(f: &mut Fields<'_>) -> Quiet {
    f.asks("quietHours", || MemberKind::OrNull(Box::new(MemberKind::object(hours))));
    match f.given("quietHours") {
        None => Quiet::AsBefore,
        Some(Value::Null) => Quiet::Never,
        Some(Value::Object(members)) => match f.inside("quietHours", members, hours) {
            Some(hours) if hours.from == hours.to => {
                f.wrong("quietHours", "must begin and end at different times");
                Quiet::AsBefore
            }
            Some(hours) => Quiet::Daily(hours),
            None => Quiet::AsBefore,
        },
        Some(_) => {
            f.wrong("quietHours", "must be an object with from and to, or null");
            Quiet::AsBefore
        }
    }
}

fn hours(f: &mut Fields<'_>) -> Option<QuietHours> {
    let mut time = |name: &str| {
        let time = f.parsed::<TimeOfDay>(name, str::parse);
        f.required(name, time)
    };
    let (from, to) = (time("from"), time("to"));
    from.zip(to).map(|(from, to)| QuietHours { from, to })
}

/// Reads the switches, such as `{"LEAD": {"SMS": false}}`.
fn switches(f: &mut Fields<'_>) -> Vec<(Kind, Channel, bool)> {
    f.asks("channels", || MemberKind::Map(Box::new(MemberKind::Map(Box::new(MemberKind::Flag)))));
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
