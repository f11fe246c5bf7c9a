//! Restoring a backup into an empty directory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use bus::Checkpoint;
use domain::aggregate::Aggregate as _;
use domain::user::{DELETED, User};
use domain::{Clock, Log, Position, TenantId, Timestamp, UserId};
use journal::KeyRing;
use journal::sqlite::copy::{Beyond, CopyEnd, beyond};
use projection::deliveries::Outbox;
use projection::restore_standing;

use super::keys::KeyShelf;
use super::shelf::Shelf;
use super::verifying::{self, Verified, verify};
use super::{BackupError, Counter, Watch, files};
use crate::app;

/// Marker file of an unfinished restore. No server starts while it exists.
pub const UNFINISHED: &str = "restore.unfinished";
/// The position of each read model. The file exists until the first start after a restore.
const RESTORED: &str = "restored.json";
/// The epoch of a restored log is the second in which the restore began, counted from 2026-01-01. So two restores
/// of one backup have different epochs.
const FIRST_EPOCH: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

/// What to restore, and how.
#[derive(Clone, Debug)]
pub struct RestoreRequest {
    /// The directory of backups.
    pub directory: PathBuf,
    /// The backup to restore. `None`: the newest.
    pub number: Option<u32>,
    /// The directory of keys.
    pub keys: PathBuf,
    /// The master key, if it is not in that directory.
    pub master: Option<PathBuf>,
    /// The target directory, which must be absent or empty.
    pub data_dir: PathBuf,
    /// Keep people signed in, including those who signed out after the backup.
    pub keep_sessions: bool,
    /// What is left of the original server's data directory, to report what it had beyond the backup.
    pub compare: Option<PathBuf>,
}

/// What was restored, and what was lost.
#[derive(Clone, Debug, Default)]
pub struct Restored {
    /// The backup's number.
    pub number: u32,
    /// When the backup began.
    pub made_at: Timestamp,
    /// The new epoch.
    pub epoch: u32,
    /// The last position of the facts log in the backup.
    pub facts: u64,
    /// The last position of the activity log in the backup.
    pub activity: u64,
    /// Live sessions that were ended; `None` when sessions were kept.
    pub sessions_ended: Option<usize>,
    /// Open deliveries, which may have been carried out after the backup.
    pub in_doubt: u64,
    /// People who were erased again.
    pub erased_again: u64,
    /// People whose keys were destroyed after the backup. Their accounts exist again, but nobody can read their
    /// data.
    pub left_since: Vec<(TenantId, UserId)>,
    /// What the original server had beyond the backup.
    pub beyond: Option<[Beyond; 2]>,
}

/// Restores a backup. Verifies everything before it writes anything. Blocks.
///
/// # Errors
/// When the backup is not complete, the directory is not empty, or something cannot be written. After a failed
/// write the directory is unusable.
pub fn restore(asked: &RestoreRequest, clock: &Clock, watch: Watch<'_>) -> Result<Restored, BackupError> {
    must_be_empty(&asked.data_dir)?;
    let shelf = Shelf::open(&asked.directory)?.up_to(asked.number)?;
    let (ring, place) = verifying::borrowed(&asked.keys, asked.master.as_deref())?;
    let Verified { shelf, .. } = verify(shelf, Some(&ring), watch)?;
    drop((ring, place));
    let beyond = asked.compare.as_deref().map(|former| compared(&shelf, former)).transpose()?;
    let Some(manifest) = shelf.newest() else { return Err(BackupError::Wrong("there is no backup".into())) };
    let now = clock.now();
    let since = u32::try_from(now.seconds() - FIRST_EPOCH.seconds()).unwrap_or(0);
    let epoch = since.max(manifest.facts.epoch.max(manifest.activity.epoch) + 1);
    files::make_directory(&asked.data_dir)?;
    files::write(&asked.data_dir.join(UNFINISHED), b"empty this directory and restore again\n")?;
    let mut work = Restore { asked, shelf: &shelf, epoch, counter: Counter::new(watch) };
    work.journal()?;
    work.folder("files")?;
    work.folder("mailbox")?;
    let (erased_again, left_since) = work.keys()?;
    let sessions_ended = work.sessions(now)?;
    let in_doubt = work.read_models()?;
    files::sync_tree(&asked.data_dir)?;
    let unfinished = asked.data_dir.join(UNFINISHED);
    fs::remove_file(&unfinished).map_err(BackupError::at(&unfinished))?;
    files::sync_directory(&asked.data_dir)?;
    Ok(Restored {
        number: manifest.number,
        made_at: manifest.made_at,
        epoch,
        facts: manifest.facts.position,
        activity: manifest.activity.position,
        sessions_ended,
        in_doubt,
        erased_again,
        left_since,
        beyond,
    })
}

fn must_be_empty(directory: &Path) -> Result<(), BackupError> {
    let is_empty = fs::read_dir(directory).map_or(!directory.exists(), |mut found| found.next().is_none());
    if is_empty {
        return Ok(());
    }
    let directory = directory.display();
    Err(BackupError::Wrong(format!(
        "{directory} is not empty; restore into a directory that is empty or not there"
    )))
}

fn compared(shelf: &Shelf, former: &Path) -> Result<[Beyond; 2], BackupError> {
    let _lock = app::lock(former).map_err(BackupError::at(former))?;
    let mut of = [Beyond::default(); 2];
    for log in Log::ALL {
        of[log.index()] = beyond(&former.join("journal"), log, shelf.log(log)?.mark())?;
    }
    Ok(of)
}

struct Restore<'w> {
    asked: &'w RestoreRequest,
    shelf: &'w Shelf,
    epoch: u32,
    counter: Counter<'w>,
}

