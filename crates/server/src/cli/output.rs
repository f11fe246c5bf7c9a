//! The only module that prints. Results go to standard output. Everything about the run goes to standard error,
//! so that results can be piped.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set when a result could not be written, so that the output is not taken for complete.
static RESULTS_LOST: AtomicBool = AtomicBool::new(false);

/// Prints help or a usage error. Help is a success. A usage error ends with 1, because 2 means that an import
/// rejected rows.
#[must_use]
pub fn usage(usage: &clap::Error) -> ExitCode {
    // Nothing can be done if the terminal is gone.
    let _ = usage.print();
    if usage.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Prints a result. A write failure does not stop the work; see [`ended`].
pub fn line(text: &str) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        RESULTS_LOST.store(true, Ordering::Relaxed);
    }
}

/// Prints a piece of a result as it is.
///
/// # Errors
/// When standard output cannot be written.
pub fn bytes(piece: &[u8]) -> std::io::Result<()> {
    std::io::stdout().write_all(piece)
}

/// Prints a note about the run. It is lost if standard error cannot be written.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The exit code of a command that printed results: a failure if some of them could not be written.
#[must_use]
pub fn ended(code: ExitCode) -> ExitCode {
    if RESULTS_LOST.load(Ordering::Relaxed) { ExitCode::FAILURE } else { code }
}

/// Prints an error with its causes. A cause that the message already contains is not repeated.
pub fn error(error: &anyhow::Error) {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    note(&format!("error: {text}"));
}
