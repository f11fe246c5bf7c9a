//! The two keys of an installation. They are generated at the first start, and only their owner can read them.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use http_kit::Tokens;
use rand::Rng as _;

/// The master key: from `given`, or else from `directory`, where it is generated if absent.
pub fn master(given: Option<&Path>, directory: &Path) -> anyhow::Result<[u8; 32]> {
    let path = given.map_or_else(|| directory.join("master.key"), Path::to_owned);
    let bytes = match given {
        Some(path) => read(path)?,
        None => read_or_make(&path, || {
            let mut key = vec![0; 32];
            rand::rng().fill_bytes(&mut key);
            Ok(key)
        })?,
    };
    let Ok(key) = bytes.try_into() else { bail!("{} must hold exactly 32 bytes", path.display()) };
    Ok(key)
}

/// The key that signs access tokens, as PKCS#8 DER.
pub fn signing(given: Option<&Path>, directory: &Path) -> anyhow::Result<Vec<u8>> {
    match given {
        Some(path) => read(path),
        None => read_or_make(&directory.join("jwt.der"), || Ok(Tokens::generate_key()?)),
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("the key file {} cannot be read", path.display()))
}

/// A new key is durable before anything is encrypted or signed with it.
fn read_or_make(path: &Path, make: impl FnOnce() -> anyhow::Result<Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    match std::fs::read(path) {
        Ok(key) => return Ok(key),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
    let key = make()?;
    let fresh = path.with_extension("new");
    let written = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(&key)?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)?;
        path.parent().map_or(Ok(()), |directory| std::fs::File::open(directory)?.sync_all())
    };
    written().with_context(|| format!("the key file {} cannot be written", path.display()))?;
    Ok(key)
}
