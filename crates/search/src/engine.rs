//! What the search indexes of homes and of products have in common. An index is a cache of a read model's rows, which
//! are the only source of truth, and may be lost at any time.
//!
//! Another search engine would have to offer the same interface: report its position, take changes together with the
//! position they reach, physically remove erased data, and search.

pub mod best;
pub mod changes;
mod directory;
pub mod indexer;
pub mod reading;
pub mod text_column;
pub mod text_counts;
pub mod view;
pub mod view_cache;
pub mod word_matches;

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use ::projection::Row;
use domain::TenantId;
use tantivy::indexer::IndexWriterOptions;
use tantivy::schema::{Field, Schema};
use tantivy::{
    IndexReader, IndexWriter, ReloadPolicy, SegmentMeta, SegmentReader, TantivyDocument, TantivyError, Term,
};

use changes::RowsError;
use directory::Unhurried;
use view::View;

/// What an index holds: an entry for each row that can be found.
pub trait Indexed: Sized + Send + Sync + 'static {
    /// The id of an entry, unique in its tenant.
    type Id: Copy + Debug + Send + Sync;
    /// The fields of the index.
    type Fields: Copy + Debug + Send + Sync;
    /// What is held in memory of each segment.
    type Columns: Send + Sync;

    /// The version of how texts become words. Raise it when the same texts give other words, or an entry other texts:
    /// an index of another version is recreated from the rows.
    const ANALYSIS: &'static str;
    /// The rows' table, with a column `changed` that is larger than any other row's when a row is written.
    const TABLE: &'static str;
    /// Selects [`Self::TABLE`] as `r` with what [`Self::change`] reads from the second column on.
    const COLUMNS: &'static str;
    /// What is joined to `r` for the columns.
    const JOINED: &'static str = "";
    /// The index of the column after them, which holds `changed`.
    const CHANGED: usize;

    /// The schema and its fields.
    fn schema() -> (Schema, Self::Fields);
    /// The field of [`Self::key`].
    fn key_field(fields: &Self::Fields) -> Field;
    /// The key of an entry across tenants.
    fn key(tenant: &TenantId, id: Self::Id) -> Vec<u8>;
    /// Its tenant and its id.
    fn identity(&self) -> (&TenantId, Self::Id);
    /// How it is written.
    fn document(&self, fields: &Self::Fields) -> TantivyDocument;
    /// Reads the columns of a segment.
    ///
    /// # Errors
    /// When its files cannot be read.
    fn columns(segment: &SegmentReader) -> tantivy::Result<Self::Columns>;
    /// What a row means for the index, and whether nothing of it may stay because its owner left.
    ///
    /// # Errors
    /// When a column holds an unexpected value.
    fn change(row: &Row) -> Result<(IndexChange<Self>, bool), RowsError>;
}

/// The index failed.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The engine failed.
    #[error("the search index: {0}")]
    Engine(#[from] TantivyError),
    /// Its files cannot be created or deleted.
    #[error("the files of the search index: {0}")]
    Files(#[from] std::io::Error),
}

/// How far an index is: the read model it was built from, and the last changed row it contains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexPosition {
    /// The id of the read model's file.
    pub made: String,
    /// The `changed` number of that row.
    pub changed: i64,
}

impl IndexPosition {
    /// Reads what [`Self::payload`] wrote; `None` for an index of another analysis.
    fn read(payload: &str, expected: &str) -> Option<Self> {
        let (analysis, place) = payload.split_once(':')?;
        let (made, changed) = place.split_once(':').filter(|_| analysis == expected)?;
        Some(Self { made: made.to_owned(), changed: changed.parse().ok()? })
    }

    fn payload(&self, analysis: &str) -> String {
        format!("{analysis}:{}:{}", self.made, self.changed)
    }
}

/// A change to the index.
#[derive(Clone, Debug)]
pub enum IndexChange<E: Indexed> {
    /// Adds or replaces an entry.
    Put(Box<E>),
    /// Removes an entry.
    Gone {
        /// Its tenant.
        tenant: TenantId,
        /// Its id.
        id: E::Id,
    },
}

/// The smallest memory budget the engine accepts.
const WRITER_BYTES: usize = 15_000_000;

/// The search index in a directory.
pub struct TextIndex<E: Indexed> {
    directory: PathBuf,
    pub(crate) fields: E::Fields,
    opened: RwLock<Opened<E>>,
    /// Kept only while there is work, because it holds memory and threads.
    writer: Mutex<Option<IndexWriter>>,
}

impl<E: Indexed> Debug for TextIndex<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({})", self.directory.display())
    }
}

struct Opened<E: Indexed> {
    index: tantivy::Index,
    reader: IndexReader,
    view: Arc<View<E>>,
}

impl<E: Indexed> Clone for Opened<E> {
    fn clone(&self) -> Self {
        Self { index: self.index.clone(), reader: self.reader.clone(), view: Arc::clone(&self.view) }
    }
}

impl<E: Indexed> Opened<E> {
    fn of(index: tantivy::Index) -> Result<Self, IndexError> {
        let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let view = Arc::new(View::of(reader.searcher(), None)?);
        Ok(Self { index, reader, view })
    }
}

impl<E: Indexed> TextIndex<E> {
    /// Opens the index in `directory`. An index that is missing, broken, of another schema or of another
    /// analysis is recreated empty.
    ///
    /// # Errors
    /// When files cannot be created.
    pub fn open(directory: &Path) -> Result<Self, IndexError> {
        let (schema, fields) = E::schema();
        let found = Unhurried::at(directory).and_then(Unhurried::whole_index);
        let found = found.ok().filter(|index| index.schema() == schema && is_current::<E>(index));
        let opened = match found.and_then(|index| Opened::of(index).ok()) {
            Some(opened) => opened,
            None => Opened::of(fresh::<E>(directory)?)?,
        };
        let directory = directory.to_owned();
        Ok(Self { directory, fields, opened: RwLock::new(opened), writer: Mutex::new(None) })
    }

