//! The server's log. Logging never fails or delays the work that it reports on.
//!
//! A line goes into a bounded queue, and a dedicated thread writes it to standard error. A line is dropped and
//! counted when the queue is full (nobody reads the pipe) or when it cannot be written (a full disk, a closed
//! pipe). The standard library's `eprintln!` would instead panic in the task that logs.

use std::io::{IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use domain::fields::Choice as _;
use gateway::{ApplyFilter, LogLevels};
use supervisor::{Supervised, Supervisor};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::settings::{self, LogFormat};

/// The most lines that may wait to be written.
const WAITING: usize = 8192;
/// The most bytes written at once.
const AT_ONCE: usize = 64 * 1024;
/// How long shutdown waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(1);

enum Message {
    Line(Vec<u8>),
    /// Acknowledged when everything before it is written.
    Reached(SyncSender<()>),
}

/// The sending side of the log. Clones share the queue.
#[derive(Clone, Debug)]
pub struct LogQueue(SyncSender<Message>);

impl LogQueue {
    /// Starts a queue whose lines the thread `log-writer` writes to `sink`.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(supervisor: &Supervisor, sink: impl Write + Send + 'static) -> std::io::Result<Self> {
        let (queue, lines) = sync_channel(WAITING);
        let mut sink = sink;
        supervisor.named("log-writer").thread(move |thread| write_all(thread, &lines, &mut sink))?;
        Ok(Self(queue))
    }

    /// Logs one line.
    pub fn say(&self, line: &str) {
        self.put(format!("{line}\n").into_bytes());
    }

    fn put(&self, line: Vec<u8>) {
        if self.0.try_send(Message::Line(line)).is_err() {
            lost(1);
        }
    }

    /// Waits for a short time until all queued lines are written.
    pub fn flush(&self) {
        let (reached, written) = sync_channel(1);
        if self.0.try_send(Message::Reached(reached)).is_ok() {
            // A pipe that nobody reads must not delay the end of the process either.
            let _ = written.recv_timeout(LAST_LINES);
        }
    }
}

impl Write for LogQueue {
    /// Always succeeds. A line that cannot be written is dropped, because the caller must not fail over it.
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.put(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LogQueue {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Runs until all senders are gone.
fn write_all(thread: &Supervised, lines: &Receiver<Message>, sink: &mut impl Write) {
    while let Ok(first) = lines.recv() {
        if thread.attempt(|| write_some(first, lines, sink)).is_none() {
            lost(1);
        }
    }
}

/// Writes the waiting lines together.
fn write_some(first: Message, lines: &Receiver<Message>, sink: &mut impl Write) {
    let mut next = Some(first);
    let mut text = Vec::new();
    let mut many = 0;
    let mut reached = None;
    while let Some(message) = next.take() {
        match message {
            Message::Line(line) => {
                text.extend(line);
                many += 1;
            }
            Message::Reached(told) => reached = Some(told),
        }
        if text.len() < AT_ONCE && reached.is_none() {
            next = lines.try_recv().ok();
        }
    }
    if sink.write_all(&text).and_then(|()| sink.flush()).is_err() {
        lost(many);
    }
    if let Some(told) = reached {
        let _ = told.send(());
    }
}

fn lost(lines: u64) {
    metrics::counter!("log_lines_lost_total").increment(lines);
}

/// Sends the process's log, panics included, to standard error. What it writes can be changed while it runs.
///
/// # Errors
/// When the thread cannot be started.
pub fn start(supervisor: &Supervisor, settings: &settings::Log) -> std::io::Result<(LogQueue, LogLevels)> {
    let queue = LogQueue::start(supervisor, std::io::stderr())?;
    let level = settings.level.word().to_lowercase();
    let filter = EnvFilter::try_new(level).unwrap_or_default();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .log_internal_errors(false)
        .with_writer(queue.clone());
    let apply: ApplyFilter = match settings.format {
        LogFormat::Text => {
            let log = log.with_filter_reloading();
            let filter = log.reload_handle();
            log.init();
            Arc::new(move |text| reload(text, |new| filter.reload(new)))
        }
        LogFormat::Json => {
            let log = log.json().with_filter_reloading();
            let filter = log.reload_handle();
            log.init();
            Arc::new(move |text| reload(text, |new| filter.reload(new)))
        }
    };
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current().name().unwrap_or("without a name").to_owned();
        let place = panic.location().map(ToString::to_string);
        let backtrace = std::backtrace::Backtrace::capture();
        let backtrace = Some(backtrace).filter(|b| b.status() == std::backtrace::BacktraceStatus::Captured);
        let backtrace = backtrace.map(|backtrace| backtrace.to_string());
        let error = panic.payload_as_str().unwrap_or("it does not say why");
        tracing::error!(thread, place, backtrace, error, "a panic");
    }));
    Ok((queue, LogLevels::new(settings.level, apply)))
}

fn reload(
    text: &str,
    take: impl FnOnce(EnvFilter) -> Result<(), tracing_subscriber::reload::Error>,
) -> Result<(), String> {
    let filter = EnvFilter::try_new(text).map_err(|error| error.to_string())?;
    take(filter).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::{Error, Result};
    use std::sync::{Arc, Condvar, Mutex};

    use super::*;

    /// Blocks until it is opened, like a pipe that nobody reads. Then it accepts bytes, or fails.
    #[derive(Clone, Default)]
    struct Pipe(Arc<(Mutex<Taken>, Condvar)>);

    /// Whether it is open, and the bytes it has accepted.
    type Taken = (bool, Vec<u8>);

    impl Pipe {
        fn open(&self) {
            self.0.0.lock().unwrap().0 = true;
            self.0.1.notify_all();
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.0.lock().unwrap().1.clone()).unwrap()
        }
    }

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            let state = self.0.0.lock().unwrap();
            let mut state = self.0.1.wait_while(state, |(open, _)| !*open).unwrap();
            state.1.extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> Result<usize> {
            Err(Error::other("no space left on device"))
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    fn lost_lines(test: impl FnOnce()) -> String {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, test);
        handle.render().lines().filter(|line| line.starts_with("log_lines_lost")).collect()
    }

    #[test]
    fn a_pipe_that_nobody_reads_holds_nobody_up() {
        let pipe = Pipe::default();
        let queue = LogQueue::start(&Supervisor::default(), pipe.clone()).unwrap();
        // The thread may hold one full batch in addition to the queued lines.
        let held = AT_ONCE / "line 0\n".len();
        let lost = lost_lines(|| {
            for number in 0..WAITING + held + 500 {
                queue.say(&format!("line {number}"));
            }
        });
        let number: usize = lost.rsplit(' ').next().unwrap().parse().unwrap();
        assert!((500..=held + 500).contains(&number), "{lost}");
        pipe.open();
        while !pipe.text().contains(&format!("line {}\n", WAITING - 1)) {
            queue.flush();
        }
        assert!(pipe.text().starts_with("line 0\nline 1\n"), "in their order");
        queue.say("once more");
        queue.flush();
        assert!(pipe.text().ends_with("once more\n"), "it goes on by itself");
    }

    #[test]
    fn a_full_disk_fails_nobody() {
        let supervisor = Supervisor::default();
        let sink = Full;
        let mut queue = LogQueue::start(&supervisor, sink).unwrap();
        queue.write_all(b"a line\n").unwrap();
        supervisor.faults().panic_once("log-writer");
        queue.say("a line");
        queue.flush();
        queue.say("a line");
        queue.flush();
        assert_eq!(supervisor.standings()[0].panics, 1, "its own panic ends it as little");
    }
}
