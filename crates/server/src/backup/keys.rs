//! The key directory. It holds one set of keys, the newest: those of every backup so far, without the keys of
//! people who were erased since. An older set would bring those people back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use domain::Timestamp;
use journal::KeyRing;
use serde::{Deserialize, Serialize};

use super::BackupError;
use super::files;
use super::manifest::{Entry, FORMAT};

const INDEX: &str = "keys.json";
/// Keys besides those of people. They are copied if they are where the server generates them.
pub const SINGLE: [&str; 2] = ["master.key", "jwt.der"];
/// The two file names for people's keys, used alternately.
const PEOPLE: [&str; 2] = ["subjects.1.db", "subjects.2.db"];

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    format: u32,
    /// When this set was made.
    made_at: Timestamp,
    people: String,
    files: BTreeMap<String, Entry>,
}

/// Keys that were copied.
#[derive(Debug)]
pub struct KeyShelf {
    directory: PathBuf,
    index: Index,
}

impl KeyShelf {
    /// Opens the keys in `directory`, and checks that each file is unchanged.
    ///
    /// # Errors
    /// When there are none, or a file has changed.
    pub fn open(directory: &Path) -> Result<Self, BackupError> {
        let path = directory.join(INDEX);
        let bytes = fs::read(&path).map_err(BackupError::at(&path))?;
        let index: Index = serde_json::from_slice(&bytes).map_err(BackupError::at(&path))?;
        if index.format != FORMAT {
            let what = "it was made by another version of this program";
            return Err(BackupError::Wrong(format!("{}: {what}", path.display())));
        }
        for (name, entry) in &index.files {
            let path = directory.join(name);
            let found = files::look(&path)?;
            if (found.bytes, &found.sha256) != (entry.bytes, &entry.sha256) {
                return Err(BackupError::Wrong(format!("{}: it is not as it was written", path.display())));
            }
        }
        Ok(Self { directory: directory.to_owned(), index })
    }

    /// Copies the current keys of `ring` and of the directory `from`. They replace those in `directory`.
    pub(super) fn make(
        directory: &Path,
        from: &Path,
        ring: &KeyRing,
        made_at: Timestamp,
    ) -> Result<u64, BackupError> {
        files::make_directory(directory)?;
        // Written under the other name: the existing keys stay valid until the new ones are complete.
        let people = match Self::open(directory) {
            Ok(kept) if kept.index.people == PEOPLE[0] => PEOPLE[1],
            _ => PEOPLE[0],
        };
        let path = directory.join(people);
        let people = people.to_owned();
        if path.exists() {
            fs::remove_file(&path).map_err(BackupError::at(&path))?;
        }
        ring.copy(&path).map_err(BackupError::at(&path))?;
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .map_err(BackupError::at(&path))?;
        let mut copied = BTreeMap::from([(people.clone(), files::look(&path)?)]);
        for name in SINGLE {
            if let Some(entry) = single(&from.join(name), &directory.join(name))? {
                copied.insert(name.to_owned(), entry);
            }
        }
        let bytes = copied.values().map(|entry| entry.bytes).sum();
        let index = Index { format: FORMAT, made_at, people, files: copied };
        let text = serde_json::to_vec_pretty(&index).map_err(BackupError::at(directory))?;
        files::write(&directory.join(INDEX), &text)?;
        forget_others(directory, &index.people)?;
        Ok(bytes)
    }

    /// Copies the keys into `directory` in a server's layout. The token signing key is copied only if `signing`.
    pub(super) fn restore(&self, directory: &Path, signing: bool) -> Result<(), BackupError> {
        files::make_directory(directory)?;
        for name in self.index.files.keys() {
            let to = if *name == self.index.people { "subjects.db" } else { name };
            if name != "jwt.der" || signing {
                files::copy(&self.directory.join(name), &directory.join(to))?;
            }
        }
        files::sync_directory(directory)
    }
}

/// A key of the whole installation, which never changes. An existing copy stays, unless it differs.
fn single(from: &Path, to: &Path) -> Result<Option<Entry>, BackupError> {
    if !from.exists() {
        return Ok(None);
    }
    let wanted = files::look(from)?;
    if !to.exists() || files::look(to)?.sha256 != wanted.sha256 {
        let bytes = fs::read(from).map_err(BackupError::at(from))?;
        files::write(to, &bytes)?;
    }
    Ok(Some(wanted))
}

/// Deletes older sets of people's keys, which may contain keys that were destroyed since.
fn forget_others(directory: &Path, newest: &str) -> Result<(), BackupError> {
    for entry in fs::read_dir(directory).map_err(BackupError::at(directory))? {
        let path = entry.map_err(BackupError::at(directory))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("subjects.") && name != newest {
            fs::remove_file(&path).map_err(BackupError::at(&path))?;
        }
    }
    files::sync_directory(directory)
}
