//! Restricts the data directory to the user that runs the server.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;

/// The permission bits of group and others.
const OTHERS: u32 = 0o077;

/// Sets the umask, so that this process creates directories with mode 0700 and files with 0600. Must be called
/// before any thread starts.
pub fn keep_files_private() {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}

/// Whether group or others have any permission on `path`. False if it does not exist.
#[must_use]
pub fn is_open(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & OTHERS != 0)
}

/// Everything from `top` down on which group or others have a permission. Symbolic links are not followed.
///
/// # Errors
/// When a directory cannot be read.
pub fn open_to_others(top: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut left = vec![top.to_owned()];
    while let Some(path) = left.pop() {
        let about = match fs::symlink_metadata(&path) {
            // It was removed a moment ago.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            about => about?,
        };
        if about.is_dir() {
            left.extend(fs::read_dir(&path)?.collect::<io::Result<Vec<_>>>()?.iter().map(fs::DirEntry::path));
        }
        if !about.is_symlink() && about.permissions().mode() & OTHERS != 0 {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Removes permissions of group and others below `top`, left by an earlier version or set by hand. Logs what it
/// did.
///
/// # Errors
/// When a directory cannot be read. Files of another owner stay as they are and are logged.
pub fn close_to_others(top: &Path) -> io::Result<()> {
    let mut closed = 0_usize;
    let open = open_to_others(top)?;
    for path in &open {
        let close = || {
            let mode = fs::symlink_metadata(path)?.permissions().mode();
            fs::set_permissions(path, Permissions::from_mode(mode & !OTHERS))
        };
        match close() {
            Ok(()) => closed += 1,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "others of the machine may use this");
            }
        }
    }
    if closed > 0 {
        tracing::warn!(
            paths = closed,
            "the data directory was open to others of the machine; it is closed now"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_open_is_found_and_closed() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir_all(at("keys/deep")).unwrap();
        for (name, mode) in [("keys/deep/a", 0o644), ("keys/b", 0o600), ("c", 0o620), ("keys/deep", 0o755)] {
            if !at(name).exists() {
                fs::write(at(name), "").unwrap();
            }
            fs::set_permissions(at(name), Permissions::from_mode(mode)).unwrap();
        }
        for name in ["keys", ""] {
            fs::set_permissions(at(name), Permissions::from_mode(0o700)).unwrap();
        }
        let elsewhere = tempfile::NamedTempFile::new().unwrap();
        fs::set_permissions(elsewhere.path(), Permissions::from_mode(0o644)).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), at("link")).unwrap();
        assert_eq!(open_to_others(root.path()).unwrap(), [at("c"), at("keys/deep"), at("keys/deep/a")]);
        close_to_others(root.path()).unwrap();
        assert_eq!(open_to_others(root.path()).unwrap(), Vec::<PathBuf>::new());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&at("keys/deep")), mode(&at("c"))), (0o700, 0o600));
        assert_eq!(mode(elsewhere.path()), 0o644, "a link is not followed");
    }
}
