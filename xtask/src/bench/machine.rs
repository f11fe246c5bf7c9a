//! Describes the machine that the figures were measured on.

use std::io::Write as _;
use std::path::Path;

use tokio::time::Instant;

use super::sample::Samples;

const SYNCS: usize = 200;

/// One line: processor, kernel, memory, and the duration of an fsync in `directory`.
pub fn describe(directory: &Path) -> anyhow::Result<String> {
    let cores = std::thread::available_parallelism()?;
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
        line.map_or_else(|| "unknown".to_owned(), |value| value.trim().to_owned())
    };
    let model = field(&read("/proc/cpuinfo"), "model name");
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let kernel = read("/proc/sys/kernel/osrelease");
    let (p50, p99) = fsync(directory)?;
    Ok(format!(
        "{cores} cores of {model}, {memory} of memory, Linux {}; 4 KiB append + fdatasync p50 {p50:.2} ms, p99 {p99:.2} ms",
        kernel.trim()
    ))
}

fn fsync(directory: &Path) -> anyhow::Result<(f64, f64)> {
    let mut file = tempfile::tempfile_in(directory)?;
    let mut samples = Samples::default();
    for _ in 0..SYNCS {
        let began = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        samples.push(began.elapsed());
    }
    Ok((samples.percentile(50), samples.percentile(99)))
}
