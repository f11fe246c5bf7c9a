//! When a person was here before the visit that goes on now; see ADR 62.

use ::projection::{Row, ViewError};
use domain::{SessionId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Person, THEIRS};

/// A visit ends when nothing was done for this long.
const PAUSE_SECONDS: i64 = 4 * 3600;
/// No visit lasts longer, so no more than the acts of a day are read.
const LONGEST_SECONDS: i64 = 24 * 3600;
/// The number of entries read at once.
const PORTION: u64 = 200;

/// What a person did on the site, newest first: not what others tried at their account, and not the end of work that
/// went on without them.
const ACTS: &str = "(session_id is not null or activity_type in ('USER_LOGIN', 'USER_REGISTERED'))
    and activity_type not in ('IMPORT_FINISHED', 'IMPORT_FAILED', 'OPTIMIZE_FINISHED', 'OPTIMIZE_FAILED',
    'REPLAY_FINISHED', 'REPLAY_FAILED', 'BACKUP_FINISHED', 'BACKUP_FAILED')";

/// When a person was last here, and since when they are here again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LastVisit)]
pub struct LastVisit {
    /// The last thing they did before this visit; null on the first visit.
    pub from: Option<Timestamp>,
    /// The first thing they did in this visit; null as long as they only read pages.
    pub visit_began: Option<Timestamp>,
}

/// Something a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Act {
    event_id: String,
    at: Timestamp,
    /// The time of the last of several views that are one entry.
    last_at: Timestamp,
    /// The session that began with it.
    begins: Option<String>,
}

impl Act {
    fn read(row: &Row) -> Option<Self> {
        let time = |column| row.int(column).map(Timestamp::from_micros);
        let signs_in = row.text(3) == Some("USER_LOGIN");
        Some(Self {
            event_id: row.text(0)?.to_owned(),
            at: time(1)?,
            last_at: time(2)?,
            begins: row.text(4).filter(|_| signs_in).map(str::to_owned),
        })
    }
}

/// Goes back through what a person did, newest first, until the visit before this one.
#[derive(Debug)]
struct Walk {
    now: Timestamp,
    /// The session whose sign-in begins a visit.
    session: Option<String>,
    found: LastVisit,
    over: bool,
}

impl Walk {
    fn new(now: Timestamp, session: Option<SessionId>) -> Self {
        let session = session.map(|session| session.to_string());
        Self { now, session, found: LastVisit::default(), over: false }
    }

    fn meet(&mut self, act: &Act) {
        let began = self.found.visit_began.unwrap_or(self.now);
        let belongs = act.last_at.plus_seconds(PAUSE_SECONDS) > began
            && act.at > self.now.plus_seconds(-LONGEST_SECONDS);
        if !self.over && belongs {
            self.found.visit_began = Some(act.at.min(began));
            self.over = act.begins.is_some() && act.begins == self.session;
            return;
        }
        self.over = true;
        // Views in this visit may have been added to an entry of the one before.
        let last =
            if self.found.visit_began.is_none_or(|began| act.last_at < began) { act.last_at } else { act.at };
        self.found.from = self.found.from.max(Some(last));
    }
}

impl Person<'_> {
    /// When they were last here. `session` is their own one, whose sign-in begins a visit, too.
    pub async fn last_visit(
        &self,
        now: Timestamp,
        session: Option<SessionId>,
    ) -> Result<LastVisit, ViewError> {
        let sql = format!(
            "select event_id, timestamp, last_at, activity_type, related_entity_id from user_activity
             where {THEIRS} and event_id < $4 and {ACTS} order by event_id desc limit $5"
        );
        let mut walk = Walk::new(now, session);
        let mut before = Uuid::max().to_string();
        loop {
            let mut params = self.key();
            params.extend([before.clone().into(), PORTION.into()]);
            let rows = self.store.query(&sql, params).await?;
            let acts: Vec<Act> = rows.iter().filter_map(Act::read).collect();
            for act in &acts {
                walk.meet(act);
            }
            // The portion with the end of the last visit is read to its end: an entry of several views may have ended
            // later than the ones behind it.
            let goes_on = walk.found.from.is_none() && rows.len() as u64 == PORTION;
            let Some(last) = acts.last().filter(|_| goes_on) else { return Ok(walk.found) };
            before.clone_from(&last.event_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_micros(1_795_237_200_000_000).plus_seconds(hours * HOUR)
    }

    fn act(hour: i64) -> Act {
        Act { event_id: String::new(), at: at(hour), last_at: at(hour), begins: None }
    }

    fn walked(now: i64, session: Option<SessionId>, acts: &[Act]) -> LastVisit {
        let mut walk = Walk::new(at(now), session);
        for act in acts {
            walk.meet(act);
        }
        walk.found
    }

    fn visit(from: Option<i64>, began: Option<i64>) -> LastVisit {
        LastVisit { from: from.map(at), visit_began: began.map(at) }
    }

    #[test]
    fn a_pause_of_four_hours_ends_a_visit() {
        assert_eq!(walked(0, None, &[]), visit(None, None));
        assert_eq!(walked(10, None, &[act(9), act(8)]), visit(None, Some(8)));
        assert_eq!(walked(30, None, &[act(29), act(27), act(20), act(19)]), visit(Some(20), Some(27)));
        // Whoever comes back and only reads leaves no trace: the last visit is the last there was.
        assert_eq!(walked(30, None, &[act(20), act(19)]), visit(Some(20), None));
        assert_eq!(walked(31, None, &[act(20), act(19)]), visit(Some(20), None), "a reload changes nothing");
    }

    #[test]
    fn one_s_own_sign_in_begins_a_visit_and_another_device_s_does_not() {
        let session = SessionId::nil();
        let own = Act { begins: Some(session.to_string()), ..act(29) };
        let other = Act { begins: Some("another".to_owned()), ..act(29) };
        let acts = |sign_in: Act| [act(30), sign_in, act(28), act(10)];
        assert_eq!(walked(30, Some(session), &acts(own)), visit(Some(28), Some(29)));
        assert_eq!(walked(30, Some(session), &acts(other)), visit(Some(10), Some(28)));
    }

    #[test]
    fn an_entry_of_several_views_lasts_until_the_last_of_them() {
        let views = Act { last_at: at(12), ..act(9) };
        assert_eq!(walked(20, None, &[act(11), views.clone()]), visit(Some(12), None));
        // The last view was in this visit, the first one was not.
        let session = SessionId::nil();
        let own = Act { begins: Some(session.to_string()), ..act(11) };
        assert_eq!(walked(12, Some(session), &[own, views]), visit(Some(9), Some(11)));
    }

    #[test]
    fn no_visit_is_longer_than_a_day() {
        let acts: Vec<Act> = (0..48).rev().map(act).collect();
        assert_eq!(walked(48, None, &acts), visit(Some(24), Some(25)));
    }
}
