//! Numbers as tables that everybody can read, with a bar beside each number for those who see it.

use crate::api::{Busy, EmptySearch, EventCounts, Figure, FunnelStep, OperationTimes, Report};
use crate::labels::{self, Labels};
use crate::messages::{Language, key};
use crate::numbers::Count;
use crate::when::day_words;

/// The most operations of the table of answer times.
const OPERATIONS: usize = 20;

/// A table of numbers.
pub(super) struct Chart {
    pub(super) id: &'static str,
    /// The key of its title.
    pub(super) title: &'static str,
    /// The key of what the numbers are, and what is not in them.
    pub(super) about: &'static str,
    /// The key of the heading above the names.
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
    fn of(language: Language, name: String, number: Option<Count>) -> Self {
        Self { name, length: number.map_or(0, |number| number.0), words: words(language, number) }
    }
}

/// A number in words.
pub(super) fn words(language: Language, number: Option<Count>) -> String {
    number.map_or_else(|| language.text("console-too-few").to_string(), |number| number.to_string())
}

/// All tables of a report.
pub(super) fn all(language: Language, report: &Report) -> Vec<Chart> {
    let days = &report.active_people.days;
    let chart = |id, title, about, names, bars| Chart { id, title, about, names, bars };
    let mut charts = vec![
        chart(
            "active",
            key("console-active"),
            key("console-active-about"),
            key("console-day"),
            days.iter().map(|day| Bar::of(language, day_words(&day.day), day.people)).collect(),
        ),
        chart(
            "hours",
            key("console-hours"),
            key("console-hours-about"),
            key("console-hour"),
            hours(language, &report.events),
        ),
        chart(
            "homes",
            key("console-homes"),
            key("console-funnel-about"),
            key("console-step"),
            report.funnels.homes.iter().map(|of| step(language, of)).collect(),
        ),
        chart(
            "products",
            key("console-products"),
            key("console-funnel-about"),
            key("console-step"),
            report.funnels.products.iter().map(|of| step(language, of)).collect(),
        ),
        chart(
            "localities",
            key("console-localities"),
            key("console-localities-about"),
            key("console-locality"),
            report.localities.iter().map(|of| busy(language, of)).collect(),
        ),
        chart(
            "categories",
            key("console-categories"),
            key("console-categories-about"),
            key("console-category"),
            report.categories.iter().map(|of| busy(language, of)).collect(),
        ),
        chart(
            "empty",
            key("console-empty"),
            key("console-empty-about"),
            key("console-search"),
            empty(language, report),
        ),
        chart(
            "events",
            key("console-events"),
            key("console-events-about"),
            key("console-type"),
            report.events.iter().map(|of| events(language, of)).collect(),
        ),
    ];
    if let Some(measured) = &report.since_start {
        let operations =
            measured.operations.iter().take(OPERATIONS).map(|of| operation(language, of)).collect();
        let (title, about) = (key("console-times"), key("console-times-about"));
        charts.push(chart("times", title, about, key("console-operation"), operations));
    }
    charts
}

/// The sums of each hour of the day; nothing if nothing is known of any.
fn hours(language: Language, events: &[EventCounts]) -> Vec<Bar> {
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
    named.map(|(hour, sum)| Bar::of(language, format!("{hour:02}:00"), Some(Count(sum)))).collect()
}

/// The steps of the funnels, with the keys of their names.
const STEPS: Labels = &[
    ("SEARCH", key("console-step-search")),
    ("VIEW", key("console-step-view")),
    ("SAVE", key("console-step-save")),
    ("LEAD", key("console-step-lead")),
    ("PURCHASE", key("console-step-purchase")),
];

fn step(language: Language, FunnelStep { step, people }: &FunnelStep) -> Bar {
    let name = labels::known(language, STEPS, step).unwrap_or_else(|| step.clone());
    Bar::of(language, name, *people)
}

fn busy(language: Language, Busy { name, views, searches, leads, purchases }: &Busy) -> Bar {
    let parts = [
        (key("console-views"), views),
        (key("console-searches"), searches),
        (key("console-enquiries"), leads),
        (key("console-purchases"), purchases),
    ];
    let parts = parts.into_iter().filter_map(|(what, figure)| Some((what, figure.as_ref()?)));
    let (mut length, mut told) = (0, Vec::new());
    for (what, Figure { count }) in parts {
        length += count.map_or(0, |count| count.0);
        told.push(language.text(what).arg("count", words(language, *count)).to_string());
    }
    Bar { name: name.clone(), length, words: told.join(", ") }
}

fn empty(language: Language, report: &Report) -> Vec<Bar> {
    let bar = |found: &EmptySearch| {
        let words = language.text("console-people-searches").arg("people", found.people);
        let words = words.arg("searches", found.searches).to_string();
        Bar { name: found.search.clone(), length: found.people.0, words }
    };
    report.nothing_found.iter().map(bar).collect()
}

fn events(language: Language, of_type: &EventCounts) -> Bar {
    let words = if of_type.suppressed {
        language.text("console-events-and-some").arg("count", of_type.events).to_string()
    } else {
        of_type.events.to_string()
    };
    Bar { name: of_type.event_type.clone(), length: of_type.events.0, words }
}

fn operation(language: Language, of: &OperationTimes) -> Bar {
    let OperationTimes { method, path, requests, p50_ms, p95_ms, p99_ms } = of;
    let words = language
        .text("console-operation-times")
        .arg("requests", requests)
        .arg("half", format!("{p50_ms:.1}"))
        .arg("most", format!("{p95_ms:.1}"))
        .arg("nearly", format!("{p99_ms:.1}"));
    Bar { name: format!("{method} {path}"), length: requests.0, words: words.to_string() }
}
