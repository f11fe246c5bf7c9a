//! The only place that prints. Results go to standard output, everything about the run to standard error, so that
//! results can be piped.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the command line talks to people here")]

use std::process::ExitCode;

/// Help is a success. A wrong use ends with 1, as 2 says that an import rejected rows.
#[must_use]
pub fn usage(usage: &clap::Error) -> ExitCode {
    // Nothing is left to do when the terminal is gone.
    let _ = usage.print();
    if usage.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

pub fn line(text: &str) {
    println!("{text}");
}

pub fn note(text: &str) {
    eprintln!("{text}");
}

/// An error with its causes, each once: messages that already end with their cause are not said again.
pub fn error(error: &anyhow::Error) {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    eprintln!("error: {text}");
}