    fn opened(&self) -> Opened<E> {
        self.opened.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets new searches see what is committed. Running searches keep the view they started with.
    fn reload(&self) -> Result<(), IndexError> {
        let Opened { reader, view, .. } = self.opened();
        reader.reload()?;
        let view = Arc::new(View::of(reader.searcher(), Some(&view))?);
        self.opened.write().unwrap_or_else(PoisonError::into_inner).view = view;
        Ok(())
    }

    fn writer(&self) -> Result<MutexGuard<'_, Option<IndexWriter>>, IndexError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.is_none() {
            let options = IndexWriterOptions::builder()
                .num_worker_threads(1)
                .num_merge_threads(1)
                .memory_budget_per_thread(WRITER_BYTES)
                .build();
            *writer = Some(self.opened().index.writer_with_options(options)?);
        }
        Ok(writer)
    }

    /// How far the index is; `None` when it is empty.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn place(&self) -> Result<Option<IndexPosition>, IndexError> {
        Ok(self
            .opened()
            .index
            .load_metas()?
            .payload
            .as_deref()
            .and_then(|text| IndexPosition::read(text, E::ANALYSIS)))
    }

    /// Writes changes in the given order. They cannot be found before [`Self::commit`].
    ///
    /// # Errors
    /// When it cannot be written to.
    pub fn write(&self, changes: &[IndexChange<E>]) -> Result<(), IndexError> {
        let guard = self.writer()?;
        let Some(writer) = guard.as_ref() else { return Ok(()) };
        for change in changes {
            let (tenant, id) = match change {
                IndexChange::Put(entry) => entry.identity(),
                IndexChange::Gone { tenant, id } => (tenant, *id),
            };
            writer.delete_term(Term::from_field_bytes(E::key_field(&self.fields), &E::key(tenant, id)));
            if let IndexChange::Put(entry) = change {
                writer.add_document(entry.document(&self.fields))?;
            }
        }
        Ok(())
    }

    /// Commits the written changes together with the position they reach, and lets searches see them. A crash of the
    /// process loses nothing committed; a power cut may.
    ///
    /// # Errors
    /// When it cannot be written to. The index then stays at its previous position.
    pub fn commit(&self, place: &IndexPosition) -> Result<(), IndexError> {
        if let Some(writer) = self.writer()?.as_mut() {
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&place.payload(E::ANALYSIS));
            prepared.commit()?;
        }
        self.reload()
    }

    /// Physically removes deleted data from the files. A file that a running search holds open is removed by the next
    /// commit or [`Self::rest`].
    ///
    /// # Errors
    /// When its files cannot be written.
    pub fn purge(&self) -> Result<(), IndexError> {
        // Running merges hold their segments, so they must end first.
        self.rest()?;
        let opened = self.opened();
        // Only their ids: holding a segment's description keeps its files.
        let soiled: Vec<_> = opened
            .index
            .searchable_segment_metas()?
            .iter()
            .filter(|meta| meta.num_deleted_docs() > 0)
            .map(SegmentMeta::id)
            .collect();
        if let Some(writer) = self.writer()?.as_mut() {
            if !soiled.is_empty() {
                writer.merge(&soiled).wait()?;
            }
            // Searchers hold files open, so they are released first.
            drop(opened);
            self.reload()?;
            writer.garbage_collect_files().wait()?;
        }
        Ok(())
    }

    /// Releases threads and memory until there is work again.
    ///
    /// # Errors
    /// When a merge failed. What was committed is kept.
    pub fn rest(&self) -> Result<(), IndexError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(writer) = writer else { return Ok(()) };
        writer.garbage_collect_files().wait()?;
        Ok(writer.wait_merging_threads()?)
    }

    /// Recovers from a failure: recreates the index if its files are gone or broken, else uses a new writer.
    ///
    /// # Errors
    /// When files cannot be created.
    pub fn mend(&self) -> Result<(), IndexError> {
        if Unhurried::at(&self.directory).and_then(tantivy::Index::open).is_err() {
            return self.begin_again();
        }
        drop(self.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
        Ok(())
    }

    /// Recreates the index empty. Searches find nothing until the rows are read again.
    ///
    /// # Errors
    /// When files cannot be created.
    pub fn begin_again(&self) -> Result<(), IndexError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        drop(writer.take());
        let opened = Opened::of(fresh::<E>(&self.directory)?)?;
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = opened;
        Ok(())
    }

    /// The view that searches see now. Holding it keeps its files, including those of data erased since.
    pub(crate) fn view(&self) -> Arc<View<E>> {
        Arc::clone(&self.opened().view)
    }
}

/// Whether the index is empty or was written with this version's analysis.
fn is_current<E: Indexed>(index: &tantivy::Index) -> bool {
    let payload = index.load_metas().ok().map(|metas| metas.payload);
    payload.is_some_and(|payload| {
        payload.is_none_or(|payload| IndexPosition::read(&payload, E::ANALYSIS).is_some())
    })
}

fn fresh<E: Indexed>(directory: &Path) -> Result<tantivy::Index, IndexError> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => std::fs::create_dir_all(directory)?,
    }
    let settings = tantivy::IndexSettings::default();
    Ok(tantivy::Index::create(Unhurried::at(directory)?, E::schema().0, settings)?)
}
