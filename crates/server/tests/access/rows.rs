//! The operations listed in `docs/endpoints.tsv`.

use std::path::Path;

use reqwest::Method;

/// One line of the list.
#[derive(Clone, Debug)]
pub struct Row {
    pub method: Method,
    pub path: String,
    pub service: String,
    pub who: String,
    pub success: u16,
}

impl Row {
    /// `GET /api/users`
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether the response has no end.
    pub fn goes_on(&self) -> bool {
        self.path == "/api/realtime/stream"
    }

    /// Whether a request for the path of `other` would also match this row's pattern.
    pub fn captures(&self, other: &Self) -> bool {
        let (mine, theirs): (Vec<_>, Vec<_>) =
            (self.path.split('/').collect(), other.path.split('/').collect());
        self.name() != other.name()
            && self.method == other.method
            && mine.len() == theirs.len()
            && mine.iter().zip(&theirs).all(|(mine, theirs)| mine == theirs || mine.starts_with('{'))
    }
}

fn lines(file: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// Every operation.
pub fn built() -> Vec<Row> {
    let read = |cells: Vec<String>| Row {
        method: cells[0].parse().unwrap(),
        path: cells[1].clone(),
        service: cells[2].clone(),
        who: cells[4].clone(),
        success: cells[5].parse().unwrap(),
    };
    lines("endpoints.tsv").into_iter().map(read).collect()
}
