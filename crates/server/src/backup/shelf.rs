//! The directory of backups: one after the other, each with a manifest that names the one before.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};

use domain::Log;
use journal::sqlite::copy::Chain;

use super::BackupError;
use super::files::{self, digest};
use super::manifest::{Entry, FORMAT, Manifest};

const MANIFEST: &str = "manifest.json";

/// Backups that were made one after the other.
#[derive(Debug)]
pub struct Shelf {
    directory: PathBuf,
    /// Each with the SHA-256 of its file.
    made: Vec<(Manifest, String)>,
}

impl Shelf {
    /// The complete backups in `directory`, which may be absent or empty. One that was not finished is not among them.
    ///
    /// # Errors
    /// When it cannot be read, or a backup is missing or another than the one after it was made of.
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

    /// The numbers of what looks like backups, complete or not.
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

    /// Only this process adds to it while the value returned lives.
    pub(super) fn lock(directory: &Path) -> Result<File, BackupError> {
        files::make_directory(directory)?;
        let path = directory.join("lock");
        let file = File::create(&path).map_err(BackupError::at(&path))?;
        file.try_lock().map_err(|_| {
            BackupError::Wrong(format!("{}: another backup is being made there", directory.display()))
        })?;
        Ok(file)
    }

    /// The directory of a backup.
    #[must_use]
    pub fn of(&self, number: u32) -> PathBuf {
        self.directory.join(format!("{number:06}"))
    }

    /// The number of the next one.
    pub(super) fn next(&self) -> u32 {
        u32::try_from(self.made.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// The newest one.
    #[must_use]
    pub fn newest(&self) -> Option<&Manifest> {
        self.made.last().map(|(manifest, _)| manifest)
    }

    /// The backups, the oldest first.
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.made.iter().map(|(manifest, _)| manifest)
    }

    /// The same up to `number`.
    ///
    /// # Errors
    /// When there is none of that number, or none at all.
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

    /// An empty directory for the next one. What a backup that was not finished has left there goes.
    pub(super) fn begin(&self) -> Result<PathBuf, BackupError> {
        let next = self.of(self.next());
        if next.exists() {
            fs::remove_dir_all(&next).map_err(BackupError::at(&next))?;
        }
        files::make_directory(&next)?;
        Ok(next)
    }

    /// From here on it is one.
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

    /// Every file there is as of the newest backup, below `folder`: its entry, and the backup it lies in.
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

    /// The log that all of them together are.
    ///
    /// # Errors
    /// When they do not fit together.
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
