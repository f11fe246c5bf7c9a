//! The only place that prints. Results go to standard output, everything about the run to standard error, so that
//! results can be piped.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Some result could not be written: whoever reads results must not take them for all there are.
static RESULTS_LOST: AtomicBool = AtomicBool::new(false);

/// Help is a success. A wrong use ends with 1, as 2 says that an import rejected rows.
#[must_use]
pub fn usage(usage: &clap::Error) -> ExitCode {
    // Nothing is left to do when the terminal is gone.
    let _ = usage.print();
    if usage.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// A result. One that cannot be written does not stop the work; see [`ended`].
pub fn line(text: &str) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        RESULTS_LOST.store(true, Ordering::Relaxed);
    }
}

/// About the run. It is lost where standard error takes nothing.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// How a verb ends that gave results: a failure when some of them could not be written.
#[must_use]
pub fn ended(code: ExitCode) -> ExitCode {
    if RESULTS_LOST.load(Ordering::Relaxed) { ExitCode::FAILURE } else { code }
}

/// An error with its causes, each once: messages that already end with their cause are not said again.
pub fn error(error: &anyhow::Error) {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    note(&format!("error: {text}"));
}
