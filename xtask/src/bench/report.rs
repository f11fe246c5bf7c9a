//! The report in Markdown: a table, the targets, and further figures.

mod targets;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use super::Plan;
use super::journeys::ReadBacks;
use super::load::CONNECTIONS;
use super::process::Memory;
use super::sample::{Figure, Samples, Summary, median};
use targets::targets;

pub struct Report {
    machine: String,
    plan: Plan,
    rows: BTreeMap<char, (&'static str, Vec<Figure>)>,
    settled: BTreeMap<char, Vec<f64>>,
    filled: Option<f64>,
    caught_up: Vec<f64>,
    rebuilt: Vec<f64>,
    fanouts: Vec<Figure>,
    lags: Vec<Figure>,
    created: ReadBacks,
    found: ReadBacks,
    signed_in: Samples,
    idle: Option<Memory>,
    memory: Option<(Memory, Memory)>,
}

impl Report {
    pub fn new(machine: String, plan: Plan) -> Self {
        Self {
            machine,
            plan,
            rows: BTreeMap::new(),
            settled: BTreeMap::new(),
            filled: None,
            caught_up: Vec::new(),
            rebuilt: Vec::new(),
            fanouts: Vec::new(),
            lags: Vec::new(),
            created: ReadBacks::default(),
            found: ReadBacks::default(),
            signed_in: Samples::default(),
            idle: None,
            memory: None,
        }
    }

    pub fn figure(&mut self, letter: char, what: &'static str, figure: Figure) {
        self.rows.entry(letter).or_insert((what, Vec::new())).1.push(figure);
    }

    /// Records how long after a row's load the read models had caught up.
    pub fn settled(&mut self, letter: char, took: Duration) {
        self.settled.entry(letter).or_default().push(took.as_secs_f64() * 1000.0);
    }

    pub fn filled(&mut self, per_second: f64) {
        self.filled = Some(per_second);
    }

    pub fn caught_up(&mut self, (per_second, rebuilt): (f64, f64)) {
        self.caught_up.push(per_second);
        self.rebuilt.push(rebuilt);
    }

    pub fn fanout(&mut self, figure: Figure) {
        self.fanouts.push(figure);
    }

    pub fn lag(&mut self, figure: Figure) {
        self.lags.push(figure);
    }

    pub fn creations(&mut self, seen: &ReadBacks) {
        self.created.add(seen);
    }

    pub fn finds(&mut self, seen: &ReadBacks) {
        self.found.add(seen);
    }

    pub fn sign_ins(&mut self, took: &Samples) {
        self.signed_in.extend(took);
    }

    pub fn idle(&mut self, memory: Memory) {
        self.idle = Some(memory);
    }

    pub fn memory(&mut self, server: Memory, baseline: Memory) {
        self.memory = Some((server, baseline));
    }

    /// Requests a second of a row.
    fn rate(&self, letter: char) -> Option<f64> {
        Some(Summary::of(&self.rows.get(&letter)?.1)?.median.per_second)
    }

    pub fn render(mut self) -> String {
        let mut out = format!("# Benchmark\n\n{}\n\n", self.machine);
        let rounds = self.plan.rounds;
        let seconds = self.plan.time.as_secs();
        let _ = writeln!(
            out,
            "{CONNECTIONS} connections kept alive, load generator on the same cores; medians of {rounds} rounds of \
             {seconds} s, every row once a round.\n"
        );
        self.load_table(&mut out);
        self.event_lines(&mut out);
        self.journey_lines(&mut out);
        self.memory_lines(&mut out);
        out.push_str("\n| Target | Wanted | Found | |\n|---|---|---:|---|\n");
        for target in targets(&mut self) {
            let _ = writeln!(out, "{target}");
        }
        out
    }

    fn load_table(&self, out: &mut String) {
        if self.rows.is_empty() {
            return;
        }
        out.push_str(
            "| | Row | req/s | slowest–fastest round | p50 ms | p99 ms | read models behind for ms |\n",
        );
        out.push_str("|---|---|---:|---:|---:|---:|---:|\n");
        for (letter, (what, figures)) in &self.rows {
            let Some(Summary { median: m, least, most }) = Summary::of(figures) else { continue };
            let behind = self.settled.get(letter).and_then(|all| median(all.clone()));
            let behind = behind.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.0}"));
            let _ = writeln!(
                out,
                "| {letter} | {what} | {:.0} | {least:.0}–{most:.0} | {:.2} | {:.2} | {behind} |",
                m.per_second, m.p50_ms, m.p99_ms
            );
        }
        out.push('\n');
    }

    fn event_lines(&self, out: &mut String) {
        if let (Some(per_second), Some(filled)) = (median(self.caught_up.clone()), self.filled) {
            let facts = self.plan.facts;
            let _ = writeln!(
                out,
                "- (g) history made from {facts} facts: {per_second:.0} events/s (they were appended at {filled:.0}/s)"
            );
        }
        if let Some(per_second) = median(self.rebuilt.clone()) {
            let _ = writeln!(out, "- (g) history made again beside the one in use: {per_second:.0} events/s");
        }
        if let Some(Summary { median: m, .. }) = Summary::of(&self.fanouts) {
            let _ = writeln!(
                out,
                "- (i) command answered → told on each of 500 realtime connections that listen to it: p50 {:.2} ms, \
                 p99 {:.2} ms, {:.0} items/s",
                m.p50_ms, m.p99_ms, m.per_second
            );
        }
        if let Some(Summary { median: m, .. }) = Summary::of(&self.lags) {
            let _ = writeln!(
                out,
                "- (g) command answered → in the history, at {:.0} commands/s: p50 {:.2} ms, p99 {:.2} ms",
                m.per_second, m.p50_ms, m.p99_ms
            );
        }
    }

    fn journey_lines(&mut self, out: &mut String) {
        let places = [("the history shows it", &mut self.created), ("a search finds it", &mut self.found)];
        for (place, seen) in places {
            let count = seen.took.len();
            if count > 0 {
                let (p50, p99) = (seen.took.percentile(50), seen.took.percentile(99));
                let (again, stale) = (seen.looked_again, seen.stale);
                let _ = writeln!(
                    out,
                    "- (h) POST a home → {place}, {count} times: p50 {p50:.2} ms, p99 {p99:.2} ms; \
                     {again} needed a second look, {stale} came with X-Stale"
                );
            }
        }
        let signed_in = &mut self.signed_in;
        if signed_in.len() > 0 {
            let (count, p50, p99) = (signed_in.len(), signed_in.percentile(50), signed_in.percentile(99));
            let _ = writeln!(out, "- (h) sign-in → history, {count} times: p50 {p50:.2} ms, p99 {p99:.2} ms");
        }
    }

    fn memory_lines(&self, out: &mut String) {
        if let (Some(idle), Some((server, baseline))) = (self.idle, self.memory) {
            let _ = writeln!(
                out,
                "- resident memory of the server: {:.0} MB before the load, {:.0} MB after it, {:.0} MB at its most \
                 (the baseline: {:.0} MB)",
                idle.now, server.now, server.most, baseline.most
            );
        }
    }
}
