//! A listing with what there is to judge it by, and the decisions that it allows.

use super::price::PriceCheck;
use crate::api::{AreaDetails, OpenReport, Property, QueueEntry};
use crate::key::Key;
use crate::labels::{self, CAUSES, STATUSES};
use crate::messages::{Language, key};
use crate::numbers::Count;
use crate::visit::Visit;
use crate::when::Moment;

pub(super) struct Case {
    pub(super) id: Key,
    /// Its place on the page, from 1.
    pub(super) number: usize,
    /// The place of the one after it.
    pub(super) next: Option<usize>,
    pub(super) home: Property,
    pub(super) status: String,
    /// The version that the moderator sees, so that nobody judges what changed meanwhile.
    pub(super) version: String,
    pub(super) since: Option<Moment>,
    pub(super) report_count: Count,
    pub(super) reports: Vec<ReportView>,
    pub(super) price: PriceCheck,
}

/// A report in words.
pub(super) struct ReportView {
    pub(super) cause: String,
    pub(super) details: Option<String>,
    pub(super) at: Option<Moment>,
}

impl Case {
    /// `area` is what the market knows about its area. `None` for a listing whose id no address can hold.
    pub(super) fn of(visit: &Visit, entry: QueueEntry, area: Option<&AreaDetails>) -> Option<Self> {
        let QueueEntry { property: home, since, report_count, reports } = entry;
        let id = Key::parse(&home.id)?;
        let price = PriceCheck::of(visit, &home, area);
        let told = |report| ReportView::of(visit.language, report);
        Some(Self {
            id,
            number: 1,
            next: None,
            status: labels::of(visit.language, STATUSES, home.status.as_deref().unwrap_or_default()),
            version: home.version.as_ref().map(ToString::to_string).unwrap_or_default(),
            since: Moment::parse_some(since.as_ref()),
            report_count,
            reports: reports.into_iter().map(told).collect(),
            price,
            home,
        })
    }

    /// The code of its status.
    pub(super) fn code(&self) -> &str {
        self.home.status.as_deref().unwrap_or_default()
    }

    /// Whether it needs an approval before anybody sees it.
    pub(super) fn waits(&self) -> bool {
        self.home.waits()
    }

    /// Whether people see it now, so that it can be taken down.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.code(), "ACTIVE" | "INACTIVE" | "SOLD" | "RENTED" | "EXPIRED")
    }

    /// Whether it was refused or taken down.
    pub(super) fn is_refused(&self) -> bool {
        self.code() == "REJECTED"
    }

    pub(super) fn is_verified(&self) -> bool {
        self.home.is_verified == Some(true)
    }

    pub(super) fn is_featured(&self) -> bool {
        self.home.is_featured == Some(true)
    }

    /// Whether there are reports besides those that are told.
    pub(super) fn has_more_reports(&self) -> bool {
        self.report_count.0 > self.reports.len() as u64
    }

    /// The key of what refusing it is called.
    pub(super) fn refuse(&self) -> &'static str {
        if self.waits() { key("moderation-reject") } else { key("moderation-take-down") }
    }
}

impl ReportView {
    fn of(language: Language, report: OpenReport) -> Self {
        Self {
            cause: labels::of(language, CAUSES, &report.cause),
            at: Moment::parse_some(report.reported_at.as_ref()),
            details: report.details,
        }
    }
}

/// Gives each its place on the page, and the way to the next.
pub(super) fn number(cases: &mut [Case]) {
    let count = cases.len();
    for (case, number) in cases.iter_mut().zip(1..) {
        case.number = number;
        case.next = (number < count).then_some(number + 1);
    }
}
