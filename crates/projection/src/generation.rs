//! Which file holds the read model now.
//!
//! `users.db` is the first file. A rebuild fills `users.db.2`. When it takes over, `users.db.current` says `2`.
//! That file is written aside, synced and renamed, so that after a crash the read model is either the old one
//! or the new one, never a mix. It is certain which one only once the directory is synced; until then both
//! files stay.

use journal::ErrorCause;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::error::ViewError;

impl From<std::io::Error> for ViewError {
    fn from(error: std::io::Error) -> Self {
        Self::Unavailable(ErrorCause::new(error))
    }
}

fn unavailable(message: String) -> ViewError {
    ViewError::Unavailable(message.into())
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn pointer(path: &Path) -> PathBuf {
    with(path, ".current")
}

fn number(path: &Path) -> Result<u64, ViewError> {
    let pointer = pointer(path);
    match fs::read_to_string(&pointer) {
        Ok(text) => {
            text.trim().parse().map_err(|_| unavailable(format!("{} holds no number", pointer.display())))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(1),
        Err(error) => Err(error.into()),
    }
}

fn file(path: &Path, number: u64) -> PathBuf {
    if number == 1 { path.to_owned() } else { with(path, &format!(".{number}")) }
}

/// The file in use. Files left by unfinished rebuilds, and those that finished ones could not delete, are
/// removed.
///
/// # Errors
/// Also when the file that was in use is missing: an empty one in its place would forget which e-mails were
/// sent.
pub fn current(path: &Path) -> Result<PathBuf, ViewError> {
    let number = number(path)?;
    let current = file(path, number);
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return Ok(current) };
    if number > 1 && !current.exists() {
        let pointer = pointer(path);
        let current = current.display();
        return Err(unavailable(format!(
            "{} names {current}, which is not there; put it back from a backup, or delete {}* to have the read model \
             made again",
            pointer.display(),
            path.display()
        )));
    }
    let mut others = Vec::new();
    for entry in fs::read_dir(directory)? {
        let found = entry?.file_name();
        if is_of(name, &found) && !is_of_file(&current, &found) && found != name_of(&pointer(path)) {
            others.push(directory.join(found));
        }
    }
    if !others.is_empty() {
        // A power cut must not bring back the pointer to a file that is deleted here.
        File::open(directory)?.sync_all()?;
    }
    for other in others {
        fs::remove_file(other)?;
    }
    Ok(current)
}

fn name_of(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
}

/// `users.db`, `users.db-wal`, `users.db.2` … belong to `users.db`.
fn is_of(name: &OsStr, found: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let found = found.as_encoded_bytes();
    found.strip_prefix(name).is_some_and(|rest| rest.first().is_none_or(|c| matches!(c, b'.' | b'-')))
}

/// Whether `found` is the file itself or one that SQLite keeps beside it.
fn is_of_file(file: &Path, found: &OsStr) -> bool {
    let rest = found.as_encoded_bytes().strip_prefix(name_of(file).as_encoded_bytes());
    rest.is_some_and(|rest| matches!(rest, b"" | b"-wal" | b"-shm"))
}

/// The file of the next generation, which must not exist yet.
pub fn next(path: &Path) -> Result<PathBuf, ViewError> {
    let next = file(path, number(path)? + 1);
    if next.exists() {
        return Err(unavailable(format!("{} is there already: another rebuild is running", next.display())));
    }
    Ok(next)
}

/// Makes `taken` the read model from now on. Until the directory is synced, a power cut may bring back the one
/// before.
///
/// # Errors
/// When the pointer cannot be written. The read model is then still the one before.
pub fn set(path: &Path, taken: &Path) -> Result<(), ViewError> {
    let number = number(path)? + 1;
    if file(path, number) != taken {
        return Err(unavailable(format!("{} is not the next of {}", taken.display(), path.display())));
    }
    let pointer = pointer(path);
    let aside = with(path, ".current.new");
    let mut written = File::create(&aside)?;
    written.write_all(number.to_string().as_bytes())?;
    written.sync_all()?;
    fs::rename(&aside, &pointer)?;
    Ok(())
}
