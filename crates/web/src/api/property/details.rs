//! The rows of a home's facts that only some kinds of listing have.

use serde_json::Number;

use super::{Property, plain};
use crate::labels::{self, Labels};

impl Property {
    /// Each row with its value, if known.
    pub(super) fn details(&self) -> [(&'static str, Option<String>); 22] {
        let yes = |value: Option<bool>| value.map(|yes| if yes { "Yes" } else { "No" }.to_owned());
        let one =
            |labels: Labels, code: &Option<String>| code.as_deref().map(|code| labels::of(labels, code));
        let number = |n: &Option<Number>| n.as_ref().map(plain);
        let feet = |n: &Option<Number>| n.as_ref().map(|n| format!("{} ft", plain(n)));
        let rupees = |n: &Option<Number>| n.as_ref().map(|n| format!("₹{}", plain(n)));
        let plot = match (feet(&self.plot_length), feet(&self.plot_width)) {
            (Some(length), Some(width)) => Some(format!("{length} × {width}")),
            (length, width) => length.or(width),
        };
        let rera = match (one(labels::RERA_STATUSES, &self.rera_status), &self.rera_id) {
            (Some(status), Some(id)) => Some(format!("{status}: {id} (as the owner states)")),
            (None, Some(id)) => Some(format!("{id} (as the owner states)")),
            (status, None) => status,
        };
        let possession = [
            one(labels::POSSESSION, &self.possession_status),
            self.possession_date.as_ref().map(|date| format!("from {date}")),
        ];
        [
            ("Price negotiable", yes(self.negotiable)),
            ("Deposit", rupees(&self.deposit)),
            ("Maintenance a month", rupees(&self.maintenance)),
            ("Available from", self.available_from.clone()),
            ("Lock-in", self.lock_in_months.as_ref().map(|n| super::counted(n, "month"))),
            ("Preferred tenants", list(&[], &self.preferred_tenants)),
            ("Pets allowed", yes(self.pets_allowed)),
            ("For", one(labels::FOR_WHOM, &self.for_whom)),
            ("People in a room", joined(&self.sharing.iter().map(plain).collect::<Vec<_>>())),
            ("Meals included", list(&[], &self.meals)),
            ("Plot", plot),
            ("Road", feet(&self.road_width)),
            ("Corner plot", yes(self.corner_plot)),
            ("Boundary wall", yes(self.boundary_wall)),
            ("Project", self.project_name.clone()),
            ("Builder", self.builder_name.clone()),
            (
                "Sizes offered",
                joined(&self.configurations.iter().map(|n| format!("{} BHK", plain(n))).collect::<Vec<_>>()),
            ),
            ("Possession", joined(&possession.into_iter().flatten().collect::<Vec<_>>())),
            ("RERA", rera),
            (
                "Size of the project",
                joined(
                    &[
                        number(&self.total_units).map(|units| format!("{units} homes")),
                        number(&self.total_towers).map(|towers| format!("{towers} towers")),
                    ]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>(),
                ),
            ),
            ("Approved by", list(labels::APPROVALS, &self.approvals)),
            ("Gated community", yes(self.gated_community)),
        ]
    }
}

fn list(labels: Labels, codes: &[String]) -> Option<String> {
    joined(&codes.iter().map(|code| labels::of(labels, code)).collect::<Vec<_>>())
}

fn joined(words: &[String]) -> Option<String> {
    Some(words.join(", ")).filter(|text| !text.is_empty())
}
