//! Output for the person at the terminal.

/// Prints a result to standard output.
#[expect(clippy::print_stdout, reason = "a command line tool tells its result on standard output")]
pub fn say(text: &str) {
    println!("{text}");
}

/// Prints progress to standard error.
#[expect(clippy::print_stderr, reason = "a command line tool tells its progress on standard error")]
pub fn note(text: &str) {
    eprintln!("{text}");
}
