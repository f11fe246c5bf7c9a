//! The rows and cells of a sheet: finds the separator and the header, and tells the real line of each row.

use std::io::{Read, Seek};

use csv::{Reader, ReaderBuilder, StringRecord};

use super::SheetError;
use super::text::{SheetEncoding, SheetText};

/// The separators that are looked for, the most usual first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// The header is one of this many first rows. Spreadsheets often have a title above it.
const HEADER_WITHIN: usize = 10;
/// How much of the beginning is looked at to find separator and header.
const BEGINNING: u64 = 256 * 1024;
/// The most columns that have a name. Each is compared with every field and every column of a map.
pub(super) const MOST_COLUMNS: usize = 1000;

/// How a sheet is written.
#[derive(Clone, Debug)]
pub(super) struct TableForm {
    pub(super) encoding: SheetEncoding,
    separator: u8,
    /// The rows up to and with the header, blank lines not counted.
    before: usize,
    pub(super) header: Vec<String>,
}

/// One row that is not blank.
#[derive(Debug)]
pub(super) struct TableRow {
    pub(super) line: u64,
    pub(super) cells: StringRecord,
}

impl TableForm {
    /// Finds out how `source` is written. `missing` counts what a header lacks; the best header is taken.
    pub(super) fn of<R: Read + Seek>(
        source: &mut R,
        missing: impl Fn(&[String]) -> usize,
    ) -> Result<Self, SheetError> {
        let encoding = SheetEncoding::of(source)?;
        let mut beginning = String::new();
        let mut bytes = Vec::new();
        SheetText::new(&mut *source, encoding)?.take(BEGINNING).read_to_end(&mut bytes)?;
        beginning.push_str(&String::from_utf8_lossy(&bytes));
        let named = named_separator(&beginning);
        let separators = named.map_or(SEPARATORS.to_vec(), |separator| vec![separator]);
        let mut best: Option<(usize, usize, Self)> = None;
        for separator in separators {
            for (index, cells) in first_rows(&beginning, separator).into_iter().enumerate() {
                let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
                if !(2..=MOST_COLUMNS).contains(&filled) {
                    continue;
                }
                let lacks = missing(&cells);
                let is_better = best.as_ref().is_none_or(|(least, most, form)| {
                    lacks < *least || (lacks == *least && filled > *most && form.separator != separator)
                });
                if is_better {
                    let before = index + 1;
                    best = Some((lacks, filled, Self { encoding, separator, before, header: cells }));
                }
            }
        }
        best.map(|(_, _, form)| form).ok_or(SheetError::NoHeader)
    }

    /// The rows behind the header.
    pub(super) fn rows<R: Read + Seek>(&self, source: R) -> Result<TableRows<R>, SheetError> {
        let mut rows = TableRows {
            reader: reader(SheetText::new(source, self.encoding)?, self.separator),
            cells: StringRecord::new(),
            failed: false,
        };
        for _ in 0..self.before {
            rows.next_row()?;
        }
        Ok(rows)
    }
}

fn reader<R: Read>(text: R, separator: u8) -> Reader<R> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text)
}

/// The separator that Excel's first line `sep=;` names.
fn named_separator(beginning: &str) -> Option<u8> {
    let first = beginning.lines().find(|line| !line.trim().is_empty())?;
    let rest = first.trim_start().trim_start_matches('"');
    let (name, rest) = rest.split_at_checked(4)?;
    let separator = *rest.as_bytes().first()?;
    let ends = rest.get(1..)?.trim_matches(['"', ' ', ',', ';', '\t']).is_empty();
    (name.eq_ignore_ascii_case("sep=") && separator.is_ascii() && separator != b'"' && ends)
        .then_some(separator)
}

fn first_rows(beginning: &str, separator: u8) -> Vec<Vec<String>> {
    let mut reader = reader(beginning.as_bytes(), separator);
    let rows = reader.records().map_while(Result::ok).filter(|cells| !is_blank(cells));
    rows.take(HEADER_WITHIN).map(|cells| cells.iter().map(one_line).collect()).collect()
}

