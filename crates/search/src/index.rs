//! The index: a cache of the rows of the read model, which alone are the truth. It can be lost at any time.
//!
//! Its interface is what another engine would have to offer: where it stands, taking changes together with the place
//! behind them, making away with what was erased, and searching.

mod best;
mod columns;
mod directory;
mod fields;
mod segment;
mod tally;
mod texts;
mod view;
mod vocabulary;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use domain::{PropertyId, TenantId};
use tantivy::indexer::IndexWriterOptions;
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, SegmentMeta, TantivyError, Term};

use crate::home::Home;
use crate::query::{IndexHits, Query};
use directory::Unhurried;
use fields::Fields;
pub use view::View;
pub use vocabulary::Vocabulary;

/// The index does not answer.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The engine says so.
    #[error("the search index: {0}")]
    Engine(#[from] TantivyError),
    /// Its files cannot be made or deleted.
    #[error("the files of the search index: {0}")]
    Files(#[from] std::io::Error),
}

/// How far an index is: which read model it was made from, and the last changed row it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexPosition {
    /// The id of the file.
    pub made: String,
    /// See the column `changed`.
    pub changed: i64,
}

impl IndexPosition {
    fn read(payload: &str) -> Option<Self> {
        let (made, changed) = payload.split_once(':')?;
        Some(Self { made: made.to_owned(), changed: changed.parse().ok()? })
    }
}

impl std::fmt::Display for IndexPosition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.made, self.changed)
    }
}

/// A change of the index.
#[derive(Clone, Debug)]
pub enum IndexChange {
    /// A listing on the market is so now.
    Put(Box<Home>),
    /// A listing cannot be found any more.
    Gone {
        /// Whose.
        tenant: TenantId,
        /// Which.
        id: PropertyId,
    },
}

/// The smallest the engine works with.
const WRITER_BYTES: usize = 15_000_000;

/// The index in a directory.
pub struct Index {
    directory: PathBuf,
    fields: Fields,
    opened: RwLock<Opened>,
    /// Kept while there is work: it holds memory and threads.
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
    /// Opens the index in `directory`; one that is missing, broken or of another shape is made again, empty.
    ///
    /// # Errors
    /// When files cannot be made.
    pub fn open(directory: &Path) -> Result<Self, IndexError> {
        let (schema, fields) = Fields::schema();
        let found = Unhurried::at(directory).and_then(Unhurried::whole_index);
        let found = found.ok().filter(|index| index.schema() == schema);
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

    /// Lets searches see what is committed; those that have begun go on with what they see.
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

    /// How far it is; nothing when it is empty.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn place(&self) -> Result<Option<IndexPosition>, IndexError> {
        Ok(self.opened().index.load_metas()?.payload.as_deref().and_then(IndexPosition::read))
    }

    /// Takes changes, in their order. Not to be found before [`Self::commit`].
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

    /// Makes what was written stand together with the place behind it, and lets searches see it. A crash of the process
    /// takes nothing of it back; a power cut may.
    ///
    /// # Errors
    /// When it cannot be written to; then it is where it was.
    pub fn commit(&self, place: &IndexPosition) -> Result<(), IndexError> {
        if let Some(writer) = self.writer()?.as_mut() {
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&place.to_string());
            prepared.commit()?;
        }
        self.reload()
    }

    /// Makes away with everything that is deleted but still stands in a file. A file that a running search holds open
    /// goes with the next commit or [`Self::rest`].
    ///
    /// # Errors
    /// When its files cannot be written.
    pub fn purge(&self) -> Result<(), IndexError> {
        // Merges that are on their way hold their segments: they end first.
        self.rest()?;
        let opened = self.opened();
        // Only their ids: whoever holds a segment's description keeps its files.
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
            // Searchers hold files open: they let go first.
            drop(opened);
            self.reload()?;
            writer.garbage_collect_files().wait()?;
        }
        Ok(())
    }

    /// Lets go of threads and memory until there is work again.
    ///
    /// # Errors
    /// When a merge of files failed; what was committed stands.
    pub fn rest(&self) -> Result<(), IndexError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(writer) = writer else { return Ok(()) };
        writer.garbage_collect_files().wait()?;
        Ok(writer.wait_merging_threads()?)
    }

    /// After a failure: begins again when the files are gone or broken, else with another writer.
    ///
    /// # Errors
    /// When files cannot be made.
    pub fn mend(&self) -> Result<(), IndexError> {
        if Unhurried::at(&self.directory).and_then(tantivy::Index::open).is_err() {
            return self.begin_again();
        }
        drop(self.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
        Ok(())
    }

    /// Begins again, empty. Searches find nothing until the rows are read again.
    ///
    /// # Errors
    /// When files cannot be made.
    pub fn begin_again(&self) -> Result<(), IndexError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        drop(writer.take());
        let opened = Opened::of(fresh(&self.directory)?)?;
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = opened;
        Ok(())
    }

    /// Finds.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn search(&self, query: &Query) -> Result<IndexHits, IndexError> {
        Ok(segment::search(&self.view(), &self.fields, query)?)
    }

    /// What searches see now. Whoever keeps it keeps its files, also those of what was erased since.
    pub(crate) fn view(&self) -> Arc<View> {
        Arc::clone(&self.opened().view)
    }

    /// What the listings of `tenant` name in `view`.
    pub(crate) fn vocabulary(&self, view: &View, tenant: &TenantId) -> Result<Vocabulary, IndexError> {
        Ok(Vocabulary::of(view, &self.fields, tenant)?)
    }
}

fn fresh(directory: &Path) -> Result<tantivy::Index, IndexError> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => std::fs::create_dir_all(directory)?,
    }
    let settings = tantivy::IndexSettings::default();
    Ok(tantivy::Index::create(Unhurried::at(directory)?, Fields::schema().0, settings)?)
}
