//! Compares two versions in turn, this one and another. Each runs its own `xtask` beside its own server, so that
//! other load on the machine affects both alike. The result is the median of the ratios of the rounds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use super::sample::median;
use crate::terminal::{note, say};

/// Figures of one round, by row letter.
type Figures = BTreeMap<char, f64>;

/// Measures the rows `only` of this version and of the one whose `xtask` and server are in the directory `other`,
/// `rounds` times in turn, for `seconds` each row.
pub fn compare(other: &Path, only: &[char], rounds: usize, seconds: u64) -> anyhow::Result<()> {
    let this = std::env::current_exe()?;
    let that = other.join("xtask");
    ensure!(that.is_file(), "{} is not there; it must be built with its server beside it", that.display());
    let mut ratios: BTreeMap<char, Vec<f64>> = BTreeMap::new();
    let mut figures: BTreeMap<char, [Vec<f64>; 2]> = BTreeMap::new();
    for round in 1..=rounds {
        note(&format!("round {round} of {rounds}"));
        // The order alternates, because the second may find a warmer machine.
        let mut pair = [Figures::new(), Figures::new()];
        for turn in [round % 2, (round + 1) % 2] {
            let program = if turn == 0 { &this } else { &that };
            pair[turn] = measure(program, only, seconds)?;
        }
        let [ours, theirs] = pair;
        for (letter, our) in ours {
            let Some(their) = theirs.get(&letter) else { continue };
            ratios.entry(letter).or_default().push(our / their);
            let both = figures.entry(letter).or_default();
            both[0].push(our);
            both[1].push(*their);
        }
    }
    say(&render(ratios, figures, rounds));
    Ok(())
}

fn measure(program: &Path, only: &[char], seconds: u64) -> anyhow::Result<Figures> {
    let report = tempfile::NamedTempFile::new()?;
    let rows: Vec<String> = only.iter().map(char::to_string).collect();
    let measured = Command::new(program)
        .args(["bench", "--quick", "--rounds", "1", "--seconds", &seconds.to_string()])
        .args(["--only", &rows.join(","), "--save"])
        .arg(report.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    ensure!(measured?.success(), "{} did not measure", program.display());
    let text = std::fs::read_to_string(report.path()).context("the report of a round")?;
    Ok(read(&text))
}

/// The rates in a report: those of its table, and the events a second of row g.
fn read(report: &str) -> Figures {
    let number = |text: &str| text.trim().replace(',', "").parse::<f64>().ok();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let letter = cells.next()?.chars().next().filter(|_| line.as_bytes().get(3) == Some(&b' '))?;
        Some((letter, number(cells.nth(1)?)?))
    };
    let caught_up = |line: &str| {
        let (_, rest) = line.strip_prefix("- (g) history made from ")?.split_once("facts: ")?;
        Some(('g', number(rest.split(' ').next()?)?))
    };
    report.lines().filter_map(|line| row(line).or_else(|| caught_up(line))).collect()
}

fn render(
    ratios: BTreeMap<char, Vec<f64>>,
    mut figures: BTreeMap<char, [Vec<f64>; 2]>,
    rounds: usize,
) -> String {
    let mut out =
        format!("{rounds} rounds in turn; medians\n\n| Row | This | Other | Ratio | lowest–highest |\n");
    out.push_str("|---|---:|---:|---:|---:|\n");
    for (letter, ratios) in ratios {
        let [ours, theirs] = figures.remove(&letter).unwrap_or_default();
        let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let most = ratios.iter().copied().fold(0.0, f64::max);
        if let (Some(ours), Some(theirs), Some(ratio)) = (median(ours), median(theirs), median(ratios)) {
            let _ =
                writeln!(out, "| {letter} | {ours:.0} | {theirs:.0} | {ratio:.3} | {least:.2}–{most:.2} |");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_gives_its_rates() {
        let report = "| | Row | req/s | slowest–fastest round |\n|---|---|---:|---:|\n| c | read by key | 37727 | 1–2 |\n\
             | d | POST a home | 8041 | 1–2 |\n\n- (g) history made from 50000 facts: 63343 events/s (they were appended \
             at 9/s)\n- (g) history made again beside the one in use: 1 events/s\n| Target | Wanted | Found | |\n";
        assert_eq!(read(report), [('c', 37727.0), ('d', 8041.0), ('g', 63343.0)].into());
    }
}
