//! Creates directories durably: each new name is synced to its parent directory, so that it survives a power cut.
//! Otherwise a synced file could be lost together with the name of its directory.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Creates a directory and its missing parents.
///
/// # Errors
/// If a directory cannot be created or synced.
pub fn make_directory(directory: &Path) -> io::Result<()> {
    let missing = |above: &&Path| !above.as_os_str().is_empty() && !above.exists();
    let missing: Vec<&Path> = directory.ancestors().take_while(missing).collect();
    fs::create_dir_all(directory)?;
    for made in missing {
        match made.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all()?,
            _ => File::open(".")?.sync_all()?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_made_with_those_above_them_and_once() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b/c");
        make_directory(&deep).unwrap();
        make_directory(&deep).unwrap();
        assert!(deep.is_dir());
        fs::write(root.path().join("file"), "").unwrap();
        assert!(make_directory(&root.path().join("file/d")).is_err());
    }
}
