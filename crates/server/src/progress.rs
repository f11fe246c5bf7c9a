//! Progress of long work: a bar on a terminal; elsewhere a plain line for every twentieth part.

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
    /// Receives plain lines. The bar then only counts and is never drawn.
    write: Option<Box<WriteLine>>,
    /// The part at which the last plain line was written.
    told: AtomicU64,
}

impl Progress {
    /// Progress on standard error, for a terminal or a log.
    #[must_use]
    pub fn on_standard_error(unit: &'static str) -> Self {
        Self::drawn_or(unit, output::note)
    }

    /// A bar on a terminal; elsewhere `write` receives plain lines.
    pub fn drawn_or(unit: &'static str, write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        if std::io::stderr().is_terminal() { Self::bar(unit) } else { Self::lines(unit, write) }
    }

    fn bar(unit: &'static str) -> Self {
        let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A terminal write failure must not stop the work.
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

    /// For work whose total is not known at the beginning.
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

    /// Says something about the work, above the bar.
    pub fn note(&self, text: &str) {
        match &self.write {
            Some(write) => write(text),
            None => self.bar.println(text),
        }
    }

    /// Clears the bar, so that the next output starts on a new line.
    pub fn stop(&self) {
        self.bar.finish_and_clear();
    }
}
