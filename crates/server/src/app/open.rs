//! Opens an application from its settings.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bus::{Group, GroupHandle};
use domain::user::Role;
use domain::{Clock, Ids, Log, TenantId};
use files::Files;
use gateway::{ConnectionSettings, Door, DoorSettings, Hub, LimitSettings, Limits, LogLevels, Parts};
use http_kit::photos::Photos;
use http_kit::{
    AppContext, AppContextParts, BodyPatience, BreakerSettings, CircuitBreakers, DailyCounters, DailyLimits,
    Groups, Jobs, OutboxGroup, QuotaLimits, Quotas, Receiving, Routes, RoutesOf, Service, Task, Tenant,
    Tenants, Tokens,
};
use journal::{ActivityQueue, AggregateStore, Journal, OwnWrites, SqliteJournal};
use metrics_exporter_prometheus::PrometheusHandle;
use projection::ViewStore;
use projection::deliveries::{Outbox, OutboxWorker};
use supervisor::{Background, Supervisor};
use users::Users;

use super::groups::Starts;
use super::journal_files::open_journal;
use super::key_store::{self, Settled};
use super::monitor::Watched;
use super::months::Months;
use super::services::{self, Services};
use super::tasks::{BackgroundTasks, Tasks};
use super::watch::Watch;
use super::{App, key_files, lock, mail, sign_ins};
use crate::settings::{self, Settings};
use crate::{backup, open_files};

/// Open files that are no connections: the journal, read models, the search index, uploads.
const OTHER_FILES: u64 = 96;

/// What is needed besides the settings.
#[derive(Debug)]
pub struct Opening {
    /// The clock that everything uses.
    pub clock: Clock,
    /// The process's metrics.
    pub prometheus: PrometheusHandle,
    /// The address used in e-mails and on the start-up line.
    pub public_url: String,
    /// Supervises the tasks and threads.
    pub supervisor: Supervisor,
    /// The levels of the loggers.
    pub log_levels: LogLevels,
}

impl App {
    /// Opens the data directory exclusively, and starts everything except the sockets.
    ///
    /// # Errors
    /// When another process holds the directory, a key does not fit, or a file cannot be opened.
    pub async fn open(settings: &Settings, opening: Opening) -> anyhow::Result<Self> {
        let Opening { clock, prometheus, public_url, supervisor, log_levels } = opening;
        let data_dir = &settings.data_dir;
        let lock = lock(data_dir)?;
        let door = Door::public(door(settings))?;
        let journal = Arc::new(open_journal(settings, &clock, &supervisor)?);
        let (context, settled) = context(settings, &journal, clock, supervisor).await?;
        let Services { all, users, search, files } =
            services::open(settings, &context, &public_url, &prometheus).await?;
        let Opened { views, outboxes, tasks, routes } = Opened::of(all);
        let again = settled.made_again;
        let (runners, groups) = Starts { context: &context, settings, again }.groups(&views).await?;
        settled.done(context.aggregates.keys()).context("the key store")?;
        let (deliveries, workers) = outside(outboxes);
        backup::settle(data_dir, &deliveries).await.context("what is left to do of a restore")?;
        // There are no uploads yet, so bytes without an event were left by a crash.
        files.sweep().await.context("the files service")?;
        let mounted = mount(routes, &groups)?;
        let backups = backups(settings, (&context, &journal), (&users, &files), &views);
        let backup = backups.source.clone();
        let hub = Hub::new(context.aggregates.clone()).await?;
        let limits = Arc::new(Limits::new(settings.limits, context.aggregates.clock()));
        let watch = Watch::over(&Watched {
            settings,
            context: &context,
            journal: &journal,
            users: &users,
            views: &views,
            groups: &groups,
            limits: &limits,
            prometheus: &prometheus,
        })
        .await;
        let doors = gateway::doors(Parts {
            context: context.clone(),
            services: mounted.router.merge(crate::api_docs::router()).merge(backup::http::router(backups)),
            limits_of_routes: mounted.limits.into_iter().collect(),
            changing_reads: mounted.changing_reads,
            groups: groups.clone(),
            views: views.clone(),
            deliveries: deliveries.clone(),
            hub: Arc::clone(&hub),
            limits,
            receiving: receiving(settings),
            origins: settings.cors.origins.clone(),
            https: public_url.starts_with("https://"),
            body_limit: usize::try_from(settings.server.body_limit_kib)? * 1024,
            prometheus,
            looks: watch.looks.clone(),
            counts: mounted.counts,
            log_levels,
            environment: settings.environment.clone(),
        });
        let months = Months::of(&journal, context.aggregates.clock(), settings.journal.seal_after_days);
        let work = BackgroundTasks { runners, workers, tasks, hub: Arc::clone(&hub), months, watch };
        let tasks = Tasks::start(&context, work);
        let mut app = Self {
            context,
            users,
            search,
            groups,
            views,
            deliveries,
            backup,
            doors,
            journal,
            hub,
            tasks,
            door,
            addresses: mail::addresses(settings, &public_url),
            secure_cookies: public_url.starts_with("https://"),
            mailbox: settings.mail.show_codes,
            demo: false,
            providers: sign_ins::buttons(settings),
            data_dir: data_dir.clone(),
            _lock: lock,
        };
        app.first_admin(settings).await?;
        app.tasks.provoke(&app.context, &settings.faults);
        Ok(app)
    }

