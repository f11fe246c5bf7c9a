//! Describes a group in words, so that people who see no colours, or nothing at all, read the same as everybody else.

use crate::api::Group;
use crate::key::Key;
use crate::messages::key;
use crate::when::Moment;

/// The health of a group. Each state looks different, so that silence is not mistaken for health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GroupHealth {
    CaughtUp,
    Behind,
    Paused,
    Spare,
    Stopped,
}

impl GroupHealth {
    fn of(group: &Group) -> Self {
        match group.state.as_str() {
            "PAUSED" => Self::Paused,
            "STANDING_BY" => Self::Spare,
            "RUNNING" if group.lag == 0 => Self::CaughtUp,
            "RUNNING" => Self::Behind,
            _ => Self::Stopped,
        }
    }

    /// The key of its words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::CaughtUp => key("console-caught-up"),
            Self::Behind => key("console-behind"),
            Self::Paused => key("console-paused"),
            Self::Spare => key("console-standing-by"),
            Self::Stopped => key("console-stopped"),
        }
    }

    /// A symbol for each state, beside the words.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::CaughtUp => "\u{2713}",
            Self::Behind => "\u{2026}",
            Self::Paused => "\u{2016}",
            Self::Spare => "\u{21c4}",
            Self::Stopped => "\u{2715}",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::CaughtUp => "caught-up",
            Self::Behind => "behind",
            Self::Paused => "paused",
            Self::Spare => "standing-by",
            Self::Stopped => "stopped",
        }
    }
}

pub(super) struct ShownGroup {
    pub(super) group: Group,
    /// The key its buttons act on; `None` if the group's name is not a valid key.
    pub(super) key: Option<Key>,
    pub(super) standing: GroupHealth,
    pub(super) oldest: Option<Moment>,
    pub(super) progress: Option<Moment>,
}

impl ShownGroup {
    pub(super) fn of(group: Group) -> Self {
        let oldest = group.logs.iter().filter_map(|place| place.oldest_unprocessed.as_ref()).min();
        Self {
            key: Key::parse(&group.name),
            standing: GroupHealth::of(&group),
            oldest: Moment::parse_some(oldest),
            progress: Moment::parse_some(group.last_consume_timestamp.as_ref()),
            group,
        }
    }

    /// Whether it can be paused. A stopped group needs a restart and accepts no commands.
    pub(super) fn can_pause(&self) -> bool {
        matches!(self.standing, GroupHealth::CaughtUp | GroupHealth::Behind)
    }

    pub(super) fn can_resume(&self) -> bool {
        self.standing == GroupHealth::Paused
    }

    pub(super) fn can_rebuild(&self) -> bool {
        self.group.rebuildable && (self.can_pause() || self.can_resume())
    }

    /// The lag as the key of a text, and how many of its unit. Part of a second counts as one.
    pub(super) fn lag_time(&self) -> (&'static str, u64) {
        let seconds = self.group.lag_ms.div_ceil(1000);
        if seconds < 120 { (key("console-seconds"), seconds) } else { (key("console-minutes"), seconds / 60) }
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupHealth, ShownGroup};
    use crate::api::Group;

    fn group(state: &str, lag: u64) -> ShownGroup {
        ShownGroup::of(Group { state: state.to_owned(), lag, lag_ms: lag * 1500, ..Group::default() })
    }

    #[test]
    fn each_standing_has_words_a_sign_and_a_look_of_its_own() {
        let states = [("RUNNING", 0), ("RUNNING", 7), ("PAUSED", 0), ("STANDING_BY", 0), ("STOPPED", 0)];
        let standings = states.map(|(state, lag)| group(state, lag).standing);
        let GroupHealth::CaughtUp = standings[0] else { panic!("{standings:?}") };
        for part in [GroupHealth::words, GroupHealth::sign, GroupHealth::class] {
            let seen: std::collections::HashSet<_> = standings.into_iter().map(part).collect();
            assert_eq!(seen.len(), states.len());
        }
        assert_eq!(group("A STATE OF LATER", 0).standing, GroupHealth::Stopped);
    }

    #[test]
    fn a_lag_is_told_in_seconds_then_minutes() {
        let told = |lag| group("RUNNING", lag).lag_time();
        assert_eq!(
            (told(0), told(1), told(100)),
            (("console-seconds", 0), ("console-seconds", 2), ("console-minutes", 2))
        );
    }
}
