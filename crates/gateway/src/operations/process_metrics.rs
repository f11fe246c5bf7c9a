//! The metrics of the process itself, under the names that all Prometheus clients use. They are read when they are asked
//! for, from `/proc`; on a machine without it there are none.

use std::fmt::Write as _;

/// One metric: name, kind, help, value.
type Metric = (&'static str, &'static str, &'static str, f64);

/// The metrics in the text format of Prometheus.
pub fn text() -> String {
    let mut text = String::new();
    for (name, kind, help, value) in measured() {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
    }
    text
}

fn measured() -> Vec<Metric> {
    let mut metrics = Vec::new();
    if let Some(stat) = Stat::read() {
        metrics.extend([
            ("process_cpu_seconds_total", "counter", "Processor time used, in seconds.", stat.cpu_seconds),
            ("process_virtual_memory_bytes", "gauge", "Virtual memory in bytes.", stat.virtual_bytes),
            ("process_resident_memory_bytes", "gauge", "Memory in use in bytes.", stat.resident_bytes),
            ("process_threads", "gauge", "Threads of the process.", stat.threads),
        ]);
        let start = booted().map(|booted| booted + stat.started_after_boot);
        let help = "When the process started, in seconds since 1970.";
        metrics.extend(start.map(|start| ("process_start_time_seconds", "gauge", help, start)));
    }
    #[expect(clippy::cast_precision_loss, reason = "metrics")]
    let number = |number: u64| number as f64;
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        // One of them is this directory.
        let open = u64::try_from(files.count().saturating_sub(1)).unwrap_or(u64::MAX);
        metrics.push(("process_open_fds", "gauge", "Open files and sockets.", number(open)));
    }
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let most = most.map_or(f64::INFINITY, number);
    metrics.push(("process_max_fds", "gauge", "Files and sockets that may be open at most.", most));
    metrics
}

/// What `/proc/self/stat` says (`proc_pid_stat(5)`).
struct Stat {
    cpu_seconds: f64,
    threads: f64,
    started_after_boot: f64,
    virtual_bytes: f64,
    resident_bytes: f64,
}

impl Stat {
    fn read() -> Option<Self> {
        Self::parse(&std::fs::read_to_string("/proc/self/stat").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // The second field is the program's name in brackets, which may hold blanks and brackets.
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<f64> =
            rest.split_whitespace().skip(1).map_while(|field| field.parse().ok()).collect();
        // Field 4 of the manual page is the first of these.
        let field = |number: usize| fields.get(number.checked_sub(4)?).copied();
        #[expect(clippy::cast_precision_loss, reason = "metrics")]
        let (tick, page) =
            (rustix::param::clock_ticks_per_second() as f64, rustix::param::page_size() as f64);
        Some(Self {
            cpu_seconds: (field(14)? + field(15)?) / tick,
            threads: field(20)?,
            started_after_boot: field(22)? / tick,
            virtual_bytes: field(23)?,
            resident_bytes: field(24)? * page,
        })
    }
}

/// When the machine started, in seconds since 1970.
fn booted() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_whatever_the_program_is_called() {
        let rest = "S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 12 0 700 4096000 1000 18446744073709551615 1";
        for name in ["(server)", "(a b)", "(a) b (c)"] {
            let stat = Stat::parse(&format!("4711 {name} {rest}")).unwrap();
            assert!(stat.cpu_seconds > 0.0 && stat.started_after_boot > 0.0, "{name}");
            assert!((stat.threads - 12.0).abs() < f64::EPSILON, "{name}");
            assert!((stat.virtual_bytes - 4_096_000.0).abs() < f64::EPSILON, "{name}");
            assert!(stat.resident_bytes >= 1000.0 * 4096.0, "{name}");
        }
        assert!(Stat::parse("4711 (server) S 1 2").is_none() && Stat::parse("").is_none());
    }
}
