//! Makes a backup while the server runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::files::Files;
use bus::Group;
use domain::Log;
use domain::audit::BackedUp;
use http_kit::AppContext;
use journal::SqliteJournal;
use journal::sqlite::copy::Chain;
use projection::ViewStore;
use users::Users;

use super::files;
use super::keys::KeyShelf;
use super::manifest::{Entry, FORMAT, Manifest};
use super::shelf::Shelf;
use super::{BackupError, Counter, Watch};

/// What is copied.
#[derive(Clone, Debug)]
pub struct Source {
    /// The context shared by all services.
    pub context: AppContext,
    /// The journal, with both logs.
    pub journal: Arc<SqliteJournal>,
    /// The users service, which owns the sessions.
    pub users: Users,
    /// The contents of files.
    pub files: Files,
    /// The read models, whose delivery states are copied.
    pub views: Vec<(Group, ViewStore)>,
    /// The data directory, which holds everything else.
    pub data_dir: PathBuf,
}

/// A backup that is being made.
struct Making<'m> {
    source: &'m Source,
    shelf: &'m Shelf,
    directory: PathBuf,
    manifest: Manifest,
    counter: Counter<'m>,
}

impl Source {
    /// Adds a backup to those in `directory`, and puts the keys for all of them into `keys`. Blocks until it is
    /// done, but holds up nobody else. Meanwhile no contents of files are removed.
    ///
    /// # Errors
    /// When something cannot be read or written, or `watch` stops it. The earlier backups are then unchanged.
    pub fn back_up(&self, directory: &Path, keys: &Path, watch: Watch<'_>) -> Result<BackedUp, BackupError> {
        let _lock = Shelf::lock(directory)?;
        let earlier = Shelf::open(directory)?;
        let before = earlier.newest();
        let since = [before.map(|before| before.facts.into()), before.map(|before| before.activity.into())];
        let number = earlier.next();
        let into = earlier.begin()?;
        let mut counter = Counter::new(watch);
        counter.expect(Log::ALL.iter().map(|log| self.journal.newer(*log, since[log.index()])).sum())?;
        let copy = |log: Log, counter: &mut Counter<'_>| {
            let file = into.join(format!("{}.db", log.as_str()));
            self.journal.copy(log, since[log.index()], &file, &mut counter.tick())
        };
        let made_at = self.context.aggregates.clock().now();
        // Activity refers to facts, and facts refer to file contents. The referring side is copied first, or the
        // target is retained.
        let activity = copy(Log::Activity, &mut counter)?;
        let everything_stays = self.files.keep_everything();
        let facts = copy(Log::Facts, &mut counter)?;
        let manifest = Manifest {
            format: FORMAT,
            number,
            previous: earlier.seal(),
            made_at,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            facts: facts.into(),
            activity: activity.into(),
            read_models: BTreeMap::new(),
            files: BTreeMap::new(),
            gone: Vec::new(),
        };
        let mut making = Making { source: self, shelf: &earlier, directory: into, manifest, counter };
        making.logs()?;
        making.read_models()?;
        making.sessions()?;
        making.folder("files")?;
        making.folder("mailbox")?;
        drop(everything_stays);
        making.finish(keys)
    }
}

