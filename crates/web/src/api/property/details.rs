//! The rows of a home's facts that only some kinds of listing have.

use serde_json::Number;

use super::Property;
use crate::labels::{self, Labels};
use crate::messages::key;
use crate::numbers::{measure, plain};

/// A fact about a home: the key of its name, and its value if known.
pub(super) type Fact = (&'static str, Option<String>);

/// Facts under one heading.
pub(crate) struct FactGroup {
    /// Empty for those of every kind of home.
    pub(crate) title: String,
    /// Names and values.
    pub(crate) facts: Vec<(String, String)>,
}

impl Property {
    /// Each row with its value, if known.
    pub(super) fn details(&self) -> Vec<Fact> {
        [self.terms(), self.shared_rooms(), self.plot(), self.project()].into_iter().flatten().collect()
    }

    /// The facts in groups; a group of which nothing is known is left out.
    pub(crate) fn fact_groups(&self) -> Vec<FactGroup> {
        let titled =
            |key, facts: Vec<Fact>| FactGroup { title: self.text(key).to_string(), facts: self.named(facts) };
        let groups = [
            FactGroup { title: String::new(), facts: self.named(self.basics()) },
            titled(key("fact-terms"), self.terms()),
            titled(key("fact-shared-rooms"), self.shared_rooms()),
            titled(key("fact-the-plot"), self.plot()),
            titled(key("fact-the-project"), self.project()),
        ];
        groups.into_iter().filter(|group| !group.facts.is_empty()).collect()
    }

    /// The facts that are known, with their names.
    pub(super) fn named(&self, facts: impl IntoIterator<Item = Fact>) -> Vec<(String, String)> {
        facts.into_iter().filter_map(|(name, value)| Some((self.text(name).to_string(), value?))).collect()
    }

    fn terms(&self) -> Vec<Fact> {
        let rupees = |n: &Option<Number>| n.as_ref().map(|n| format!("₹{}", measure(n)));
        let months = |n: &Number| self.text("fact-months").arg("count", n).to_string();
        vec![
            (key("fact-negotiable"), self.yes(self.negotiable)),
            (key("fact-deposit"), rupees(&self.deposit)),
            (key("fact-maintenance"), rupees(&self.maintenance)),
            (key("fact-available-from"), self.available_from.clone()),
            (key("fact-lock-in"), self.lock_in_months.as_ref().map(months)),
            (key("fact-tenants"), self.list(&[], &self.preferred_tenants)),
            (key("fact-pets"), self.yes(self.pets_allowed)),
        ]
    }

    fn shared_rooms(&self) -> Vec<Fact> {
        vec![
            (key("fact-for"), self.for_whom.as_deref().map(|code| self.label(labels::FOR_WHOM, code))),
            (key("fact-sharing"), joined(&self.sharing.iter().map(plain).collect::<Vec<_>>())),
            (key("fact-meals"), self.list(&[], &self.meals)),
        ]
    }

    fn plot(&self) -> Vec<Fact> {
        let feet = |n: &Option<Number>| {
            n.as_ref().map(|n| self.text("fact-feet").arg("length", plain(n)).to_string())
        };
        let plot = match (feet(&self.plot_length), feet(&self.plot_width)) {
            (Some(length), Some(width)) => Some(format!("{length} × {width}")),
            (length, width) => length.or(width),
        };
        vec![
            (key("fact-plot"), plot),
            (key("fact-road"), feet(&self.road_width)),
            (key("fact-corner-plot"), self.yes(self.corner_plot)),
            (key("fact-boundary-wall"), self.yes(self.boundary_wall)),
        ]
    }

    fn project(&self) -> Vec<Fact> {
        let one =
            |labels: Labels, code: &Option<String>| code.as_deref().map(|code| self.label(labels, code));
        let rera = match (one(labels::RERA_STATUSES, &self.rera_status), &self.rera_id) {
            (Some(status), Some(id)) => {
                Some(self.text("fact-rera-status").arg("status", status).arg("id", id).to_string())
            }
            (None, Some(id)) => Some(self.text("fact-rera-id").arg("id", id).to_string()),
            (status, None) => status,
        };
        let possession = [
            one(labels::POSSESSION, &self.possession_status),
            self.possession_date.as_ref().map(|date| self.text("fact-from").arg("date", date).to_string()),
        ];
        let counted = |key: &str, n: &Option<Number>| {
            n.as_ref().map(|n| self.text(key).arg("count", plain(n)).to_string())
        };
        let size =
            [counted(key("fact-homes"), &self.total_units), counted(key("fact-towers"), &self.total_towers)];
        let sizes =
            self.configurations.iter().map(|n| self.text("card-bhk").arg("count", plain(n)).to_string());
        vec![
            (key("fact-project"), self.project_name.clone()),
            (key("fact-builder"), self.builder_name.clone()),
            (key("fact-sizes"), joined(&sizes.collect::<Vec<_>>())),
            (key("fact-possession"), joined(&possession.into_iter().flatten().collect::<Vec<_>>())),
            (key("fact-rera"), rera),
            (key("fact-project-size"), joined(&size.into_iter().flatten().collect::<Vec<_>>())),
            (key("fact-approvals"), self.list(labels::APPROVALS, &self.approvals)),
            (key("fact-gated"), self.yes(self.gated_community)),
        ]
    }

    fn yes(&self, value: Option<bool>) -> Option<String> {
        value.map(|yes| self.label(labels::YES_NO, if yes { "true" } else { "false" }))
    }

    fn list(&self, labels: Labels, codes: &[String]) -> Option<String> {
        joined(&codes.iter().map(|code| self.label(labels, code)).collect::<Vec<_>>())
    }
}

fn joined(words: &[String]) -> Option<String> {
    Some(words.join(", ")).filter(|text| !text.is_empty())
}
