//! Checks that backups can be restored, without restoring them.

use std::path::Path;

use domain::Log;
use journal::KeyRing;
use journal::sqlite::copy::Checked;

use super::files;
use super::keys::KeyShelf;
use super::shelf::Shelf;
use super::{BackupError, Counter, Watch};

/// Backups that passed verification.
#[derive(Debug)]
pub struct Verified {
    /// The backups.
    pub shelf: Shelf,
    /// The result for the facts log.
    pub facts: Checked,
    /// The result for the activity log.
    pub activity: Checked,
    /// The number of files read.
    pub files: u64,
    /// The number of bytes read.
    pub bytes: u64,
}

/// Reads everything that a restore of `shelf` would read. Checks that every file is unchanged, that both logs are
/// complete and, with `keys`, that every personal value can be decrypted or was erased. Blocks.
///
/// # Errors
/// The first problem found.
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

/// Opens a temporary copy of copied keys, because opening writes. The copy is deleted when both values are
/// dropped.
///
/// # Errors
/// When the keys are missing or do not fit.
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
