//! What the monitor reports about supervised tasks: which are down, and one event for each failure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::system::SystemEvent;
use gateway::{Component, HealthStatus};
use serde_json::{Value, json};
use supervisor::TaskStatus;

use crate::app::reports::Reports;

/// The tasks that failed and have not been seen up since.
#[derive(Default)]
pub struct Fallen {
    fallen: BTreeSet<Arc<str>>,
    panics: BTreeMap<Arc<str>, u64>,
}

impl Fallen {
    pub fn look(&mut self, standings: &[TaskStatus], reports: &Reports) -> Component {
        for standing in standings {
            if let Some(event) = self.news(standing) {
                reports.send(&standing.name, event);
            }
        }
        let down = standings.iter().filter(|standing| !standing.up);
        let down: BTreeMap<String, Value> = down
            .map(|told| (told.name.to_string(), json!({"panics": told.panics, "error": told.error})))
            .collect();
        let status = if down.is_empty() { HealthStatus::Up } else { HealthStatus::Down };
        Component { status, details: json!({"supervised": standings.len(), "down": down}) }
    }

    fn news(&mut self, standing: &TaskStatus) -> Option<SystemEvent> {
        let TaskStatus { name, up, panics, .. } = standing;
        let before = self.panics.insert(Arc::clone(name), *panics).unwrap_or(0);
        let task = name.to_string();
        if *panics > before && self.fallen.insert(Arc::clone(name)) {
            return Some(SystemEvent::TaskFailed { task, panics: *panics });
        }
        (*up && self.fallen.remove(name)).then_some(SystemEvent::TaskRecovered { task })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_falls_is_reported_once_until_it_is_up_again() {
        let mut fallen = Fallen::default();
        let mut news = |up, panics| fallen.news(&TaskStatus { name: "hub".into(), up, panics, error: None });
        let task = || "hub".to_owned();
        assert_eq!(news(true, 0), None);
        assert_eq!(news(false, 1), Some(SystemEvent::TaskFailed { task: task(), panics: 1 }));
        assert_eq!((news(false, 1), news(false, 4)), (None, None));
        assert_eq!(news(true, 4), Some(SystemEvent::TaskRecovered { task: task() }));
        assert_eq!(news(true, 4), None);
        let quick = Some(SystemEvent::TaskFailed { task: task(), panics: 5 });
        assert_eq!(news(true, 5), quick, "it was up again before anybody looked");
        assert_eq!(news(true, 5), Some(SystemEvent::TaskRecovered { task: task() }));
    }
}
