//! The search index. It is a cache of the read model's rows, which are the only source of truth, and may be lost at
//! any time.
//!
//! Another search engine would have to offer the same interface: report its position, take changes together with the
//! position they reach, physically remove erased data, and search.

mod best;
mod columns;
mod directory;
mod fields;
mod segment;
mod tally;
mod texts;
mod view;
mod vocabulary;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use domain::{PropertyId, TenantId};
use tantivy::indexer::IndexWriterOptions;
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, SegmentMeta, TantivyError, Term};

use crate::home::Home;
use crate::query::{IndexHits, Query};
use crate::relaxing::Missed;
use directory::Unhurried;
use fields::Fields;
pub use view::View;
pub use vocabulary::Vocabulary;

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
    fn read(payload: &str) -> Option<Self> {
        let (analysis, place) = payload.split_once(':')?;
        let (made, changed) = place.split_once(':').filter(|_| analysis == ANALYSIS)?;
        Some(Self { made: made.to_owned(), changed: changed.parse().ok()? })
    }

    fn payload(&self) -> String {
        format!("{ANALYSIS}:{}:{}", self.made, self.changed)
    }
}

/// A change to the index.
#[derive(Clone, Debug)]
pub enum IndexChange {
    /// Adds or replaces a listing on the market.
    Put(Box<Home>),
    /// Removes a listing from the index.
    Gone {
        /// Its tenant.
        tenant: TenantId,
        /// Its id.
        id: PropertyId,
    },
}

/// The version of how texts become words. Raise it when the same texts give other words, or a listing other texts: an
/// index of another version is recreated from the rows.
const ANALYSIS: &str = "3";

/// The smallest memory budget the engine accepts.
const WRITER_BYTES: usize = 15_000_000;

/// The search index in a directory.
pub struct Index {
    directory: PathBuf,
    fields: Fields,
    opened: RwLock<Opened>,
    /// Kept only while there is work, because it holds memory and threads.
    writer: Mutex<Option<IndexWriter>>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({})", self.directory.display())
    }
}

#[derive(Clone)]
struct Opened {
    index: tantivy::Index,
    reader: IndexReader,
    view: Arc<View>,
}

impl Opened {
    fn of(index: tantivy::Index) -> Result<Self, IndexError> {
        let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let view = Arc::new(View::of(reader.searcher(), None)?);
        Ok(Self { index, reader, view })
    }
}

impl Index {
    /// Opens the index in `directory`. An index that is missing, broken, of another schema or of another
    /// analysis is recreated empty.
    ///
    /// # Errors
    /// When files cannot be created.
    pub fn open(directory: &Path) -> Result<Self, IndexError> {
        let (schema, fields) = Fields::schema();
        let found = Unhurried::at(directory).and_then(Unhurried::whole_index);
        let found = found.ok().filter(|index| index.schema() == schema && is_current(index));
        let opened = match found.and_then(|index| Opened::of(index).ok()) {
            Some(opened) => opened,
            None => Opened::of(fresh(directory)?)?,
        };
        let directory = directory.to_owned();
        Ok(Self { directory, fields, opened: RwLock::new(opened), writer: Mutex::new(None) })
    }

    fn opened(&self) -> Opened {
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
        Ok(self.opened().index.load_metas()?.payload.as_deref().and_then(IndexPosition::read))
    }

    /// Writes changes in the given order. They cannot be found before [`Self::commit`].
    ///
    /// # Errors
    /// When it cannot be written to.
    pub fn write(&self, changes: &[IndexChange]) -> Result<(), IndexError> {
        let guard = self.writer()?;
        let Some(writer) = guard.as_ref() else { return Ok(()) };
        for change in changes {
            let (tenant, id) = match change {
                IndexChange::Put(home) => (&home.tenant, home.id),
                IndexChange::Gone { tenant, id } => (tenant, *id),
            };
            writer.delete_term(Term::from_field_bytes(self.fields.key, &fields::key(tenant, id)));
            if let IndexChange::Put(home) = change {
                writer.add_document(self.fields.document(home))?;
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
            prepared.set_payload(&place.payload());
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
        let opened = Opened::of(fresh(&self.directory)?)?;
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = opened;
        Ok(())
    }

    /// Searches the index.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn search(&self, query: &Query) -> Result<IndexHits, IndexError> {
        Ok(segment::search(&self.view(), &self.fields, query)?)
    }

    /// How many listings miss which of the conditions that may be left out.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub(crate) fn missed(&self, query: &Query, soft: u16) -> Result<HashMap<Missed, u64>, IndexError> {
        Ok(segment::missed(&self.view(), &self.fields, query, soft)?)
    }

    /// The view that searches see now. Holding it keeps its files, including those of data erased since.
    pub(crate) fn view(&self) -> Arc<View> {
        Arc::clone(&self.opened().view)
    }

    /// The localities and title words of the tenant's listings in `view`.
    pub(crate) fn vocabulary(&self, view: &View, tenant: &TenantId) -> Result<Vocabulary, IndexError> {
        Ok(Vocabulary::of(view, &self.fields, tenant)?)
    }
}

/// Whether the index is empty or was written with this version's analysis.
fn is_current(index: &tantivy::Index) -> bool {
    let payload = index.load_metas().ok().map(|metas| metas.payload);
    payload.is_some_and(|payload| payload.is_none_or(|payload| IndexPosition::read(&payload).is_some()))
}

fn fresh(directory: &Path) -> Result<tantivy::Index, IndexError> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => std::fs::create_dir_all(directory)?,
    }
    let settings = tantivy::IndexSettings::default();
    Ok(tantivy::Index::create(Unhurried::at(directory)?, Fields::schema().0, settings)?)
}
