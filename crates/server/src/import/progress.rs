//! How far the import is: a bar on a terminal, a plain line for every twentieth part elsewhere.

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressState, ProgressStyle};

const PLAIN_LINES: u64 = 20;
const TEMPLATE: &str = "{bar:30} {human_pos} of {human_len} rows, {rate} rows/s, {eta} left";

type WriteLine = dyn Fn(&str) + Send + Sync;

pub struct Progress {
    bar: ProgressBar,
    /// Takes plain lines; the bar then only measures and is never drawn.
    write: Option<Box<WriteLine>>,
}

impl Progress {
    /// A bar on standard error; nothing where that is no terminal.
    #[must_use]
    pub fn bar() -> Self {
        let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A terminal that cannot be written to is no reason to stop an import.
            let _ = write!(out, "{:.0}", state.per_sec());
        };
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: ProgressBar::new(0).with_style(style.with_key("rate", rate)), write: None }
    }

    pub fn lines(write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { bar: ProgressBar::hidden(), write: Some(Box::new(write)) }
    }

    #[must_use]
    pub fn silent() -> Self {
        Self { bar: ProgressBar::hidden(), write: None }
    }

    pub(super) fn start(&self, rows: usize) {
        self.bar.reset();
        self.bar.set_length(rows as u64);
    }

    pub(super) fn advance(&self) {
        self.bar.inc(1);
        let Some(write) = &self.write else { return };
        let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
        if done % (all / PLAIN_LINES).max(1) == 0 || done == all {
            write(&format!(
                "{} of {} rows, {:.0} rows/s, {} left",
                HumanCount(done),
                HumanCount(all),
                self.bar.per_sec(),
                HumanDuration(self.bar.eta())
            ));
        }
    }

    /// Clears the bar, so that what follows starts on a line of its own.
    pub(super) fn stop(&self) {
        self.bar.finish_and_clear();
    }
}
