//! Numbers as tables that everybody can read, with a bar beside each number for those who see it.

use crate::api::{Busy, EmptySearch, EventCounts, Figure, FunnelStep, OperationTimes, Report};
use crate::numbers::Count;
use crate::when::day_words;

/// The most operations of the table of answer times.
const OPERATIONS: usize = 20;
const TOO_FEW: &str = "too few to tell";

/// A table of numbers.
pub(super) struct Chart {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What the numbers are, and what is not in them.
    pub(super) about: &'static str,
    /// The heading above the names.
    pub(super) names: &'static str,
    pub(super) bars: Vec<Bar>,
}

/// A number with its name.
pub(super) struct Bar {
    pub(super) name: String,
    /// The length of its bar.
    pub(super) length: u64,
    pub(super) words: String,
}

impl Chart {
    /// The length of the longest bar. A meter cannot end where it begins.
    pub(super) fn longest(&self) -> u64 {
        self.bars.iter().map(|bar| bar.length).max().unwrap_or_default().max(1)
    }
}

impl Bar {
    fn of(name: String, number: Option<Count>) -> Self {
        Self { name, length: number.map_or(0, |number| number.0), words: words(number) }
    }
}

/// A number in words.
pub(super) fn words(number: Option<Count>) -> String {
    number.map_or_else(|| TOO_FEW.to_owned(), |number| number.to_string())
}

/// All tables of a report.
pub(super) fn all(report: &Report) -> Vec<Chart> {
    let days = &report.active_people.days;
    let chart = |id, title, about, names, bars| Chart { id, title, about, names, bars };
    let mut charts = vec![
        chart(
            "active",
            "Active people",
            "Signed-in people who did anything on that day.",
            "Day",
            days.iter().map(|day| Bar::of(day_words(&day.day), day.people)).collect(),
        ),
        chart(
            "hours",
            "Hours of the day",
            "Events of all kinds and all days, in the hours that enough people had.",
            "Hour",
            hours(&report.events),
        ),
        chart(
            "homes",
            "From a search to an enquiry",
            "People who came this far on one day, each step after the one before.",
            "Step",
            report.funnels.homes.iter().map(step).collect(),
        ),
        chart(
            "products",
            "From a look to a purchase",
            "People who came this far on one day, each step after the one before.",
            "Step",
            report.funnels.products.iter().map(step).collect(),
        ),
        chart(
            "localities",
            "Localities",
            "Those with the most views, searches and enquiries.",
            "Locality",
            report.localities.iter().map(busy).collect(),
        ),
        chart(
            "categories",
            "Categories of products",
            "Those with the most views and purchases.",
            "Category",
            report.categories.iter().map(busy).collect(),
        ),
        chart("empty", "Searches that found nothing", "Those of most people first.", "Search", empty(report)),
        chart(
            "events",
            "Events",
            "By type, without the hours that too few people had.",
            "Type",
            report.events.iter().map(events).collect(),
        ),
    ];
    if let Some(measured) = &report.since_start {
        let operations = measured.operations.iter().take(OPERATIONS).map(operation).collect();
        let about = "What this server measured since it started, for all sites. The bar is how often it was asked for.";
        charts.push(chart("times", "Answer times", about, "Operation", operations));
    }
    charts
}

/// The sums of each hour of the day; nothing if nothing is known of any.
fn hours(events: &[EventCounts]) -> Vec<Bar> {
    let mut sums = [0; 24];
    for hour in events.iter().flat_map(|of_type| &of_type.hours) {
        if let Some(sum) = sums.get_mut(hour.hour) {
            *sum += hour.events.0;
        }
    }
    if sums == [0; 24] {
        return Vec::new();
    }
    let named = sums.into_iter().enumerate();
    named.map(|(hour, sum)| Bar::of(format!("{hour:02}:00"), Some(Count(sum)))).collect()
}

fn step(FunnelStep { step, people }: &FunnelStep) -> Bar {
    let name = match step.as_str() {
        "SEARCH" => "Searched",
        "VIEW" => "Looked",
        "SAVE" => "Saved",
        "LEAD" => "Asked the owner",
        "PURCHASE" => "Bought",
        other => other,
    };
    Bar::of(name.to_owned(), *people)
}

fn busy(Busy { name, views, searches, leads, purchases }: &Busy) -> Bar {
    let parts = [("views", views), ("searches", searches), ("enquiries", leads), ("purchases", purchases)];
    let parts = parts.into_iter().filter_map(|(what, figure)| Some((what, figure.as_ref()?)));
    let (mut length, mut told) = (0, Vec::new());
    for (what, Figure { count }) in parts {
        length += count.map_or(0, |count| count.0);
        told.push(format!("{what}: {}", words(*count)));
    }
    Bar { name: name.clone(), length, words: told.join(", ") }
}

fn empty(report: &Report) -> Vec<Bar> {
    let bar = |found: &EmptySearch| {
        let words = format!("people: {}, searches: {}", found.people, found.searches);
        Bar { name: found.search.clone(), length: found.people.0, words }
    };
    report.nothing_found.iter().map(bar).collect()
}

fn events(of_type: &EventCounts) -> Bar {
    let rest = if of_type.suppressed { ", and some in hours with too few people" } else { "" };
    let words = format!("{}{rest}", of_type.events);
    Bar { name: of_type.event_type.clone(), length: of_type.events.0, words }
}

fn operation(of: &OperationTimes) -> Bar {
    let OperationTimes { method, path, requests, p50_ms, p95_ms, p99_ms } = of;
    let times = format!("half within {p50_ms:.1} ms, 95 % within {p95_ms:.1} ms, 99 % within {p99_ms:.1} ms");
    Bar {
        name: format!("{method} {path}"),
        length: requests.0,
        words: format!("asked for: {requests}, {times}"),
    }
}
