//! What only some kinds of listing have: the terms of a rent, a shared room, a plot, a project.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::kinds::{Approval, ForWhom, Meal, PossessionStatus, PreferredTenant, ReraStatus};
use super::rooms::Rooms;
use crate::date::CalendarDate;
use crate::id::UserId;
use crate::money::Paise;
use crate::personal::Erasable;

/// The terms of the deal. All but the first three belong to a rent, a lease or a shared home.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// Whether the price is open to negotiation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negotiable: Option<bool>,
    /// Maintenance for one month, in rupees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<Paise>,
    /// The first day on which one can move in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_from: Option<CalendarDate>,
    /// The deposit, in rupees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposit: Option<Paise>,
    /// The months in which nobody may end the contract, 0–120.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_in_months: Option<i64>,
    /// The tenants the owner prefers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preferred_tenants: Vec<PreferredTenant>,
    /// Whether pets are welcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pets_allowed: Option<bool>,
}

/// A room shared with others: a paying guest's, or a flatmate's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharedLiving {
    /// How many people share a room, for each kind of room that is offered: 1–20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sharing: Vec<i64>,
    /// The meals that are included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meals: Vec<Meal>,
    /// Who may live there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_whom: Option<ForWhom>,
}

/// The most people in a room, and the most kinds of room.
pub const MOST_SHARING: i64 = 20;

/// A plot of land.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlotDetails {
    /// The length, in feet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plot_length: Option<f64>,
    /// The width, in feet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plot_width: Option<f64>,
    /// The width of the road in front, in feet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub road_width: Option<f64>,
    /// Whether it lies at a corner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corner_plot: Option<bool>,
    /// Whether a wall stands around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary_wall: Option<bool>,
}

/// The project that a home is part of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Erasable<String>>,
    /// Who builds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<Erasable<String>>,
    /// The sizes of home it offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configurations: Vec<Rooms>,
    /// Whether one can move in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub possession_status: Option<PossessionStatus>,
    /// From when one can move in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub possession_date: Option<CalendarDate>,
    /// Its registration with the regulator, as the owner states it. Nobody has checked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rera_id: Option<Erasable<String>>,
    /// Whether it is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rera_status: Option<ReraStatus>,
    /// The number of homes in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<i64>,
    /// The number of towers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub towers: Option<i64>,
}

/// Everything that only some kinds of listing have. A part without any value is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// The terms of the deal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// How the home is shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_living: Option<SharedLiving>,
    /// The plot of land.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plot: Option<PlotDetails>,
    /// The project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Project>,
    /// Who has approved the plot or the building, as the owner states it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// Whether it stands in a gated community.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gated_community: Option<bool>,
}

impl Details {
    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same details, belonging to `owner`.
    #[must_use]
    pub fn owned_by(self, owner: UserId) -> Self {
        let own = |text: Option<Erasable<String>>| text.map(|text| text.owned_by(owner));
        let project = self.project.map(|project| Project {
            name: own(project.name),
            builder: own(project.builder),
            rera_id: own(project.rera_id),
            ..project
        });
        Self { project, ..self }
    }

    /// Erases what the owner wrote.
    pub fn erase(&mut self) {
        let Some(project) = &mut self.project else { return };
        for text in [&mut project.name, &mut project.builder, &mut project.rera_id] {
            *text = text.take().map(|_| Erasable::Erased);
        }
    }

    /// Each part with its name in a list of changes, and whether it is the same in `other`.
    pub(super) fn same(&self, other: &Self) -> [(&'static str, bool); 6] {
        [
            ("terms", self.terms == other.terms),
            ("sharedLiving", self.shared_living == other.shared_living),
            ("plot", self.plot == other.plot),
            ("project", self.project == other.project),
            ("approvals", self.approvals == other.approvals),
            ("gatedCommunity", self.gated_community == other.gated_community),
        ]
    }
}

/// A project as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectAttributes<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    project_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    builder_name: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Rooms]>::is_empty")]
    configurations: &'a [Rooms],
    #[serde(skip_serializing_if = "Option::is_none")]
    possession_status: Option<PossessionStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    possession_date: Option<CalendarDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rera_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rera_status: Option<ReraStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_units: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_towers: Option<i64>,
}

impl<'a> ProjectAttributes<'a> {
    fn of(project: &'a Project) -> Self {
        let text =
            |text: &'a Option<Erasable<String>>| text.as_ref().and_then(Erasable::as_ref).map(String::as_str);
        Self {
            project_name: text(&project.name),
            builder_name: text(&project.builder),
            configurations: &project.configurations,
            possession_status: project.possession_status,
            possession_date: project.possession_date,
            rera_id: text(&project.rera_id),
            rera_status: project.rera_status,
            total_units: project.units,
            total_towers: project.towers,
        }
    }
}

/// Details as they are shown: members of the listing's document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DetailAttributes<'a> {
    #[serde(flatten)]
    terms: Option<&'a Terms>,
    #[serde(flatten)]
    shared_living: Option<&'a SharedLiving>,
    #[serde(flatten)]
    plot: Option<&'a PlotDetails>,
    #[serde(flatten)]
    project: Option<ProjectAttributes<'a>>,
    #[serde(skip_serializing_if = "<[Approval]>::is_empty")]
    approvals: &'a [Approval],
    #[serde(skip_serializing_if = "Option::is_none")]
    gated_community: Option<bool>,
}

impl<'a> DetailAttributes<'a> {
    /// The details of a listing.
    #[must_use]
    pub fn of(details: &'a Details) -> Self {
        Self {
            terms: details.terms.as_ref(),
            shared_living: details.shared_living.as_ref(),
            plot: details.plot.as_ref(),
            project: details.project.as_ref().map(ProjectAttributes::of),
            approvals: &details.approvals,
            gated_community: details.gated_community,
        }
    }
}
