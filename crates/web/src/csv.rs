//! Sheets to be kept: CSV that programs of every language open as it is meant, and that runs nothing in them.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// Without it, some programs take the text for another encoding.
const BYTE_ORDER_MARK: char = '\u{feff}';
/// What makes a cell a formula, also behind what some programs skip.
const OF_FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A file with these rows.
pub(crate) fn file(name: &str, rows: &[Vec<String>]) -> Response {
    let about = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (about, text(rows)).into_response()
}

fn text(rows: &[Vec<String>]) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    for row in rows {
        let cells: Vec<String> = row.iter().map(|value| cell(value)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell of text, which no program reads as a formula.
fn cell(value: &str) -> String {
    let before = if value.starts_with(OF_FORMULAS) { "'" } else { "" };
    format!("\"{before}{}\"", value.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::{cell, text};

    #[test]
    fn a_cell_is_never_a_formula() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            assert_eq!(cell(&format!("{start}1+1")), format!("\"'{start}1+1\""));
        }
        assert_eq!(cell("1-1=0"), "\"1-1=0\"");
        assert_eq!(cell(""), "\"\"");
    }

    #[test]
    fn quotes_commas_and_lines_stay_in_their_cell() {
        let rows = [vec!["a \"b\"".to_owned(), "c,\nd".to_owned()], vec!["é".to_owned()]];
        assert_eq!(text(&rows), "\u{feff}\"a \"\"b\"\"\",\"c,\nd\"\r\n\"é\"\r\n");
    }
}
