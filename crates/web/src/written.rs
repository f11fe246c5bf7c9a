//! What stands in the templates and sources of the pages, for tests that compare it with what there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Attributes whose values people read or hear.
const SPOKEN: [&str; 4] = ["aria-label", "placeholder", "title", "alt"];

/// A template or a source, tests left out.
pub(crate) struct Written {
    /// Its path below the crate.
    pub(crate) path: String,
    text: String,
}

/// Every template and every source of this crate.
pub(crate) fn files() -> Vec<Written> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for directory in ["templates", "src"] {
        collect(&root.join(directory), &mut files);
    }
    assert!(files.len() > 50, "the templates and sources are found: {files:?}");
    let written = |file: &PathBuf| Written {
        path: file.strip_prefix(root).unwrap().to_string_lossy().into_owned(),
        text: fs::read_to_string(file).unwrap().split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned(),
    };
    files.iter().map(written).collect()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            collect(&path, files);
        } else if name != "tests.rs" && name != "written.rs" {
            files.push(path);
        }
    }
}

/// The string literals that follow one of `starts`, with only space between.
pub(crate) fn literals_after(starts: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for Written { text, .. } in files() {
        for start in starts {
            let rests = text.split(start).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
            found.extend(rests.filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
    }
    found
}

impl Written {
    /// What a template says itself: its words outside of tags, and in attributes that people read or hear.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut markup = self.text.clone();
        for (start, end) in [("{#", "#}"), ("{%", "%}"), ("{{", "}}")] {
            markup = without(&markup, start, end);
        }
        let mut said = Vec::new();
        for (at, piece) in markup.split('<').enumerate() {
            // A part of a tag begins with an attribute.
            let in_tag = at > 0 || piece.starts_with("data-");
            let (tag, text) = if in_tag { piece.split_once('>').unwrap_or((piece, "")) } else { ("", piece) };
            said.push(without(text, "&", ";"));
            for name in SPOKEN {
                let start = format!(" {name}=\"");
                let values = tag.split(&start).skip(1);
                said.extend(values.filter_map(|value| value.split('"').next()).map(str::to_owned));
            }
        }
        let bare = said.iter().map(|words| words.trim_matches(|c: char| !c.is_alphanumeric()));
        bare.filter(|words| words.contains(char::is_alphabetic)).map(str::to_owned).collect()
    }

    /// The literals of a source that have several words, but for those of logs, of lints and of comments.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let is_code = |line: &&str| {
            let line = line.trim_start();
            !line.starts_with("//") && !line.starts_with("#[") && !line.contains("reason = \"")
        };
        let code = self.text.lines().filter(is_code).collect::<Vec<_>>().join("\n");
        let literals = literals(&without(&code, "tracing::", ");"));
        let has_words = |literal: &String| {
            let words = without(literal, "{", "}");
            words.trim().contains(' ') && words.contains(char::is_alphabetic)
        };
        literals.into_iter().filter(has_words).collect()
    }
}

/// A text without the parts from each `start` to the next `end`.
fn without(text: &str, start: &str, end: &str) -> String {
    let mut pieces = text.split(start);
    let mut rest = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        rest.push_str(piece.split_once(end).map_or(piece, |(_, after)| after));
    }
    rest
}

/// The string literals of a source without comments.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code = code.replace("'\"'", "").replace("\\\\", "").replace("\\\"", "");
    for (at, piece) in code.split('"').enumerate() {
        if at % 2 == 1 {
            found.push(piece.to_owned());
        }
    }
    found
}
