//! How far long work is: a bar on a terminal, a plain line for every twentieth part elsewhere.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use crate::cli::output;

const PLAIN_LINES: u64 = 20;

type WriteLine = dyn Fn(&str) + Send + Sync;

pub struct Progress {
    bar: ProgressBar,
    /// What is counted, such as `rows`.
    unit: &'static str,
    /// Takes plain lines; the bar then only measures and is never drawn.
    write: Option<Box<WriteLine>>,
    /// The last plain line was written at this part.
    told: AtomicU64,
}

impl Progress {
    /// For people at a terminal, or for a log.
    #[must_use]
    pub fn on_standard_error(unit: &'static str) -> Self {
        Self::drawn_or(unit, output::note)
    }

    /// A bar at a terminal; elsewhere `write` takes plain lines.
    pub fn drawn_or(unit: &'static str, write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        if std::io::stderr().is_terminal() { Self::bar(unit) } else { Self::lines(unit, write) }
    }

    fn bar(unit: &'static str) -> Self {
        let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A terminal that cannot be written to is no reason to stop.
            let _ = write!(out, "{:.0}", state.per_sec());
        };
        let template =
            format!("{{bar:30}} {{human_pos}} of {{human_len}} {unit}, {{rate}} {unit}/s, {{eta}} left");
        let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(0).with_style(style.with_key("rate", rate));
        Self { bar, unit, write: None, told: AtomicU64::new(0) }
    }

    pub fn lines(unit: &'static str, write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { write: Some(Box::new(write)), ..Self::silent(unit) }
    }

    #[must_use]
    pub fn silent(unit: &'static str) -> Self {
        Self { bar: ProgressBar::hidden(), unit, write: None, told: AtomicU64::new(0) }
    }

    pub fn start(&self, total: u64) {
        self.bar.reset();
        self.bar.set_length(total);
        self.told.store(0, Ordering::Relaxed);
    }

    pub fn advance(&self) {
        self.bar.inc(1);
        self.tell();
    }

    /// For work whose size is not known from the beginning.
    pub fn set(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.tell();
    }

    fn tell(&self) {
        let Some(write) = &self.write else { return };
        let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
        let part = done.saturating_mul(PLAIN_LINES).checked_div(all).unwrap_or(0);
        if self.told.swap(part, Ordering::Relaxed) < part {
            write(&format!(
                "{} of {} {unit}, {:.0} {unit}/s, {} left",
                HumanCount(done),
                HumanCount(all),
                self.bar.per_sec(),
                HumanDuration(self.bar.eta()),
                unit = self.unit
            ));
        }
    }

    /// Clears the bar, so that what follows starts on a line of its own.
    pub fn stop(&self) {
        self.bar.finish_and_clear();
    }
}
