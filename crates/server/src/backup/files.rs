//! Copies files durably and identifies them by their SHA-256.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use aws_lc_rs::digest::{Context, SHA256};

use super::BackupError;
use super::manifest::Entry;

const PIECE: usize = 1 << 16;

/// Only for the user who runs this, because backups contain e-mails and sessions.
pub fn make_directory(path: &Path) -> Result<(), BackupError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(BackupError::at(path))
}

/// Syncs a directory. A new name is durable only once its directory is synced.
pub fn sync_directory(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(BackupError::at(path))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        use std::fmt::Write as _;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

pub fn digest(bytes: &[u8]) -> String {
    hex(aws_lc_rs::digest::digest(&SHA256, bytes).as_ref())
}

/// Reads `from` to its end, and copies it to `into` if given.
fn pour(mut from: impl Read, mut into: Option<&mut File>) -> std::io::Result<Entry> {
    let mut sha = Context::new(&SHA256);
    let mut bytes = 0;
    let mut piece = vec![0; PIECE];
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            break;
        }
        sha.update(&piece[..read]);
        bytes += read as u64;
        if let Some(into) = &mut into {
            into.write_all(&piece[..read])?;
        }
    }
    Ok(Entry { bytes, sha256: hex(sha.finish().as_ref()), modified: None })
}

/// The length and digest of a file.
pub fn look(path: &Path) -> Result<Entry, BackupError> {
    File::open(path).and_then(|file| pour(file, None)).map_err(BackupError::at(path))
}

/// Copies a file durably. `None` if it no longer exists.
pub fn copy(from: &Path, into: &Path) -> Result<Option<Entry>, BackupError> {
    let source = match File::open(from) {
        Ok(source) => source,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(BackupError::at(from)(error)),
    };
    let modified = modified(&source).map_err(BackupError::at(from))?;
    if let Some(directory) = into.parent() {
        make_directory(directory)?;
    }
    let write = || -> std::io::Result<Entry> {
        let mut options = File::options();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(into)?;
        let entry = pour(source, Some(&mut file))?;
        file.sync_all()?;
        Ok(entry)
    };
    let entry = write().map_err(BackupError::at(into))?;
    Ok(Some(Entry { modified: Some(modified), ..entry }))
}

/// Microseconds since 1970.
fn modified(file: &File) -> std::io::Result<i64> {
    let at = file.metadata()?.modified()?;
    Ok(at.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX)))
}

/// Whether the file at `path` is unchanged since it was copied as `entry`, judged by length and time.
pub fn is_same(path: &Path, entry: &Entry) -> bool {
    let looked = File::open(path).and_then(|file| Ok((file.metadata()?.len(), modified(&file)?)));
    looked.is_ok_and(|(bytes, at)| bytes == entry.bytes && Some(at) == entry.modified)
}

/// Writes a small file atomically.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let aside = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut options = File::options();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&aside, path)
    };
    write().map_err(BackupError::at(path))?;
    path.parent().map_or(Ok(()), sync_directory)
}

/// The files below `directory`, as paths relative to `from`. Empty if the directory does not exist.
pub fn below(directory: &Path, from: &Path) -> Result<Vec<String>, BackupError> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        let entries = match fs::read_dir(&directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            entries => entries.map_err(BackupError::at(&directory))?,
        };
        for entry in entries {
            let entry = entry.map_err(BackupError::at(&directory))?;
            let path = entry.path();
            if entry.file_type().map_err(BackupError::at(&path))?.is_dir() {
                open.push(path);
            } else if let Some(name) = path.strip_prefix(from).ok().and_then(Path::to_str) {
                found.push(name.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Syncs every directory of the tree.
pub fn sync_tree(directory: &Path) -> Result<(), BackupError> {
    let mut open = vec![PathBuf::from(directory)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).map_err(BackupError::at(&directory))? {
            let path = entry.map_err(BackupError::at(&directory))?.path();
            if path.is_dir() {
                open.push(path);
            }
        }
        sync_directory(&directory)?;
    }
    Ok(())
}
