//! The results for all callers, as a readable table.

use std::fmt::Write;

use testkit::Answer;

use super::rules::Who;
use crate::rows::Row;

#[derive(Default)]
pub struct Matrix {
    lines: Vec<(String, Vec<String>)>,
    wrong: Vec<String>,
    cells: usize,
}

impl Matrix {
    /// Adds a response. Columns come in the order of [`Who::ALL`].
    pub fn add(&mut self, row: &Row, who: Who, expected: u16, answer: &Answer) {
        self.cells += 1;
        if who == Who::ALL[0] {
            self.lines.push((format!("{} [{}]", row.name(), row.who), Vec::new()));
        }
        let mut cell = answer.status.to_string();
        if answer.status != expected {
            let _ = write!(cell, "≠{expected}");
            self.wrong.push(format!(
                "{} as {who:?}: not {expected} but {} {}",
                row.name(),
                answer.status,
                answer.text
            ));
        }
        if let Some((_, cells)) = self.lines.last_mut() {
            cells.push(cell);
        }
    }

    pub fn cells(&self) -> usize {
        self.cells
    }

    pub fn check(&self) {
        assert!(self.wrong.is_empty(), "{}\n{}", self.table(), self.wrong.join("\n"));
    }

    fn table(&self) -> String {
        let width = self.lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let mut table = format!("\n{:width$}", "");
        for who in Who::ALL {
            let _ = write!(table, " {:>9}", format!("{who:?}"));
        }
        for (name, cells) in &self.lines {
            let _ = write!(table, "\n{name:width$}");
            for cell in cells {
                let _ = write!(table, " {cell:>9}");
            }
        }
        table
    }
}
