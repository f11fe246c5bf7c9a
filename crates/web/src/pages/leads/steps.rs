//! What an owner did about an enquiry, and how long the first answer took.
//!
//! The API tells when an enquiry was made and when it was last followed up. What was between is among the owner's
//! activities, which name the home and not the enquiry: they are used only where they can be about no other.

use crate::api::{Activity, Call, History, ReceivedLead};
use crate::failure::Failure;
use crate::labels::{self, LEAD_STAGES};
use crate::messages::{Language, key};
use crate::visit::Visit;
use crate::when::Moment;

const NEW: &str = "NEW";

/// A follow-up of an enquiry.
pub(super) struct Step {
    pub(super) when: Option<Moment>,
    pub(super) words: String,
    /// Whether it is the first answer.
    is_answer: bool,
}

/// What is known of the follow-ups of an enquiry.
pub(super) struct Steps {
    /// The oldest first.
    pub(super) known: Vec<Step>,
    /// Whether earlier ones are not known.
    pub(super) are_more: bool,
}

/// Whether the owner did something about an enquiry in this stage.
pub(super) fn is_answered(status: &str) -> bool {
    status != NEW
}

/// How long the owner took, if the only follow-up is the answer.
pub(super) fn answered_after(language: Language, lead: &ReceivedLead) -> Option<String> {
    if lead.version != 2 || !is_answered(&lead.status) {
        return None;
    }
    let answered = Moment::parse_some(lead.updated_at.as_ref())?;
    lasting(language, &Moment::parse_some(lead.created_at.as_ref())?, &answered)
}

impl Steps {
    /// The follow-ups of `lead`. `is_only` says that its home has no other enquiry.
    pub(super) async fn load(visit: &Visit, lead: &ReceivedLead, is_only: bool) -> Result<Self, Failure> {
        let last = || Self::last(visit.language, lead);
        if lead.version <= 2 || !is_only {
            return Ok(last());
        }
        let query = [("page", "0"), ("size", "100")];
        let call = Call::get("/api/user-history/me/activities/LEAD_UPDATED").query(&query);
        let history: Option<History> = visit.ask_for_part(call).await?;
        Ok(history
            .and_then(|history| Self::all(visit.language, lead, history.activities))
            .unwrap_or_else(last))
    }

    /// All of them; `None` when some are not among the activities.
    fn all(language: Language, lead: &ReceivedLead, activities: Vec<Activity>) -> Option<Self> {
        let about =
            |activity: &Activity| activity.related_entity_id.as_deref() == Some(lead.property_id.as_str());
        let steps = activities.into_iter().rev().filter(about);
        let known: Vec<Step> = steps.map(|activity| Step::of(language, &activity)).collect();
        let is_whole = known.len() as u64 + 1 == lead.version;
        is_whole.then_some(Self { known, are_more: false })
    }

    fn last(language: Language, lead: &ReceivedLead) -> Self {
        let step = || Step {
            when: Moment::parse_some(lead.updated_at.as_ref()),
            words: labels::of(language, LEAD_STAGES, &lead.status),
            is_answer: lead.version == 2 && is_answered(&lead.status),
        };
        let known = (lead.version > 1).then(step).into_iter().collect();
        Self { known, are_more: lead.version > 2 }
    }

    /// How long the owner took to answer what was asked at `asked`, if that is known.
    pub(super) fn answered_after(&self, language: Language, asked: Option<&Moment>) -> Option<String> {
        let answer = self.known.iter().find(|step| step.is_answer)?;
        lasting(language, asked?, answer.when.as_ref()?)
    }
}

impl Step {
    fn of(language: Language, activity: &Activity) -> Self {
        let stage = |member: &str| activity.activity_data.get(member)?.as_str();
        let (from, to) = (stage("from").unwrap_or_default(), stage("to").unwrap_or_default());
        let words = if from == to {
            language.text("lead-step-note").to_string()
        } else {
            labels::of(language, LEAD_STAGES, to)
        };
        let is_answer = !is_answered(from) && is_answered(to);
        Self { when: Moment::parse(&activity.timestamp), words, is_answer }
    }
}

fn lasting(language: Language, from: &Moment, to: &Moment) -> Option<String> {
    let seconds = to.timestamp().as_second().checked_sub(from.timestamp().as_second())?;
    let minutes = u64::try_from(seconds).ok()? / 60;
    let (text, count) = match minutes {
        0..60 => (key("lead-took-minutes"), minutes),
        60..2880 => (key("lead-took-hours"), minutes / 60),
        _ => (key("lead-took-days"), minutes / 1440),
    };
    Some(language.text(text).arg("count", count).to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ReceivedLead, Steps, answered_after};
    use crate::api::Activity;
    use crate::messages::Language::English;
    use crate::when::Moment;

    fn lead(status: &str, version: u64, updated: &str) -> ReceivedLead {
        ReceivedLead {
            property_id: "h1".to_owned(),
            status: status.to_owned(),
            version,
            created_at: Some("2026-11-20T10:00:00Z".to_owned()),
            updated_at: Some(updated.to_owned()),
            ..ReceivedLead::default()
        }
    }

    fn activity(from: &str, to: &str, at: &str) -> Activity {
        let told =
            json!({"activityData": {"from": from, "to": to}, "timestamp": at, "relatedEntityId": "h1"});
        serde_json::from_value(told).unwrap()
    }

    #[test]
    fn the_time_to_the_answer_is_told_only_if_it_is_known() {
        let took = |status, version, at| answered_after(English, &lead(status, version, at));
        assert!(took("CONTACTED", 2, "2026-11-20T10:00:30Z").unwrap().contains("within a minute"));
        assert!(took("CONTACTED", 2, "2026-11-20T10:59:59Z").unwrap().contains("59 minutes"));
        assert!(took("WON", 2, "2026-11-21T11:00:00Z").unwrap().contains("25 hours"));
        assert!(took("LOST", 2, "2026-11-23T10:00:00Z").unwrap().contains("3 days"));
        assert_eq!(took("NEW", 2, "2026-11-20T11:00:00Z"), None, "a note is no answer");
        assert_eq!(took("CONTACTED", 3, "2026-11-20T11:00:00Z"), None, "the last step is not the first");
        assert_eq!(took("CONTACTED", 2, "2026-11-19T11:00:00Z"), None, "a clock went back");
    }

    #[test]
    fn steps_are_told_in_order_and_only_if_all_are_there() {
        let lead = lead("WON", 4, "2026-11-20T13:00:00Z");
        let mut newest_first = vec![
            activity("CONTACTED", "WON", "2026-11-20T13:00:00Z"),
            activity("NEW", "CONTACTED", "2026-11-20T12:00:00Z"),
            activity("NEW", "NEW", "2026-11-20T11:00:00Z"),
        ];
        let steps = Steps::all(English, &lead, newest_first.clone()).unwrap();
        let words: Vec<_> = steps.known.iter().map(|step| step.words.as_str()).collect();
        assert_eq!(words, ["You changed your note", "Contacted", "Closed: agreed"]);
        let asked = Moment::parse("2026-11-20T10:00:00Z");
        assert!(steps.answered_after(English, asked.as_ref()).unwrap().contains("2 hours"));
        newest_first.pop();
        assert!(Steps::all(English, &lead, newest_first).is_none(), "one is hidden");
        let last = Steps::last(English, &lead);
        assert!(
            last.are_more && last.known.len() == 1 && last.answered_after(English, asked.as_ref()).is_none()
        );
    }
}
