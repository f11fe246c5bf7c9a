//! Threads that others go before.

/// Nice, of threads that somebody waits for a little longer: on a busy core, about a tenth of the time is theirs.
pub const LOW: i32 = 10;
/// Nice, of threads of which there are several: all of them together take as much as one of [`LOW`].
pub const LOWEST: i32 = 19;

/// This thread's work can wait from now on: where cores are scarce, the threads that answer people go before it. For good,
/// and inherited by the threads it starts. Elsewhere than on Linux, where a priority is the whole process's, nothing.
pub fn lower_to(nice: i32) {
    // One that is lower already, as of a process that was started so, stays: raising it is refused.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, nice);
    #[cfg(not(target_os = "linux"))]
    let _ = nice;
}

#[cfg(all(test, target_os = "linux"))]
pub(crate) fn of_this_thread() -> Option<i32> {
    rustix::process::getpriority_process(None).ok()
}