impl Making<'_> {
    fn note(&mut self, path: String, entry: Entry) -> Result<(), BackupError> {
        self.manifest.files.insert(path, entry);
        self.counter.add(1)
    }

    /// Records a file that was created in the backup.
    fn made(&mut self, path: &str) -> Result<(), BackupError> {
        let file = self.directory.join(path);
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .map_err(BackupError::at(&file))?;
        std::fs::File::open(&file).and_then(|file| file.sync_all()).map_err(BackupError::at(&file))?;
        self.note(path.to_owned(), files::look(&file)?)
    }

    /// The copies of the logs, and the segments that earlier backups lack.
    fn logs(&mut self) -> Result<(), BackupError> {
        self.counter.expect(2)?;
        for log in Log::ALL {
            self.made(&format!("{}.db", log.as_str()))?;
        }
        let kept = self.shelf.kept("segments");
        let names = Chain::segments(self.directory.join("activity.db"))?;
        let new = names.iter().map(|name| (name, format!("segments/{name}")));
        let new: Vec<_> = new.filter(|(_, path)| !kept.contains_key(path.as_str())).collect();
        self.counter.expect(new.len() as u64)?;
        for (name, path) in new {
            let file = self.source.journal.segment_file(name);
            let gone = || BackupError::Wrong(format!("the segment {name} is not there"));
            let file = file.ok_or_else(gone)?;
            let entry = files::copy(&file, &self.directory.join(&path))?.ok_or_else(gone)?;
            self.note(path, entry)?;
        }
        Ok(())
    }

    fn read_models(&mut self) -> Result<(), BackupError> {
        files::make_directory(&self.directory.join("read-models"))?;
        self.counter.expect(self.source.views.len() as u64)?;
        for (group, store) in &self.source.views {
            let path = format!("read-models/{}.db", group.name);
            let file = self.directory.join(&path);
            store.copy_standing(&file).map_err(BackupError::at(&file))?;
            self.made(&path)?;
            let place = store.path().strip_prefix(&self.source.data_dir).ok().and_then(Path::to_str);
            let place = place.ok_or_else(|| BackupError::Wrong(format!("{store:?} is elsewhere")))?;
            self.manifest.read_models.insert(group.name.to_owned(), place.to_owned());
        }
        Ok(())
    }

    fn sessions(&mut self) -> Result<(), BackupError> {
        self.counter.expect(1)?;
        let file = self.directory.join("sessions.db");
        self.source.users.copy_sessions(&file).map_err(BackupError::at(&file))?;
        self.made("sessions.db")
    }

    /// The new files of a directory, and the files that are gone from it.
    fn folder(&mut self, name: &str) -> Result<(), BackupError> {
        let data_dir = &self.source.data_dir;
        let kept = self.shelf.kept(name);
        let there = files::below(&data_dir.join(name), data_dir)?;
        // A file still being written has a temporary name.
        let is_whole = |path: &&String| !path.contains('#') && !path.contains("/.");
        let there: Vec<&String> = there.iter().filter(is_whole).collect();
        let known =
            |path: &str| kept.get(path).is_some_and(|(_, entry)| files::is_same(&data_dir.join(path), entry));
        let gone = kept.keys().filter(|path| !there.iter().any(|there| there == *path));
        self.manifest.gone.extend(gone.map(|path| (*path).to_owned()));
        let new: Vec<&String> = there.into_iter().filter(|path| !known(path)).collect();
        self.counter.expect(new.len() as u64)?;
        for path in new {
            // An e-mail may be removed from the mailbox at any time.
            match files::copy(&data_dir.join(path), &self.directory.join(path))? {
                Some(entry) => self.note(path.clone(), entry)?,
                None => self.counter.add(1)?,
            }
        }
        Ok(())
    }

    /// Copies the keys last, because everything above is encrypted with them. Then the backup is complete.
    fn finish(mut self, keys: &Path) -> Result<BackedUp, BackupError> {
        let from = self.source.data_dir.join("keys");
        let number = self.manifest.number;
        self.counter.expect(2)?;
        let bytes =
            KeyShelf::make(keys, &from, self.source.context.aggregates.keys(), self.manifest.made_at)?;
        self.counter.add(1)?;
        self.shelf.complete(&self.manifest)?;
        let Manifest { facts, activity, files, .. } = &self.manifest;
        let done = BackedUp {
            number,
            facts: facts.position,
            activity: activity.position,
            files: files.len() as u64,
            bytes: bytes + files.values().map(|entry| entry.bytes).sum::<u64>(),
        };
        self.counter.at.done += 1;
        let _ = (self.counter.watch)(self.counter.at);
        Ok(done)
    }
}
