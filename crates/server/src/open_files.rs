//! How many files and sockets the process may have open: each connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// As many as this machine allows it, from here on: shells and service managers begin with 1024 and leave it to the
/// process to ask for more. Gives how many they are; nothing is without a limit.
#[must_use]
pub fn raise_limit() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    // Refused, it stays as it was.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    getrlimit(Resource::Nofile).current
}