impl Restore<'_> {
    fn journal(&mut self) -> Result<(), BackupError> {
        let directory = self.asked.data_dir.join("journal");
        for log in Log::ALL {
            let chain = self.shelf.log(log)?;
            self.counter.expect(chain.mark().seq)?;
            chain.restore(&directory, self.epoch, &mut self.counter.tick())?;
        }
        Ok(())
    }

    fn folder(&mut self, name: &str) -> Result<(), BackupError> {
        let kept = self.shelf.kept(name);
        self.counter.expect(kept.len() as u64)?;
        for (path, (number, _)) in kept {
            let from = self.shelf.of(number).join(path);
            let copied = files::copy(&from, &self.asked.data_dir.join(path))?;
            copied.ok_or_else(|| BackupError::Wrong(format!("{} is gone", from.display())))?;
            self.counter.add(1)?;
        }
        Ok(())
    }

    /// Restores the keys, and destroys those of people whom the journal records as deleted or erased. Returns how
    /// many had to be destroyed again, and the people who are erased only according to the keys.
    fn keys(&mut self) -> Result<(u64, Vec<(TenantId, UserId)>), BackupError> {
        let directory = self.asked.data_dir.join("keys");
        KeyShelf::open(&self.asked.keys)?.restore(&directory, self.asked.keep_sessions)?;
        let ring = verifying::ring(&directory, self.asked.master.as_deref())?;
        let mut again = 0;
        let mut left = BTreeSet::new();
        self.shelf.log(Log::Facts)?.each(|event| {
            let who = match (&*event.stream.kind, &*event.event_type) {
                (User::TYPE, DELETED) | ("erasure", "PERSONAL_DATA_ERASED") => event.stream.id.parse(),
                _ => return Ok(()),
            };
            let Ok(who) = who else { return Ok(()) };
            let tenant = &event.stream.tenant;
            left.insert((tenant.to_string(), who));
            if !ring.is_erased(tenant, who)? {
                ring.erase(tenant, who)?;
                again += 1;
            }
            Ok(())
        })?;
        let since =
            erased(&ring)?.into_iter().filter(|(tenant, who)| !left.contains(&(tenant.to_string(), *who)));
        Ok((again, since.collect()))
    }

    fn sessions(&mut self, now: Timestamp) -> Result<Option<usize>, BackupError> {
        let to = self.asked.data_dir.join("sessions.db");
        self.newest("sessions.db", &to)?;
        if self.asked.keep_sessions {
            return Ok(None);
        }
        Ok(Some(users::end_every_session(&to, now).map_err(BackupError::at(&to))?))
    }

    fn newest(&self, path: &str, to: &Path) -> Result<(), BackupError> {
        let number = self.shelf.newest().map_or(0, |newest| newest.number);
        let from = self.shelf.of(number).join(path);
        files::copy(&from, to)?.ok_or_else(|| BackupError::Wrong(format!("{} is gone", from.display())))?;
        Ok(())
    }

    /// Marks every read model for a rebuild at the first start, before any request is answered. Returns the
    /// number of open deliveries.
    fn read_models(&mut self) -> Result<u64, BackupError> {
        let newest = self.shelf.newest().map_or(0, |newest| newest.number);
        let standings = self.shelf.of(newest).join("read-models");
        let heads = Log::ALL.map(|log| self.shelf.log(log).map(|chain| self.head(log, chain.mark())));
        let [facts, activity] = heads;
        let heads = [facts?, activity?];
        let mut stood = BTreeMap::new();
        let mut open = 0;
        let read_models = self.shelf.newest().map(|newest| newest.read_models.clone()).unwrap_or_default();
        for (group, path) in read_models {
            let standing = standings.join(format!("{group}.db"));
            let path = self.asked.data_dir.join(path);
            if let Some(directory) = path.parent() {
                files::make_directory(directory)?;
            }
            let found = restore_standing(&path, &group, &heads, &standing).map_err(BackupError::at(&path))?;
            stood.insert(group, found.facts);
            open += found.open;
        }
        let text = serde_json::to_vec_pretty(&stood).map_err(BackupError::at(&standings))?;
        files::write(&self.asked.data_dir.join(RESTORED), &text)?;
        Ok(open)
    }

    fn head(&self, log: Log, mark: CopyEnd) -> Checkpoint {
        Checkpoint { position: Position { log, epoch: self.epoch, seq: mark.seq }, event_id: mark.event_id }
    }
}

fn erased(ring: &KeyRing) -> Result<Vec<(TenantId, UserId)>, BackupError> {
    Ok(ring.erased().map_err(journal::sqlite::copy::CopyError::from)?)
}

/// Runs at the first start after a restore, after read models are rebuilt and before any delivery is carried out.
/// Marks deliveries that may have been carried out since the backup, so that they are looked up first.
///
/// # Errors
/// When a file cannot be read or written. The next start tries again.
pub async fn settle(data_dir: &Path, outboxes: &[(&'static str, Outbox)]) -> Result<(), BackupError> {
    let path = data_dir.join(RESTORED);
    if !path.exists() {
        return Ok(());
    }
    let text = fs::read(&path).map_err(BackupError::at(&path))?;
    let stood: BTreeMap<String, u64> = serde_json::from_slice(&text).map_err(BackupError::at(&path))?;
    for (group, outbox) in outboxes {
        let Some(facts) = stood.get(*group) else { continue };
        let in_doubt = outbox.doubt(*facts).await.map_err(BackupError::at(&path))?;
        if in_doubt > 0 {
            tracing::warn!(
                group,
                in_doubt,
                "deliveries may have been carried out after the backup; they are looked up"
            );
        }
    }
    fs::remove_file(&path).map_err(BackupError::at(&path))?;
    files::sync_directory(data_dir)
}
