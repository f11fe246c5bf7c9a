//! Whether backups can be restored, without doing it.

use std::path::Path;

use domain::Log;
use journal::KeyRing;
use journal::sqlite::copy::Checked;

use super::files;
use super::keys::KeyShelf;
use super::shelf::Shelf;
use super::{BackupError, Counter, Watch};

/// Backups that are whole.
#[derive(Debug)]
pub struct Verified {
    /// They.
    pub shelf: Shelf,
    /// What is in the facts.
    pub facts: Checked,
    /// And in the activity.
    pub activity: Checked,
    /// Files that were read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Reads everything that a restore of `shelf` would read: every file is what was written, both logs are whole, and, with
/// `keys`, everybody's personal values open or were erased. Blocks.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(shelf: Shelf, keys: Option<&KeyRing>, watch: Watch<'_>) -> Result<Verified, BackupError> {
    let mut counter = Counter::new(watch);
    let many: usize = shelf.manifests().map(|manifest| manifest.files.len()).sum();
    counter.expect(many as u64)?;
    let (mut read, mut bytes) = (0, 0);
    for manifest in shelf.manifests() {
        let directory = shelf.of(manifest.number);
        for (path, entry) in &manifest.files {
            let path = directory.join(path);
            let found = files::look(&path)?;
            if (found.bytes, &found.sha256) != (entry.bytes, &entry.sha256) {
                return Err(BackupError::Wrong(format!("{}: it is not as it was written", path.display())));
            }
            (read, bytes) = (read + 1, bytes + found.bytes);
            counter.add(1)?;
        }
    }
    let mut check = |log: Log| -> Result<Checked, BackupError> {
        let chain = shelf.log(log)?;
        counter.expect(chain.mark().seq)?;
        Ok(chain.check(keys, &mut counter.tick())?)
    };
    let (facts, activity) = (check(Log::Facts)?, check(Log::Activity)?);
    Ok(Verified { shelf, facts, activity, files: read, bytes })
}

/// Copied keys, opened in a place of their own: opening writes. Gone when both are dropped.
///
/// # Errors
/// When they are not there or do not fit.
pub(crate) fn borrowed(
    keys: &Path,
    master: Option<&Path>,
) -> Result<(KeyRing, tempfile::TempDir), BackupError> {
    let copied = KeyShelf::open(keys)?;
    let place = tempfile::tempdir().map_err(BackupError::at(keys))?;
    copied.restore(place.path(), false)?;
    let ring = ring(place.path(), master)?;
    Ok((ring, place))
}

/// The key store of a directory.
pub(super) fn ring(directory: &Path, master: Option<&Path>) -> Result<KeyRing, BackupError> {
    let path = master.map_or_else(|| directory.join("master.key"), Path::to_owned);
    let bytes = std::fs::read(&path).map_err(BackupError::at(&path))?;
    let key: [u8; 32] = bytes
        .try_into()
        .map_err(|_| BackupError::Wrong(format!("{} must hold exactly 32 bytes", path.display())))?;
    KeyRing::open(&directory.join("subjects.db"), &key).map_err(BackupError::at(directory))
}
