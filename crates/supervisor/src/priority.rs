//! Threads that others go before.

/// Of threads whose work can wait, where that of others is 0 (`nice`): on a busy core, about a tenth of the time is theirs.
#[cfg(target_os = "linux")]
pub(crate) const LOW: i32 = 10;

/// This thread's work can wait from now on: where cores are scarce, the threads that answer people go before it. For good,
/// and inherited by the threads it starts. Elsewhere than on Linux, where a priority is the whole process's, nothing.
pub fn lower() {
    // One that is lower already, as of a process that was started so, stays: raising it is refused.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, LOW);
}

#[cfg(all(test, target_os = "linux"))]
pub(crate) fn of_this_thread() -> Option<i32> {
    rustix::process::getpriority_process(None).ok()
}
