//! The limit on open files and sockets of the process. Each connection needs one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit to the maximum that this machine allows. Shells and service managers start a process with
/// 1024 and expect it to ask for more. Returns the new limit; `None` means unlimited.
#[must_use]
pub fn raise_limit() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    // If this is refused, the limit stays as it was.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    self::limit()
}

/// The limit at present; `None` means unlimited.
#[must_use]
pub fn limit() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}