    /// Creates the administrator named in the settings, unless an account has that e-mail.
    async fn first_admin(&self, settings: &Settings) -> anyhow::Result<()> {
        if let (Some(email), Some(password)) = (&settings.admin_email, &settings.admin_password) {
            let made = self.users.create_admin(self.tenant(), email, "admin", password.reveal()).await;
            made.context("the administrator of the settings cannot be made")?;
        }
        Ok(())
    }
}

/// Everything the services provide, grouped by kind.
#[derive(Default)]
struct Opened {
    views: Vec<(Group, ViewStore)>,
    outboxes: Vec<OutboxGroup>,
    tasks: Vec<Task>,
    routes: Vec<RoutesOf>,
}

impl Opened {
    fn of(services: Vec<Service>) -> Self {
        let mut opened = Self::default();
        for service in services {
            tracing::debug!(service = service.name, port = service.port, "opened");
            opened.views.extend(service.read_models.into_iter().map(|model| (model.group, model.store)));
            opened.outboxes.extend(service.outboxes);
            opened.tasks.extend(service.tasks);
            opened.routes.push(service.routes);
        }
        opened
    }
}

/// Merges the operations of all services, over running groups, into one router.
fn mount(routes: Vec<RoutesOf>, groups: &[GroupHandle]) -> anyhow::Result<Routes> {
    let groups = Groups::of(groups);
    let mut all = Routes::new(axum::Router::new());
    for routes in routes {
        let Routes { router, limits, changing_reads, export, answers_exports, counts } = routes(&groups)?;
        all.router = all.router.merge(router);
        all.limits.extend(limits);
        all.changing_reads.extend(changing_reads);
        all.export.extend(export);
        all.counts.extend(counts);
        all.answers_exports = all.answers_exports.or(answers_exports);
    }
    if let Some(exports) = &all.answers_exports {
        exports.tell(std::mem::take(&mut all.export));
    }
    Ok(all)
}

