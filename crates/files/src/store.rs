//! Stores the bytes of files as `{tenant}/{file}/{key}`; the server chooses all three. Bytes are durable once put.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use domain::{FileId, TenantId};
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Place;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use tokio::runtime::Handle;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};

/// Why an operation on the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Its directory cannot be created.
    #[error("the directory of files cannot be opened: {0}")]
    Directory(#[from] io::Error),
    /// The object store reported an error.
    #[error("the store of files does not answer: {0}")]
    Objects(#[from] Error),
}

/// The store of the files' bytes. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// A removal holds the read lock. The write lock keeps everything in place.
    removing: Arc<RwLock<()>>,
}

impl Store {
    /// Opens a store in `directory`, which is created if it is missing. Deletes what a crash left half written.
    pub fn local(directory: &Path) -> Result<Self, StoreError> {
        journal::make_directory(directory)?;
        remove_fragments(directory)?;
        let objects = LocalFileSystem::new_with_prefix(directory)?;
        let objects = Arc::new(objects.with_fsync(true).with_automatic_cleanup(true));
        Ok(Self { objects, removing: Arc::default() })
    }

    /// Prevents removals until the guard is dropped. Blocks until running removals are done.
    pub fn keep_everything(&self) -> OwnedRwLockWriteGuard<()> {
        Handle::current().block_on(Arc::clone(&self.removing).write_owned())
    }

    /// Whether removals are possible now.
    pub fn may_remove(&self) -> bool {
        self.removing.try_read().is_ok()
    }

    fn directory(tenant: &TenantId, file: FileId) -> Place {
        Place::from_iter([tenant.as_str(), &file.to_string()])
    }

    /// Stores `bytes` durably.
    pub async fn put(
        &self,
        tenant: &TenantId,
        file: FileId,
        key: &str,
        bytes: Bytes,
    ) -> Result<(), StoreError> {
        let place = Self::directory(tenant, file).join(key);
        self.objects.put(&place, bytes.into()).await?;
        Ok(())
    }

    /// Reads a part of what was put; `None` if it is gone.
    pub async fn read(
        &self,
        tenant: &TenantId,
        file: FileId,
        key: &str,
        part: Range<u64>,
    ) -> Result<Option<Bytes>, StoreError> {
        let place = Self::directory(tenant, file).join(key);
        match self.objects.get_range(&place, part).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads all of what was put; `None` if it is gone.
    pub async fn whole(
        &self,
        tenant: &TenantId,
        file: FileId,
        key: &str,
    ) -> Result<Option<Bytes>, StoreError> {
        match self.objects.get(&Self::directory(tenant, file).join(key)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes the bytes that a file has under any other key than these.
    pub async fn keep_only(&self, tenant: &TenantId, file: FileId, keys: &[&str]) -> Result<(), StoreError> {
        let _removing = self.removing.read().await;
        let directory = Self::directory(tenant, file);
        let found: Vec<_> = self.objects.list(Some(&directory)).try_collect().await?;
        for object in found {
            if object.location.filename().is_some_and(|key| !keys.contains(&key)) {
                self.discard(&object.location).await?;
            }
        }
        Ok(())
    }

    async fn discard(&self, place: &Place) -> Result<(), StoreError> {
        match self.objects.delete(place).await {
            Err(Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes all bytes of a file. Repeating this is harmless.
    pub async fn remove(&self, tenant: &TenantId, file: FileId) -> Result<(), StoreError> {
        self.keep_only(tenant, file, &[]).await
    }

    /// Lists every file that has bytes in the store.
    pub async fn files(&self) -> Result<Vec<(TenantId, FileId)>, StoreError> {
        let mut files = Vec::new();
        for tenant in self.objects.list_with_delimiter(None).await?.common_prefixes {
            let Some(name) = tenant.parts().next_back().and_then(|part| TenantId::parse(part.as_ref()))
            else {
                continue;
            };
            for file in self.objects.list_with_delimiter(Some(&tenant)).await?.common_prefixes {
                // Directories that the server did not name are not ours to remove.
                let id = file.parts().next_back().and_then(|part| part.as_ref().parse().ok());
                files.extend(id.map(|id| (name.clone(), id)));
            }
        }
        Ok(files)
    }
}

/// Deletes files that were being written when the process ended: the store marks them with a `#` until they are
/// complete.
fn remove_fragments(directory: &Path) -> io::Result<()> {
    let mut open = vec![PathBuf::from(directory)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else if entry.file_name().as_encoded_bytes().contains(&b'#') {
                fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_put_is_there_until_it_is_removed_and_no_directory_stays() {
        let directory = tempfile::tempdir().unwrap();
        let tenant = TenantId::stored("t");
        let file = FileId::from(uuid::Uuid::from_u128(7));
        let store = Store::local(directory.path()).unwrap();
        store.put(&tenant, file, "a.webp", Bytes::from_static(b"0123456789")).await.unwrap();
        store.put(&tenant, file, "b.webp", Bytes::from_static(b"x")).await.unwrap();
        assert_eq!(store.read(&tenant, file, "a.webp", 2..5).await.unwrap().unwrap(), "234");
        assert_eq!(store.files().await.unwrap(), [(tenant.clone(), file)]);
        fs::write(directory.path().join(format!("t/{file}/c.webp#1")), "half").unwrap();
        let store = Store::local(directory.path()).unwrap();
        assert!(!directory.path().join(format!("t/{file}/c.webp#1")).exists());
        assert_eq!(store.whole(&tenant, file, "a.webp").await.unwrap().unwrap(), "0123456789");
        store.keep_only(&tenant, file, &["a.webp"]).await.unwrap();
        assert_eq!(store.whole(&tenant, file, "b.webp").await.unwrap(), None);
        assert!(store.whole(&tenant, file, "a.webp").await.unwrap().is_some());
        // A copy of the files needs all of them to stay.
        let keeping = store.clone();
        let kept = tokio::task::spawn_blocking(move || keeping.keep_everything()).await.unwrap();
        assert!(!store.may_remove());
        let mut removal = std::pin::pin!(store.remove(&tenant, file));
        assert!(futures_util::poll!(&mut removal).is_pending());
        assert!(store.whole(&tenant, file, "a.webp").await.unwrap().is_some());
        drop(kept);
        removal.await.unwrap();
        store.remove(&tenant, file).await.unwrap();
        assert_eq!(store.read(&tenant, file, "a.webp", 2..5).await.unwrap(), None);
        assert!(!directory.path().join("t").exists());
    }
}
