//! Directories whose names outlive a power cut: what is synced below a name that was lost is lost with it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Makes a directory, and those above it that are missing.
///
/// # Errors
/// When one of them cannot be made or made durable.
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
