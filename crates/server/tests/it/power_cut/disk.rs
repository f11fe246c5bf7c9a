//! The disk as a power cut may leave it. Files contain what was synced, and any subset of the later writes. Names
//! exist once their directory was synced.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rand::RngExt;
use rand::rngs::StdRng;

use super::trace::Call;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Inode(usize);

enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Length(usize),
}

#[derive(Default)]
struct File {
    /// The length as the writers see it.
    length: usize,
    /// Each change with the number of its call.
    changes: Vec<(usize, Change)>,
    /// Changes before this call are on disk.
    synced: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    File(Inode),
    Directory,
}

/// The current names, and the names on disk.
#[derive(Default)]
struct Names {
    now: BTreeMap<PathBuf, Entry>,
    /// Changes of names: call, path, new entry.
    changes: Vec<(usize, PathBuf, Option<Entry>)>,
    durable: BTreeMap<PathBuf, Entry>,
}

impl Names {
    fn set(&mut self, call: usize, path: &Path, entry: Option<Entry>) {
        match entry {
            Some(entry) => drop(self.now.insert(path.to_owned(), entry)),
            None => drop(self.now.remove(path)),
        }
        self.changes.push((call, path.to_owned(), entry));
    }

    /// The names in a directory are now on disk as they were at call `began`.
    fn sync(&mut self, directory: &Path, began: usize) {
        for (call, path, entry) in &self.changes {
            if *call < began && path.parent() == Some(directory) {
                match entry {
                    Some(entry) => drop(self.durable.insert(path.clone(), *entry)),
                    None => drop(self.durable.remove(path)),
                }
            }
        }
        self.changes.retain(|(call, path, _)| *call >= began || path.parent() != Some(directory));
    }
}

/// What the cut leaves: directories and files with their contents.
pub struct Disk {
    directories: BTreeSet<PathBuf>,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Disk {
    /// The disk after `calls`, the first of which found an empty, synced data directory.
    pub fn after(calls: &[Call], random: &mut StdRng) -> Self {
        let mut names = Names::default();
        let mut files = BTreeMap::<Inode, File>::new();
        for (number, call) in calls.iter().enumerate() {
            match call {
                Call::Open { path, emptied } => match names.now.get(path) {
                    Some(Entry::File(inode)) if *emptied => {
                        files.entry(*inode).or_default().resize(number, 0);
                    }
                    Some(_) => {}
                    None => {
                        files.insert(Inode(number), File::default());
                        names.set(number, path, Some(Entry::File(Inode(number))));
                    }
                },
                Call::Write { path, at, bytes } => {
                    if let Some(Entry::File(inode)) = names.now.get(path) {
                        files.entry(*inode).or_default().write(number, *at, bytes);
                    }
                }
                Call::Truncate { path, length } => {
                    if let Some(Entry::File(inode)) = names.now.get(path) {
                        files.entry(*inode).or_default().resize(number, *length);
                    }
                }
                Call::Rename { from, to } => {
                    let entry = names.now.get(from).copied();
                    names.set(number, from, None);
                    names.set(number, to, entry);
                }
                Call::Remove { path } => names.set(number, path, None),
                Call::MakeDirectory { path } => names.set(number, path, Some(Entry::Directory)),
                Call::Sync { path, began } => match names.now.get(path) {
                    Some(Entry::File(inode)) => {
                        if let Some(file) = files.get_mut(inode) {
                            file.synced = file.synced.max(*began);
                        }
                    }
                    Some(Entry::Directory) | None => names.sync(path, *began),
                },
                Call::Sent { .. } => {}
            }
        }
        // Names that were not synced may exist anyway, as of any moment since.
        let since = names.changes.len();
        let reached = if since > 0 { random.random_range(0..=since) } else { 0 };
        for (_, path, entry) in &names.changes[..reached] {
            match entry {
                Some(entry) => drop(names.durable.insert(path.clone(), *entry)),
                None => drop(names.durable.remove(path)),
            }
        }
        Self::of(&names.durable, &files, random)
    }

    fn of(names: &BTreeMap<PathBuf, Entry>, files: &BTreeMap<Inode, File>, random: &mut StdRng) -> Self {
        let mut disk = Self { directories: BTreeSet::new(), files: BTreeMap::new() };
        for (path, entry) in names {
            match entry {
                Entry::Directory => drop(disk.directories.insert(path.clone())),
                Entry::File(inode) => {
                    let content = files.get(inode).map(|file| file.content(random)).unwrap_or_default();
                    disk.files.insert(path.clone(), content);
                }
            }
        }
        disk
    }

    /// Writes everything below `data_dir` to `root`. Anything in a missing directory is missing, too.
    pub fn write(&self, data_dir: &Path, root: &Path) {
        for directory in &self.directories {
            let to = root.join(directory.strip_prefix(data_dir).unwrap());
            if to.parent().is_some_and(Path::exists) {
                std::fs::create_dir(&to).unwrap();
            }
        }
        for (path, content) in &self.files {
            let to = root.join(path.strip_prefix(data_dir).unwrap());
            if to.parent().is_some_and(Path::exists) {
                std::fs::write(&to, content).unwrap();
            }
        }
    }
}

impl File {
    /// Without an offset, the bytes are appended.
    fn write(&mut self, call: usize, at: Option<u64>, bytes: &[u8]) {
        let at = at.map_or(self.length, |at| usize::try_from(at).unwrap());
        self.length = self.length.max(at + bytes.len());
        self.changes.push((call, Change::Write { at, bytes: bytes.to_owned() }));
    }

    fn resize(&mut self, call: usize, length: u64) {
        self.length = usize::try_from(length).unwrap();
        self.changes.push((call, Change::Length(self.length)));
    }

    /// The synced content, with a random subset of the later changes.
    fn content(&self, random: &mut StdRng) -> Vec<u8> {
        let mut content = Vec::new();
        for (call, change) in &self.changes {
            if *call >= self.synced && random.random_bool(0.5) {
                continue;
            }
            match change {
                Change::Length(length) => content.resize(*length, 0),
                Change::Write { at, bytes } => {
                    let end = at + bytes.len();
                    if content.len() < end {
                        content.resize(end, 0);
                    }
                    content[*at..end].copy_from_slice(bytes);
                }
            }
        }
        content
    }
}
