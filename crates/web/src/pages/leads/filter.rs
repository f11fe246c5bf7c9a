//! Which enquiries are listed.

use crate::api::Call;
use crate::key::Key;
use crate::labels::LEAD_STAGES;
use crate::visit::{Visit, shortened};

/// The enquiries of one stage, about one home; of all, if neither is named.
pub(super) struct LeadFilter {
    pub(super) stage: Option<&'static str>,
    pub(super) home: Option<Key>,
}

impl LeadFilter {
    /// As the address of the page says.
    pub(super) fn of(visit: &Visit) -> Self {
        let asked = visit.asked("stage");
        let stage = asked.as_deref().and_then(stage);
        if let Some(asked) = asked.filter(|_| stage.is_none()) {
            visit.remark(visit.text("lead-no-stage").arg("stage", shortened(&asked)).to_string());
        }
        Self { stage, home: visit.asked("home").and_then(|id| Key::parse(&id)) }
    }

    pub(super) fn call(&self, page: &str, size: &str) -> Call {
        let home = self.home.as_ref().map(Key::to_string);
        let mut query = vec![("box", "received"), ("page", page), ("size", size)];
        query.extend(self.stage.map(|stage| ("status", stage)));
        query.extend(home.as_deref().map(|home| ("propertyId", home)));
        Call::get("/api/leads").query(&query)
    }

    /// The parameters of the address.
    pub(super) fn kept(&self) -> Vec<(&'static str, String)> {
        let home = self.home.as_ref().map(Key::to_string).unwrap_or_default();
        vec![("stage", self.stage.unwrap_or_default().to_owned()), ("home", home)]
    }

    pub(super) fn is_set(&self) -> bool {
        self.stage.is_some() || self.home.is_some()
    }
}

fn stage(asked: &str) -> Option<&'static str> {
    LEAD_STAGES.iter().map(|(code, _)| *code).find(|code| *code == asked)
}
