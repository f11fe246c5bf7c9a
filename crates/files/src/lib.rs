//! The files service: photos of homes and documents of people.
//!
//! ```text
//! body -> parts -> sniffed -> images made anew -> bytes durable -> FILE_UPLOADED -> answer
//!                                                      FILE_DELETED, USER_DELETED -> delivery -> bytes gone
//! ```
//! The bytes are durable before the event that records them. A crash in between leaves bytes that no event refers to;
//! they are swept at the next start.
#![warn(missing_docs)]

mod body;
mod document;
mod exported;
mod http;
mod image_pool;
mod media;
mod optimize;
mod picture;
mod projection;
mod receive;
mod remover;
mod spool;
mod store;

use std::path::Path;
use std::sync::Arc;

use ::projection::deliveries::{self, Outbox, OutboxWorker};
use ::projection::{ViewError, ViewStore};
use axum::extract::FromRef;
use bus::{Group, GroupStatus};
use domain::FileId;
use domain::file::File;
use http_kit::docs::Listed;
use http_kit::export::ExportPart;
use http_kit::photos::PhotoIntake;
use http_kit::{
    AppContext, ConcurrencyLimiter, ConcurrencyLimits, Documentation, OutboxGroup, ReadModel, Routes, Service,
};
use tokio::sync::{Mutex, Notify, OwnedRwLockWriteGuard};

pub use store::StoreError;

use image_pool::ImagePool;
use projection::Projected;
use remover::Remover;
use spool::Spool;
use store::Store;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store of the bytes cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The read model cannot be opened.
    #[error("the files read model cannot be opened: {0}")]
    View(#[from] ViewError),
    /// The image threads cannot be started.
    #[error("the image threads cannot start: {0}")]
    Threads(#[from] std::io::Error),
}

/// The files service. Clones share everything.
#[derive(Clone, Debug)]
pub struct Files {
    context: AppContext,
    store: ViewStore,
    outbox: Outbox,
    bytes: Store,
    image_pool: ImagePool,
    spool: Spool,
    uploads: ConcurrencyLimiter,
    /// Held while a stored image is re-encoded: one at a time.
    optimizing: Arc<Mutex<()>>,
}

/// Shared handler state; cloning bumps one `Arc`.
#[derive(Clone, Debug)]
struct App(Arc<AppParts>);

impl std::ops::Deref for App {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

#[derive(Debug)]
struct AppParts {
    files: Files,
    status: GroupStatus,
}

impl FromRef<App> for AppContext {
    fn from_ref(app: &App) -> Self {
        app.files.context.clone()
    }
}

impl Files {
    /// Opens the bytes in `<data_dir>/files` and the read model in `<views_dir>/files.db`.
    ///
    /// # Errors
    /// When one of them cannot be opened.
    pub fn open(context: AppContext, data_dir: &Path, views_dir: &Path) -> Result<Self, OpenError> {
        let directory = data_dir.join("files");
        let bytes = Store::local(&directory)?;
        let spool = Spool::in_directory(&directory);
        let uploads = ConcurrencyLimiter::new("uploads", ConcurrencyLimits { of_one: 8, of_all: 64 });
        let wake = Arc::new(Notify::new());
        let projected = Projected::new(context.aggregates.clone(), Arc::clone(&wake));
        let tables = [deliveries::TABLES, include_str!("../migrations/0001_files.sql")].concat();
        let store = ViewStore::open(&views_dir.join("files.db"), &tables, Arc::new(projected))?;
        let outbox = Outbox::open(&store, wake)?;
        let image_pool = ImagePool::start(context.jobs.supervisor())?;
        Ok(Self { context, store, outbox, bytes, image_pool, spool, uploads, optimizing: Arc::default() })
    }

    /// The consumer group that maintains the read model.
    #[must_use]
    pub fn group() -> Group {
        projection::GROUP
    }

    /// The read model.
    #[must_use]
    pub fn store(&self) -> &ViewStore {
        &self.store
    }

    /// The outbox of the deliveries that remove bytes.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The outbox worker that removes the bytes of files that are gone.
    #[must_use]
    pub fn worker(&self, settings: deliveries::Settings) -> OutboxWorker {
        let aggregates = self.context.aggregates.clone();
        let clock = aggregates.clock().clone();
        let remover = Remover { aggregates, store: self.store.clone(), bytes: self.bytes.clone() };
        OutboxWorker::new(self.outbox.clone(), Arc::new(remover), clock, settings)
    }

    /// The service's API documentation.
    #[must_use]
    pub fn documentation() -> Documentation {
        let exported = vec![Listed::of::<document::Document<'static>>(exported::FILES)];
        Documentation { operations: http::routes().into_openapi(), exported }
    }

    /// The service.
    #[must_use]
    pub fn service(&self, workers: deliveries::Settings) -> Service {
        let files = self.clone();
        Service {
            name: "files",
            port: 8086,
            read_models: vec![ReadModel { group: Self::group(), store: self.store.clone() }],
            outboxes: vec![OutboxGroup {
                group: Self::group().name,
                outbox: self.outbox.clone(),
                worker: self.worker(workers),
            }],
            tasks: Vec::new(),
            routes: Box::new(move |groups| {
                let app = App(Arc::new(AppParts { files, status: groups.status(&Self::group())? }));
                let part: Arc<dyn ExportPart> = Arc::clone(&app.0) as _;
                let intake: Arc<dyn PhotoIntake> = Arc::clone(&app.0) as _;
                app.files.context.photos.taken_in_by(Arc::downgrade(&intake));
                Ok(Routes { export: vec![part], ..Routes::new(http::router(app)) })
            }),
        }
    }

    /// Prevents the removal of bytes until the guard is dropped: those of every file that the journal knows now stay.
    /// Blocks.
    #[must_use]
    pub fn keep_everything(&self) -> OwnedRwLockWriteGuard<()> {
        self.bytes.keep_everything()
    }

    /// Removes bytes that no event refers to: those of uploads that a crash interrupted. Call it before anybody
    /// uploads. Returns the number of files removed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        let mut swept = 0;
        for (tenant, file) in self.bytes.files().await? {
            if self.is_listed(tenant.as_str(), file).await {
                continue;
            }
            // The read model may be behind: the journal decides.
            match self.context.aggregates.load::<File>(&tenant, file).await {
                Ok((File(None), _)) => {}
                Ok((File(Some(known)), _)) if known.deleted => {}
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%file, %error, "bytes of a file that cannot be read are left where they are");
                    continue;
                }
            }
            self.bytes.remove(&tenant, file).await?;
            swept += 1;
        }
        if swept > 0 {
            tracing::info!(files = swept, "bytes of unfinished uploads were removed");
        }
        Ok(swept)
    }

    async fn is_listed(&self, tenant: &str, file: FileId) -> bool {
        let sql = "select 1 from files where id = $2 and tenant = $1 and gone = 0";
        let found = self.store.query(sql, vec![tenant.into(), file.to_string().into()]).await;
        found.is_ok_and(|rows| !rows.is_empty())
    }
}
