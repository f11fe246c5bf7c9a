//! Runs the real binary as a separate process that a test can kill.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::http::Client;
use crate::people::{ADMIN, PASSWORD};

/// A running server process.
#[derive(Debug)]
pub struct Child {
    process: std::process::Child,
    /// An anonymous client.
    pub client: Client,
    /// A client of its management listener.
    pub management: Client,
    /// `http://127.0.0.1:port`
    pub base: String,
}

impl Child {
    /// Starts `binary serve` with `data_dir` and an administrator, and waits for its start-up line.
    #[must_use]
    pub fn serve(binary: &str, data_dir: &Path) -> Self {
        Self::start(Command::new(binary), data_dir, |_| {})
    }

    /// The same under `strace`, which records every system call that changes a file, makes it durable or sends
    /// data.
    #[must_use]
    pub fn traced(binary: &str, data_dir: &Path, trace: &Path) -> Self {
        let calls = "trace=openat,write,pwrite64,writev,sendto,sendmsg,fsync,fdatasync,ftruncate,rename,renameat,\
                     renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat";
        let mut strace = Command::new("strace");
        // `-D` makes the server the child process and the tracer a detached process, so ending the server ends
        // both.
        strace.args(["-D", "-f", "-y", "-xx", "-s", "1000000", "-e", calls, "-o"]).arg(trace).arg(binary);
        Self::start(strace, data_dir, |_| {})
    }

    /// The same with `command`, to which `serve` is added. `change` is applied last.
    #[must_use]
    pub fn start(mut command: Command, data_dir: &Path, change: impl FnOnce(&mut Command)) -> Self {
        command
            .arg("serve")
            .env_clear()
            .env("HYD_DATA_DIR", data_dir)
            .env("HYD_LISTEN", "127.0.0.1:0")
            .env("HYD_MANAGEMENT_LISTEN", "127.0.0.2:0")
            .env("HYD_LIMITS_ENABLED", "false")
            .env("HYD_LETTERS_PER_DAY_PROPERTY_ALERT", "1000000")
            .env("HYD_SESSIONS_ACCESS_SECONDS", "86400")
            .env("HYD_LOG_LEVEL", "error")
            .env("HYD_MAIL_SHOW_CODES", "true")
            .env("HYD_DISK_WARN_PERCENT", "0")
            .env("HYD_DISK_WARN_MIB", "0")
            .env("HYD_ADMIN_EMAIL", ADMIN)
            .env("HYD_ADMIN_PASSWORD", PASSWORD)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        change(&mut command);
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut urls = line.split_whitespace().filter_map(|word| word.find("http").map(|at| &word[at..]));
        let (base, metrics) = (urls.next().unwrap_or_default(), urls.next().unwrap_or_default());
        assert!(!base.is_empty(), "the server did not start: {line:?} {:?}", process.try_wait());
        let management = metrics.split("/actuator").next().unwrap();
        let (client, management) = (Client::new(base), Client::new(management));
        Self { process, client, management, base: base.to_owned() }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The peak memory in bytes. Only Linux reports it.
    #[must_use]
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
    }

    /// `kill -9`: no graceful shutdown, and the program flushes nothing.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to stop, and returns its exit status.
    #[must_use]
    pub fn stop(mut self) -> ExitStatus {
        let asked = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().unwrap();
        assert!(asked.success());
        self.process.wait().unwrap()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
