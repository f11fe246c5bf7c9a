//! The rows of a home's facts that only some kinds of listing have.

use serde_json::Number;

use super::{Property, measure, plain};
use crate::labels::{self, Labels};

/// A fact about a home: its name, and its value if known.
type Fact = (&'static str, Option<String>);

/// Facts under one heading.
pub(crate) struct FactGroup {
    /// Empty for those of every kind of home.
    pub(crate) title: &'static str,
    pub(crate) facts: Vec<(&'static str, String)>,
}

impl Property {
    /// Each row with its value, if known.
    pub(super) fn details(&self) -> Vec<Fact> {
        [self.terms(), self.shared_rooms(), self.plot(), self.project()].into_iter().flatten().collect()
    }

    /// The facts in groups; a group of which nothing is known is left out.
    pub(crate) fn fact_groups(&self) -> Vec<FactGroup> {
        let known = |title, facts: Vec<Fact>| FactGroup {
            title,
            facts: facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
        };
        let groups = [
            known("", self.basics()),
            known("Terms", self.terms()),
            known("Rooms and meals", self.shared_rooms()),
            known("The plot", self.plot()),
            known("The project", self.project()),
        ];
        groups.into_iter().filter(|group| !group.facts.is_empty()).collect()
    }

    fn terms(&self) -> Vec<Fact> {
        let rupees = |n: &Option<Number>| n.as_ref().map(|n| format!("₹{}", measure(n)));
        vec![
            ("Price negotiable", yes(self.negotiable)),
            ("Deposit", rupees(&self.deposit)),
            ("Maintenance a month", rupees(&self.maintenance)),
            ("Available from", self.available_from.clone()),
            ("Lock-in", self.lock_in_months.as_ref().map(|n| super::counted(n, "month"))),
            ("Preferred tenants", list(&[], &self.preferred_tenants)),
            ("Pets allowed", yes(self.pets_allowed)),
        ]
    }

    fn shared_rooms(&self) -> Vec<Fact> {
        vec![
            ("For", self.for_whom.as_deref().map(|code| labels::of(labels::FOR_WHOM, code))),
            ("People in a room", joined(&self.sharing.iter().map(plain).collect::<Vec<_>>())),
            ("Meals included", list(&[], &self.meals)),
        ]
    }

    fn plot(&self) -> Vec<Fact> {
        let feet = |n: &Option<Number>| n.as_ref().map(|n| format!("{} ft", plain(n)));
        let plot = match (feet(&self.plot_length), feet(&self.plot_width)) {
            (Some(length), Some(width)) => Some(format!("{length} × {width}")),
            (length, width) => length.or(width),
        };
        vec![
            ("Plot", plot),
            ("Road", feet(&self.road_width)),
            ("Corner plot", yes(self.corner_plot)),
            ("Boundary wall", yes(self.boundary_wall)),
        ]
    }

    fn project(&self) -> Vec<Fact> {
        let one =
            |labels: Labels, code: &Option<String>| code.as_deref().map(|code| labels::of(labels, code));
        let rera = match (one(labels::RERA_STATUSES, &self.rera_status), &self.rera_id) {
            (Some(status), Some(id)) => Some(format!("{status}: {id} (as the owner states)")),
            (None, Some(id)) => Some(format!("{id} (as the owner states)")),
            (status, None) => status,
        };
        let possession = [
            one(labels::POSSESSION, &self.possession_status),
            self.possession_date.as_ref().map(|date| format!("from {date}")),
        ];
        let size = [
            self.total_units.as_ref().map(|units| format!("{} homes", plain(units))),
            self.total_towers.as_ref().map(|towers| format!("{} towers", plain(towers))),
        ];
        let sizes = self.configurations.iter().map(|n| format!("{} BHK", plain(n)));
        vec![
            ("Project", self.project_name.clone()),
            ("Builder", self.builder_name.clone()),
            ("Sizes offered", joined(&sizes.collect::<Vec<_>>())),
            ("Possession", joined(&possession.into_iter().flatten().collect::<Vec<_>>())),
            ("RERA", rera),
            ("Size of the project", joined(&size.into_iter().flatten().collect::<Vec<_>>())),
            ("Approved by", list(labels::APPROVALS, &self.approvals)),
            ("Gated community", yes(self.gated_community)),
        ]
    }
}

fn yes(value: Option<bool>) -> Option<String> {
    value.map(|yes| if yes { "Yes" } else { "No" }.to_owned())
}

fn list(labels: Labels, codes: &[String]) -> Option<String> {
    joined(&codes.iter().map(|code| labels::of(labels, code)).collect::<Vec<_>>())
}

fn joined(words: &[String]) -> Option<String> {
    Some(words.join(", ")).filter(|text| !text.is_empty())
}
