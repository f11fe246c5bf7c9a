//! A person's notification preferences: channels, language and quiet hours.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::aggregate::{Aggregate, EventKind};
use crate::fields::Choice;
use crate::time::Timestamp;

/// The topics of notifications a person can choose. E-mails for account security are always sent.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Kind {
    Welcome,
    PropertyAlert,
    Lead,
    Visit,
    General,
}

impl Choice for Kind {
    const ALL: &'static [(&'static str, Self)] = &[
        ("WELCOME", Self::Welcome),
        ("PROPERTY_ALERT", Self::PropertyAlert),
        ("LEAD", Self::Lead),
        ("VISIT", Self::Visit),
        ("GENERAL", Self::General),
    ];
}

/// How a person is reached.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Channel {
    Email,
    Sms,
    /// Only in the inbox, where all other notifications appear, too.
    InApp,
}

impl Choice for Channel {
    const ALL: &'static [(&'static str, Self)] =
        &[("EMAIL", Self::Email), ("SMS", Self::Sms), ("IN_APP", Self::InApp)];
}

/// The languages that e-mails are available in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Language {
    #[default]
    En,
}

impl Choice for Language {
    const ALL: &'static [(&'static str, Self)] = &[("EN", Self::En)];
}

/// A time of day in India, to the minute: `22:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

impl FromStr for TimeOfDay {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const MESSAGE: &str = "must be a time of the day such as 22:30";
        let (hours, minutes) = text.trim().split_once(':').ok_or(MESSAGE)?;
        let number = |text: &str, end: u16| {
            let plain = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<u16>().ok().filter(|number| plain && *number < end).ok_or(MESSAGE)
        };
        Ok(Self(number(hours, 24)? * 60 + number(minutes, 60)?))
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// Daily quiet hours, in Indian time. They pass midnight if they end before they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct QuietHours {
    /// The start, inclusive.
    pub from: TimeOfDay,
    /// The end, exclusive.
    pub to: TimeOfDay,
}

impl QuietHours {
    /// When the quiet hours end, if `now` is within them.
    #[must_use]
    pub fn end_after(&self, now: Timestamp) -> Option<Timestamp> {
        const MINUTE: i64 = 60;
        let second = now.india_second();
        let (from, to) = (i64::from(self.from.0) * MINUTE, i64::from(self.to.0) * MINUTE);
        let quiet = if from < to { (from..to).contains(&second) } else { second >= from || second < to };
        let left = (to - second).rem_euclid(86_400);
        quiet.then(|| Timestamp::from_micros(now.seconds() * 1_000_000).plus_seconds(left))
    }
}

/// A person's choices. By default every topic comes by every channel, at any time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Choices {
    /// The language of e-mails and messages.
    pub language: Language,
    /// Nothing is sent during these hours; it is postponed until they end.
    pub quiet_hours: Option<QuietHours>,
    /// The combinations of topic and channel that are switched off.
    pub off: BTreeSet<(Kind, Channel)>,
}

/// The events of a person's preferences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum PreferencesEvent {
    /// The person chose; the event carries all choices.
    #[serde(rename = "NOTIFICATION_PREFERENCES_UPDATED")]
    Chosen {
        /// The choices from now on.
        #[serde(flatten)]
        choices: Choices,
    },
}

impl EventKind for PreferencesEvent {}

/// The commands of preferences.
#[derive(Clone, Debug)]
pub enum PreferencesCommand {
    /// Change the choices; absent fields stay as they are.
    Choose(PreferencesChange),
}

/// A change to the quiet hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quiet {
    /// Unchanged.
    #[default]
    AsBefore,
    /// No quiet hours.
    Never,
    /// These quiet hours, every day.
    Daily(QuietHours),
}

/// A change to the preferences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PreferencesChange {
    /// The new language.
    pub language: Option<Language>,
    /// The new quiet hours.
    pub quiet: Quiet,
    /// Combinations of topic and channel to switch on (`true`) or off.
    pub switches: Vec<(Kind, Channel, bool)>,
}

impl PreferencesChange {
    fn of(self, before: &Choices) -> Choices {
        let mut choices = Choices {
            language: self.language.unwrap_or(before.language),
            quiet_hours: match self.quiet {
                Quiet::AsBefore => before.quiet_hours,
                Quiet::Never => None,
                Quiet::Daily(hours) => Some(hours),
            },
            off: before.off.clone(),
        };
        for (kind, channel, on) in self.switches {
            if on {
                choices.off.remove(&(kind, channel));
            } else {
                choices.off.insert((kind, channel));
            }
        }
        choices
    }
}

