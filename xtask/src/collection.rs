//! `cargo xtask collection`: writes the API's document as calls for people who try it: a Postman collection of all
//! operations (`docs/collection.postman.json`), and the catalogue step by step for editors (`docs/catalogue.http`).

mod postman;
mod steps;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;
use serde_json::Value;

use crate::terminal::note;

#[derive(Debug, Args)]
pub struct Options {
    /// Write nothing, and fail when a file is not as it would be written
    #[arg(long)]
    pub check: bool,
}

/// An operation of the document.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub described: &'a Value,
}

impl Operation<'_> {
    pub fn summary(&self) -> &str {
        self.described["summary"].as_str().unwrap_or(self.path)
    }

    /// The example of its JSON body, if it has one.
    pub fn body(&self) -> Option<&Value> {
        self.described["requestBody"]["content"]["application/json"].get("example")
    }

    /// The statuses that the document names.
    pub fn statuses(&self) -> Vec<u16> {
        let named =
            self.described["responses"].as_object().into_iter().flat_map(|responses| responses.keys());
        named.filter_map(|status| status.parse().ok()).collect()
    }
}

/// All operations, in the order of the document.
pub fn operations(document: &Value) -> Vec<Operation<'_>> {
    const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| {
                let described = item.get(*method)?;
                Some(Operation { method, path, described })
            })
        })
        .collect()
}

/// Writes the files, or checks them.
pub fn collection(options: &Options) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace")?;
    let text = std::fs::read_to_string(root.join("docs/openapi.json")).context("docs/openapi.json")?;
    let document: Value = serde_json::from_str(&text).context("docs/openapi.json")?;
    let operations = operations(&document);
    let steps = steps::steps(&operations)?;
    let files: [(PathBuf, String); 2] = [
        (root.join("docs/collection.postman.json"), postman::collection(&operations, &steps)?),
        (root.join("docs/catalogue.http"), steps::http_file(&steps)?),
    ];
    for (path, text) in files {
        if options.check {
            let there = std::fs::read_to_string(&path).unwrap_or_default();
            ensure!(there == text, "{} is out of date: run `cargo xtask collection`", path.display());
        } else {
            std::fs::write(&path, text).with_context(|| path.display().to_string())?;
            note(&format!("written: {}", path.display()));
        }
    }
    Ok(())
}