type NamedCourier = (&'static str, OutboxWorker);

/// The outbox of each group, and the worker that carries out its deliveries.
fn outside(outboxes: Vec<OutboxGroup>) -> (Vec<(&'static str, Outbox)>, Vec<NamedCourier>) {
    outboxes
        .into_iter()
        .map(|OutboxGroup { group, outbox, worker }| ((group, outbox), (group, worker)))
        .unzip()
}

fn backups(
    settings: &Settings,
    (context, journal): (&AppContext, &Arc<SqliteJournal>),
    (users, files): (&Users, &Files),
    views: &[(bus::Group, projection::ViewStore)],
) -> backup::http::Backups {
    let source = backup::Source {
        context: context.clone(),
        journal: Arc::clone(journal),
        users: users.clone(),
        files: files.clone(),
        views: views.to_vec(),
        data_dir: settings.data_dir.clone(),
    };
    let places = settings.backup.directory.clone().zip(settings.backup.keys_directory.clone());
    backup::http::Backups { source, places }
}

async fn context(
    settings: &Settings,
    journal: &Arc<SqliteJournal>,
    clock: Clock,
    supervisor: Supervisor,
) -> anyhow::Result<(AppContext, Settled)> {
    let keys = settings.data_dir.join("keys");
    journal::make_directory(&keys).with_context(|| format!("{} cannot be made", keys.display()))?;
    let signing = key_files::signing(settings.jwt_key_file.as_deref(), &keys)?;
    let ring = Arc::new(key_store::open_store(settings, &keys)?);
    let settled = key_store::settle(journal, &ring).await?;
    let tokens =
        Tokens::new(&signing, clock.clone(), settings.sessions.access_seconds).context("the token key")?;
    let tokens = Arc::new(tokens);
    let journal: Arc<dyn Journal> = journal.clone();
    let heads = [journal.head(Log::Facts).await?, journal.head(Log::Activity).await?];
    let breakers = CircuitBreakers::new(breaker(&settings.channels), clock.clone());
    let aggregates = AggregateStore::new(journal, ring, clock, Ids);
    aggregates.go_on().await?;
    let seen = Arc::new(OwnWrites::new(heads));
    let every = Duration::from_millis(settings.activity.flush_ms.into());
    let activity = ActivityQueue::new(aggregates.clone(), Arc::clone(&seen), every, settings.activity.queue);
    let daily = daily(&settings.limits, &tokens);
    let parts = AppContextParts {
        breakers,
        daily,
        aggregates,
        tokens,
        seen,
        activity: Arc::new(activity),
        await_activity: settings.activity.await_activity,
        tenants: Arc::new(tenants(settings)?),
        wait: Duration::from_millis(settings.reads.wait_ms.into()),
        quotas: if settings.limits.enabled { quotas(&settings.quotas) } else { Quotas::default() },
        jobs: Jobs::supervised(supervisor, Background::start().context("the background threads")?),
        photos: Photos::at(&settings.assets.base_url),
        api_keys: http_kit::ApiKeys::default(),
    };
    Ok((AppContext::from(parts), settled))
}

fn tenants(settings: &Settings) -> anyhow::Result<Tenants> {
    let read = |(name, tenant): (&String, &settings::Tenant)| {
        let id = TenantId::parse(name).with_context(|| format!("{name} is no name for a tenant"))?;
        let city = tenant.city.clone();
        let hosts = tenant.hosts.clone();
        let (moderation, hold_unconfirmed) = (tenant.moderation, tenant.hold_unconfirmed);
        Ok(Tenant { id, city, hosts, moderation, hold_unconfirmed })
    };
    let mut all = settings.tenants.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let default = all.iter().position(|tenant| tenant.id.as_str() == settings.tenancy.default);
    let default = all.swap_remove(default.context("the default tenant is not among the tenants")?);
    Ok(Tenants::new(default, all))
}

fn quotas(settings: &settings::Quotas) -> Quotas {
    let allowed = |quota: &settings::Quota| QuotaLimits {
        homes: quota.homes,
        files: quota.files,
        file_bytes: quota.files_mib.saturating_mul(1 << 20),
        saved_searches: quota.saved_searches,
    };
    let by_role = [
        (Role::User, &settings.user),
        (Role::Seller, &settings.seller),
        (Role::Agent, &settings.agent),
        (Role::Builder, &settings.builder),
        (Role::Moderator, &settings.moderator),
        (Role::Support, &settings.support),
    ];
    Quotas::new(by_role.map(|(role, quota)| (role, allowed(quota))), allowed(&settings.unconfirmed))
}

/// When a mail server, SMS provider or sign-in provider is left alone.
fn breaker(settings: &settings::Channels) -> BreakerSettings {
    let open_for = Duration::from_secs(settings.rest_seconds.get().into());
    BreakerSettings { failures: settings.failures.get(), open_for }
}

/// Daily limits. They are off when all limits are off.
fn daily(settings: &LimitSettings, tokens: &Tokens) -> DailyCounters {
    if !settings.enabled {
        return DailyCounters::default();
    }
    let limits = DailyLimits {
        contacts_per_person: settings.contacts_per_person_and_day,
        contacts_per_network: settings.contacts_per_network_and_day,
        unusual_contacts: settings.unusual_contacts_a_day,
        enquiries_per_person: settings.enquiries_per_person_and_day,
        letters_again: settings.letters_again_a_day,
        taken_per_network: settings.taken_names_per_network_and_day,
    };
    DailyCounters::new(limits, Arc::clone(tokens.monotonic_clock()))
}

fn door(settings: &Settings) -> DoorSettings {
    let server = &settings.server;
    DoorSettings {
        trusted_proxies: server.trusted_proxies.clone(),
        proxy_protocol: server.proxy_protocol,
        tls: server.tls.certificate_file.clone().zip(server.tls.key_file.clone()),
        connections: within_open_files(settings.connections),
    }
}

/// Every connection is an open file, and so are journal, read models and uploads. They keep a quarter of what the machine
/// allows.
fn within_open_files(asked: ConnectionSettings) -> ConnectionSettings {
    let Some(files) = open_files::limit() else { return asked };
    let room = files.saturating_sub((files / 4).max(OTHER_FILES)).max(1);
    let most =
        u32::try_from(room).ok().and_then(NonZeroU32::new).map_or(asked.most, |room| room.min(asked.most));
    if most < asked.most {
        tracing::warn!(
            files,
            connections = most,
            "this machine allows so few open files that there are fewer connections than connections.most; raise \
             LimitNOFILE or the hard limit of ulimit -n"
        );
    }
    ConnectionSettings { most, ..asked }
}

fn receiving(settings: &Settings) -> Receiving {
    let seconds = |number: NonZeroU32| Duration::from_secs(number.get().into());
    let connections = &settings.connections;
    let patience = BodyPatience {
        pause: seconds(connections.body_pause_seconds),
        whole: seconds(connections.request_seconds),
        bytes_per_second: connections.body_bytes_per_second,
    };
    Receiving::at(settings.limits.enabled.then_some(settings.limits.received_mib_per_second), patience)
}
