//! Thread priorities for work that can wait.

/// Nice value for threads whose work may take a little longer: on a busy core they get about a tenth of the
/// time.
pub const LOW: i32 = 10;
/// Nice value for pools of several threads: all of them together get about as much time as one thread of
/// [`LOW`].
pub const LOWEST: i32 = 19;

/// Lowers the priority of this thread for good: where cores are scarce, the threads that answer requests go
/// first. Threads that it starts inherit the priority. Does nothing outside Linux, where a priority applies to
/// the whole process.
pub fn lower_to(nice: i32) {
    // A priority that is already lower, as in a process started that way, stays: the system refuses to raise
    // it.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, nice);
    #[cfg(not(target_os = "linux"))]
    let _ = nice;
}

#[cfg(all(test, target_os = "linux"))]
pub(crate) fn of_this_thread() -> Option<i32> {
    rustix::process::getpriority_process(None).ok()
}
