//! Python environments for tools that are written in Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

/// The interpreter of the environment in `directory`, which is created once, with what `requirements` lists.
pub fn environment(directory: &Path, requirements: &Path) -> anyhow::Result<PathBuf> {
    let python = directory.join("bin/python");
    if !python.exists() {
        let made = Command::new("python3").args(["-m", "venv"]).arg(directory).status();
        ensure!(made.context("python3 is not installed")?.success(), "no environment: install python3-venv");
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    let installed = Command::new(&python).args(pip).arg(requirements).status()?;
    ensure!(installed.success(), "what {} lists could not be installed", requirements.display());
    Ok(python)
}