/// Why a command is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreferencesRejection {
    /// Quiet hours with the same start and end would mean always, or never.
    #[error("quiet hours must begin and end at different times")]
    AlwaysQuiet,
}

/// The state of a person's preferences.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Preferences {
    /// The current choices.
    pub choices: Choices,
}

impl Preferences {
    /// Whether notifications of `kind` come by `channel`.
    #[must_use]
    pub fn wants(&self, kind: Kind, channel: Channel) -> bool {
        !self.choices.off.contains(&(kind, channel))
    }
}

impl Aggregate for Preferences {
    const TYPE: &'static str = "preferences";
    type Command = PreferencesCommand;
    type Event = PreferencesEvent;
    type Rejection = PreferencesRejection;

    fn decide(
        &self,
        command: PreferencesCommand,
        _: Timestamp,
    ) -> Result<Vec<PreferencesEvent>, PreferencesRejection> {
        let PreferencesCommand::Choose(change) = command;
        let choices = change.of(&self.choices);
        if choices.quiet_hours.is_some_and(|quiet| quiet.from == quiet.to) {
            return Err(PreferencesRejection::AlwaysQuiet);
        }
        let changed = choices != self.choices;
        Ok(if changed { vec![PreferencesEvent::Chosen { choices }] } else { Vec::new() })
    }

    fn evolve(&mut self, event: &PreferencesEvent, _: Timestamp) {
        let PreferencesEvent::Chosen { choices } = event;
        self.choices = choices.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(from: &str, to: &str) -> QuietHours {
        QuietHours { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn quiet_hours_are_of_the_indian_day_and_may_pass_midnight() {
        let night = quiet("22:00", "07:30");
        for (now, end) in [
            ("2026-11-21T16:29:59.999Z", None),
            ("2026-11-21T16:30:00Z", Some("2026-11-22T02:00:00Z")),
            ("2026-11-21T18:30:00.5Z", Some("2026-11-22T02:00:00Z")),
            ("2026-11-22T01:59:59.9Z", Some("2026-11-22T02:00:00Z")),
            ("2026-11-22T02:00:00Z", None),
        ] {
            assert_eq!(night.end_after(at(now)), end.map(at), "{now}");
        }
        let noon = quiet("12:00", "14:00");
        assert_eq!(noon.end_after(at("2026-11-21T06:30:00Z")), Some(at("2026-11-21T08:30:00Z")));
        assert_eq!(noon.end_after(at("2026-11-21T08:30:00Z")), None);
    }

    #[test]
    fn a_time_of_the_day_is_two_numbers_of_two_digits() {
        assert_eq!("07:05".parse::<TimeOfDay>().unwrap().to_string(), "07:05");
        for text in ["7:05", "24:00", "12:60", "+1:00", "12", "12:0x", ""] {
            assert!(text.parse::<TimeOfDay>().is_err(), "{text}");
        }
    }

    #[test]
    fn choosing_the_same_again_is_no_choice_and_what_is_not_said_stays() {
        let mut state = Preferences::default();
        let now = Timestamp::from_micros(0);
        let choose = |state: &Preferences, change: PreferencesChange| {
            state.decide(PreferencesCommand::Choose(change), now)
        };
        assert_eq!(choose(&state, PreferencesChange::default()), Ok(vec![]));
        let no_texts = PreferencesChange {
            switches: vec![(Kind::Lead, Channel::Sms, false)],
            ..PreferencesChange::default()
        };
        for event in choose(&state, no_texts.clone()).unwrap() {
            state.evolve(&event, now);
        }
        assert_eq!(choose(&state, no_texts), Ok(vec![]));
        assert!(!state.wants(Kind::Lead, Channel::Sms) && state.wants(Kind::Lead, Channel::Email));
        let night = PreferencesChange {
            quiet: Quiet::Daily(quiet("22:00", "07:00")),
            ..PreferencesChange::default()
        };
        for event in choose(&state, night).unwrap() {
            state.evolve(&event, now);
        }
        assert!(!state.wants(Kind::Lead, Channel::Sms) && state.choices.quiet_hours.is_some());
        let always = PreferencesChange {
            quiet: Quiet::Daily(quiet("08:00", "08:00")),
            ..PreferencesChange::default()
        };
        assert_eq!(choose(&state, always), Err(PreferencesRejection::AlwaysQuiet));
        let by_day = PreferencesChange { quiet: Quiet::Never, ..PreferencesChange::default() };
        assert_eq!(choose(&state, by_day).unwrap().len(), 1);
    }
}
