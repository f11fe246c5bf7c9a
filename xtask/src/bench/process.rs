//! The servers under load. They are separate processes, so that their memory use can be read.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, bail};

const START: Duration = Duration::from_secs(30);

/// A server process. It is killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// The line that announced that it is ready.
    pub ready: String,
}

/// Resident memory in MB: current and peak.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pub now: f64,
    pub most: f64,
}

impl Process {
    /// Starts `command` and waits until it prints a line with `is ready at`. Its standard error goes to the file
    /// `log`.
    pub fn start(command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let errors = std::fs::File::create(log)?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
        let stdout = child.stdout.take().context("no standard output")?;
        let mut process = Self { child, ready: String::new() };
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        while !process.ready.contains("is ready at") {
            match told.recv_timeout(START) {
                Ok(line) => process.ready = line,
                Err(_) => bail!("{} did not start:\n{}", command.get_program().display(), head_of(log)),
            }
        }
        Ok(process)
    }

    /// The address that follows `words` in the ready line.
    pub fn address(&self, words: &str) -> anyhow::Result<SocketAddr> {
        let rest = self.ready.split_once(words).context("the ready line names no address")?.1;
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').unwrap_or(rest.len());
        rest[..end].parse().with_context(|| format!("no address in {:?}", self.ready))
    }

    pub fn memory(&self) -> anyhow::Result<Memory> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u32>().ok());
            kilobytes.map(|kb| f64::from(kb) * 1024.0 / 1e6).with_context(|| format!("no {name} in {path}"))
        };
        Ok(Memory { now: megabytes("VmRSS")?, most: megabytes("VmHWM")? })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn head_of(log: &Path) -> String {
    let mut text = String::new();
    let _ = std::fs::File::open(log).and_then(|file| file.take(4096).read_to_string(&mut text));
    text
}
