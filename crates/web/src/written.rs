//! What stands in the templates and sources of the pages, for tests that compare it with what there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The text of every template and every source of this crate, tests left out.
fn texts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for directory in ["templates", "src"] {
        collect(&root.join(directory), &mut files);
    }
    assert!(files.len() > 50, "the templates and sources are found: {files:?}");
    files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .map(|text| text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned())
        .collect()
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
    for text in texts() {
        for start in starts {
            let rests = text.split(start).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
            found.extend(rests.filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
    }
    found
}
