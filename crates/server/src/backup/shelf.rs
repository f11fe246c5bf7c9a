//! The directory of backups: a sequence in which each manifest names the one before.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};

use domain::Log;
use journal::sqlite::copy::Chain;

use super::BackupError;
use super::files::{self, digest};
use super::manifest::{Entry, FORMAT, Manifest};

const MANIFEST: &str = "manifest.json";

/// A sequence of backups.
#[derive(Debug)]
pub struct Shelf {
    directory: PathBuf,
    /// Each manifest with the SHA-256 of its file.
    made: Vec<(Manifest, String)>,
}

impl Shelf {
    /// Opens the complete backups in `directory`, which may be absent or empty. Unfinished backups are left out.
    ///
    /// # Errors
    /// When it cannot be read, or a backup is missing or is not the one that its successor was based on.
    pub fn open(directory: &Path) -> Result<Self, BackupError> {
        let mut shelf = Self { directory: directory.to_owned(), made: Vec::new() };
        while let Some(next) = shelf.read(shelf.next())? {
            shelf.made.push(next);
        }
        let beyond = shelf.numbers()?.into_iter().find(|number| *number > shelf.next());
        match beyond {
            Some(number) => Err(BackupError::Wrong(format!(
                "{}: the backup {number} is there and {} is not; it cannot be used without it",
                directory.display(),
                shelf.next()
            ))),
            None => Ok(shelf),
        }
    }

    fn read(&self, number: u32) -> Result<Option<(Manifest, String)>, BackupError> {
        let path = self.of(number).join(MANIFEST);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = fs::read(&path).map_err(BackupError::at(&path))?;
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(BackupError::at(&path))?;
        let wrong = |what: &str| Err(BackupError::Wrong(format!("{}: {what}", path.display())));
        if manifest.format != FORMAT {
            return wrong("it was made by another version of this program");
        }
        if manifest.number != number {
            return wrong("it is not the backup of this number");
        }
        if manifest.previous.as_deref() != self.made.last().map(|(_, sha256)| sha256.as_str()) {
            return wrong("it was not made after the backup before it");
        }
        let named = manifest.files.keys().chain(manifest.read_models.values());
        let below =
            |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if !named.into_iter().all(|path| below(path)) {
            return wrong("it names a place outside its directory");
        }
        Ok(Some((manifest, digest(&bytes))))
    }

    /// The numbers of all backups, including those after a gap.
    fn numbers(&self) -> Result<Vec<u32>, BackupError> {
        if !self.directory.exists() {
            return Ok(Vec::new());
        }
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(BackupError::at(&self.directory))? {
            let name = entry.map_err(BackupError::at(&self.directory))?.file_name();
            let number = name.to_str().filter(|name| name.len() == 6).and_then(|name| name.parse().ok());
            numbers.extend(number.filter(|number| self.of(*number).join(MANIFEST).exists()));
        }
        Ok(numbers)
    }

    /// Locks the directory: only this process adds to it while the returned value lives.
    pub(super) fn lock(directory: &Path) -> Result<File, BackupError> {
        files::make_directory(directory)?;
        let path = directory.join("lock");
        let file = File::create(&path).map_err(BackupError::at(&path))?;
        file.try_lock().map_err(|_| {
            BackupError::Wrong(format!("{}: another backup is being made there", directory.display()))
        })?;
        Ok(file)
    }

    /// The directory of backup `number`.
    #[must_use]
    pub fn of(&self, number: u32) -> PathBuf {
        self.directory.join(format!("{number:06}"))
    }

    /// The number of the next backup.
    pub(super) fn next(&self) -> u32 {
        u32::try_from(self.made.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// The manifest of the newest backup.
    #[must_use]
    pub fn newest(&self) -> Option<&Manifest> {
        self.made.last().map(|(manifest, _)| manifest)
    }

    /// The manifests, oldest first.
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.made.iter().map(|(manifest, _)| manifest)
    }

    /// The same sequence, cut after backup `number`.
    ///
    /// # Errors
    /// When there is no backup with that number, or none at all.
    pub fn up_to(mut self, number: Option<u32>) -> Result<Self, BackupError> {
        let there = self.made.len();
        if let Some(number) = number {
            self.made.truncate(number as usize);
        }
        let asked = number.map_or(there, |number| number as usize);
        if asked == 0 || asked > there {
            let directory = self.directory.display();
            return Err(BackupError::Wrong(format!("{directory}: {there} complete backups are there")));
        }
        Ok(self)
    }

    /// Creates an empty directory for the next backup. Removes the remains of an unfinished one.
    pub(super) fn begin(&self) -> Result<PathBuf, BackupError> {
        let next = self.of(self.next());
        if next.exists() {
            fs::remove_dir_all(&next).map_err(BackupError::at(&next))?;
        }
        files::make_directory(&next)?;
        Ok(next)
    }

    /// Completes a backup by writing its manifest.
    pub(super) fn complete(&self, manifest: &Manifest) -> Result<(), BackupError> {
        let directory = self.of(manifest.number);
        files::sync_tree(&directory)?;
        let bytes = serde_json::to_vec_pretty(manifest).map_err(BackupError::at(&directory))?;
        files::write(&directory.join(MANIFEST), &bytes)?;
        files::sync_directory(&self.directory)
    }

    /// The SHA-256 of the newest manifest.
    pub(super) fn seal(&self) -> Option<String> {
        self.made.last().map(|(_, sha256)| sha256.clone())
    }

    /// Every file below `folder` as of the newest backup: its entry, and the number of the backup that holds it.
    #[must_use]
    pub fn kept(&self, folder: &str) -> BTreeMap<&str, (u32, &Entry)> {
        let mut kept = BTreeMap::new();
        for manifest in self.manifests() {
            for gone in &manifest.gone {
                kept.remove(gone.as_str());
            }
            for (path, entry) in &manifest.files {
                if path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')) {
                    kept.insert(path.as_str(), (manifest.number, entry));
                }
            }
        }
        kept
    }

    /// The log that all backups form together.
    ///
    /// # Errors
    /// When the parts do not fit together.
    pub fn log(&self, log: Log) -> Result<Chain, BackupError> {
        let name = format!("{}.db", log.as_str());
        let parts = self.manifests().map(|manifest| self.of(manifest.number).join(&name)).collect();
        let segments = self.kept("segments");
        let find = |segment: &str| {
            let path = format!("segments/{segment}");
            segments.get(path.as_str()).map(|(number, _)| self.of(*number).join(path))
        };
        Ok(Chain::open(log, parts, find)?)
    }
}