/// A column's name as it is shown: spreadsheets break names into lines, and a stranger's sheet must not control a terminal.
fn one_line(name: &str) -> String {
    name.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn is_blank(cells: &StringRecord) -> bool {
    cells.iter().all(|cell| cell.trim().is_empty())
}

/// The rows of a sheet, one at a time.
pub(super) struct TableRows<R> {
    reader: Reader<SheetText<R>>,
    cells: StringRecord,
    failed: bool,
}

impl<R: Read + Seek> TableRows<R> {
    /// The next row that is not blank.
    pub(super) fn next_row(&mut self) -> Result<Option<TableRow>, SheetError> {
        if self.failed {
            return Ok(None);
        }
        loop {
            match self.reader.read_record(&mut self.cells) {
                Ok(true) => {
                    let place = self.cells.position().map_or(0, csv::Position::byte);
                    let text = self.reader.get_mut();
                    text.row_ended();
                    // Also of a blank row, because lines are remembered until they are asked for.
                    let line = text.line_at(place);
                    if !is_blank(&self.cells) {
                        return Ok(Some(TableRow { line, cells: self.cells.clone() }));
                    }
                }
                Ok(false) => return Ok(None),
                Err(error) => {
                    self.failed = true;
                    return Err(SheetError::from(error));
                }
            }
        }
    }

    pub(super) fn into_source(self) -> R {
        self.reader.into_inner().into_source()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::text::MOST_OF_A_ROW;

    fn table(text: &str) -> (TableForm, Vec<(u64, Vec<String>)>) {
        let mut source = Cursor::new(text.as_bytes().to_vec());
        let wanted = |header: &[String]| {
            ["price", "place"].iter().filter(|w| !header.contains(&(**w).to_owned())).count()
        };
        let form = TableForm::of(&mut source, wanted).unwrap();
        let mut rows = form.rows(source).unwrap();
        let mut found = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            found.push((row.line, row.cells.iter().map(str::to_owned).collect()));
        }
        (form, found)
    }

    #[test]
    fn the_separator_is_found_or_named() {
        for text in [
            "price,place\n1,a",
            "price;place\n1;a",
            "price\tplace\n1\ta",
            "price|place\n1|a",
            "sep=;\nprice;place\n1;a",
            "\"sep=,\"\r\nprice,place\r\n1,a\r\n",
            "SEP=;;\nprice;place\n1;a",
            "\"price\";\"place\"\n\"1\";\"a\"",
            "price;place;what, where\n1;a;\n",
        ] {
            let (form, rows) = table(text);
            assert_eq!(form.header[..2], ["price", "place"], "{text}");
            assert_eq!(rows[0].1[..2], ["1", "a"], "{text}");
            assert_eq!(rows.len(), 1, "{text}");
        }
    }

    #[test]
    fn titles_above_the_header_and_rows_of_commas_are_left_out() {
        let (form, rows) =
            table("Homes of June, all of them,\n,,\n\nprice,place,remark\n,,\n1,\"a\nb\",\n\n , ,\n2,c,\n");
        assert_eq!(form.header, ["price", "place", "remark"]);
        let wanted = [(6, vec!["1", "a\nb", ""]), (10, vec!["2", "c", ""])];
        let wanted = wanted.map(|(line, cells)| (line, cells.into_iter().map(str::to_owned).collect()));
        assert_eq!(rows, wanted);
    }

    #[test]
    fn a_row_without_an_end_is_refused_and_long_sheets_are_not() {
        let told = |text: String| {
            let mut source = Cursor::new(text.into_bytes());
            let form = TableForm::of(&mut source, |_| 0).unwrap();
            let mut rows = form.rows(source).unwrap();
            let mut count = 0_usize;
            loop {
                match rows.next_row() {
                    Ok(Some(_)) => count += 1,
                    Ok(None) => break (count, String::new()),
                    Err(error) => break (count, error.to_string()),
                }
            }
        };
        let many = "1,a\n".repeat(MOST_OF_A_ROW);
        assert_eq!(told(format!("price,place\n{many}")), (MOST_OF_A_ROW, String::new()));
        for start in ["\"", ""] {
            let endless = format!("price,place\n1,a\n2,{start}{}", "b,".repeat(MOST_OF_A_ROW));
            let (count, error) = told(endless);
            assert!(count == 1 && error.contains("from line 3 on, more than 1 MB is one row"), "{error}");
        }
    }

    #[test]
    fn a_columns_name_is_one_line_without_control_characters() {
        let (form, _) = table("\"price\n(in\u{a0}lakh)\",place,\u{1b}[31m red\n1,a,b\n");
        assert_eq!(form.header, ["price (in lakh)", "place", "[31m red"]);
    }

    #[test]
    fn a_header_names_a_bounded_number_of_columns() {
        let wide =
            |columns: usize| format!("price{}\n1{}\n", ",p".repeat(columns - 1), ",2".repeat(columns - 1));
        let form = |text: String| TableForm::of(&mut Cursor::new(text.into_bytes()), |_| 0);
        assert_eq!(form(wide(MOST_COLUMNS)).unwrap().header.len(), MOST_COLUMNS);
        assert!(matches!(form(wide(MOST_COLUMNS + 1)), Err(SheetError::NoHeader)));
        let blank_tail = format!("price,place{0}\n1,a{0}\n", ",".repeat(16_384));
        assert_eq!(form(blank_tail).unwrap().header[..2], ["price", "place"], "as spreadsheets write it");
    }

    #[test]
    fn lines_of_blank_rows_are_not_kept() {
        let mut source =
            Cursor::new(format!("price,place\n1,a\n{}2,b\n", ",\n".repeat(500_000)).into_bytes());
        let form = TableForm::of(&mut source, |_| 0).unwrap();
        let mut rows = form.rows(source).unwrap();
        let lines: Vec<u64> = std::iter::from_fn(|| rows.next_row().unwrap()).map(|row| row.line).collect();
        assert_eq!(lines, [2, 500_003]);
        assert!(rows.reader.get_ref().lines_kept() < 100_000);
    }

    #[test]
    fn without_a_header_nothing_is_read() {
        let mut source = Cursor::new(b"only one\ncolumn\n".to_vec());
        assert!(matches!(TableForm::of(&mut source, |_| 0), Err(SheetError::NoHeader)));
    }
}
