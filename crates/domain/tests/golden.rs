//! Every event ever written can always be read: there is one golden file per type and schema version. A changed
//! file is a broken promise; a new shape is a new version with a new file. `HYD_WRITE_GOLDEN=1` writes missing
//! files.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::activity::{
    ActivityEvent, CountedProductViews, CountedViews, ProductSnapshot, Snapshot, SyncedViews,
};
use domain::api_key::{ApiKeyEvent, ApiKeyGrant, ApiKeyScope};
use domain::area::{Area, AreaUnit};
use domain::audit::{AuditEvent, BackedUp, Imported, NearDuplicates, Optimized};
use domain::favourites::FavouritesEvent;
use domain::file::{self, FileEvent, Rendition, StoredBytes};
use domain::lead::{Enquiry, LeadEvent, LeadStatus, Purpose};
use domain::notification::{NotificationEvent, Variables};
use domain::preferences::{Channel, Choices, Kind, Language, PreferencesEvent, QuietHours};
use domain::product::{Currency, ProductContent, ProductEvent, ProductId, ProductStatus, StockChange};
use domain::property::Rooms;
use domain::property::content::{Contact, Coordinates, Location, Specifications};
use domain::property::details::{Details, PlotDetails, Project, SharedLiving, Terms};
use domain::property::kinds::{
    Approval, ForWhom, FurnishedStatus, ListingType, Meal, PlotUse, PossessionStatus, PreferredTenant,
    PropertyType, ReraStatus, TransactionType,
};
use domain::property::{Content, Image, PropertyEvent, Status};
use domain::report::{Cause, Complaint, ReportEvent};
use domain::saved_search::{Frequency, SavedSearchEvent, Wish};
use domain::session::SessionEvent;
use domain::synthetic::{SyntheticLoadEvent, SyntheticMessage};
use domain::system::SystemEvent;
use domain::user::{Account, Identity, IssuedToken, Profile, Role, UserEvent, UserStatus};
use domain::warning::{Guesses, WarningEvent};
use domain::webhook::{DisabledReason, Subscription, WebhookEvent};
use domain::{Erasable, EventKind, Paise, Personal, Timestamp, UserId, upcast};
use serde_json::Value;

fn id<K>(last: u8) -> domain::Id<K> {
    format!("0197c000-0000-7000-8000-0000000000{last:02x}").parse().unwrap()
}

fn said<T>(value: T) -> Erasable<T> {
    Erasable::of(id(1), value)
}

fn title() -> Erasable<String> {
    said("Corner plot in Mokila".into())
}

fn content() -> Content {
    Content {
        title: title(),
        description: Some(said("Open on two sides.".into())),
        price: Paise::from_paise(1_200_000_050),
        location: Location {
            area: said("Mokila".into()),
            address: Some(Personal::of(id(1), "Plot 7, Sample Road".into())),
            city: "Hyderabad".into(),
            state: Some("Telangana".into()),
            pincode: Some("501203".into()),
            coordinates: Some(said(Coordinates { lat: 17.44, lng: 78.19 })),
        },
        specifications: Specifications {
            property_type: PropertyType::Plot,
            plot_use: Some(PlotUse::Agricultural),
            listing_type: ListingType::Sale,
            transaction_type: Some(TransactionType::Resale),
            bedrooms: Some(Rooms::whole(0)),
            bathrooms: Some(0),
            area: Area::new(2.0, AreaUnit::Acre),
            parking_spaces: Some(1),
            floor_number: Some(0),
            total_floors: Some(1),
            age_of_property: Some(2),
            facing: Some("North East".into()),
            furnished_status: Some(FurnishedStatus::Unfurnished),
        },
        amenities: Some(said(vec!["Bore well".into()])),
        nearby_facilities: Some(said(vec!["Highway".into()])),
        details: Details::default(),
        contact: Some(Personal::of(
            id(1),
            Contact {
                name: Some("Sample Owner".into()),
                phone: Some("+919876543210".into()),
                email: Some("owner@example.com".into()),
            },
        )),
    }
}

/// A listing with every detail that only some kinds of listing have.
fn detailed() -> PropertyEvent {
    let date = |text: &str| domain::date::CalendarDate::from_text(text).ok();
    let details = Details {
        terms: Some(Terms {
            negotiable: Some(true),
            maintenance: Some(Paise::from_paise(350_000)),
            available_from: date("2026-12-15"),
            deposit: Some(Paise::from_paise(7_000_000)),
            lock_in_months: Some(11),
            preferred_tenants: vec![PreferredTenant::Family, PreferredTenant::Company],
            pets_allowed: Some(false),
        }),
        shared_living: Some(SharedLiving {
            sharing: vec![1, 3],
            meals: vec![Meal::Breakfast, Meal::Dinner],
            for_whom: Some(ForWhom::Women),
        }),
        plot: Some(PlotDetails {
            plot_length: Some(60.0),
            plot_width: Some(40.5),
            road_width: Some(30.0),
            corner_plot: Some(true),
            boundary_wall: Some(false),
        }),
        project: Some(Project {
            name: Some(said("Sample Meadows".into())),
            builder: Some(said("Sample Builders".into())),
            configurations: vec![Rooms::whole(2), Rooms::from_halves(5)],
            possession_status: Some(PossessionStatus::UnderConstruction),
            possession_date: date("2028-06"),
            rera_id: Some(said("SAMPLE-000".into())),
            rera_status: Some(ReraStatus::Registered),
            units: Some(240),
            towers: Some(4),
        }),
        approvals: vec![Approval::Hmda, Approval::Ghmc],
        gated_community: Some(true),
    };
    let plain = content();
    let bedrooms = Some(Rooms::from_halves(5));
    let specifications = Specifications { bedrooms, ..plain.specifications.clone() };
    PropertyEvent::Listed {
        property_id: id(2),
        owner_id: id(1),
        status: Status::Active,
        source_reference: None,
        awaits_confirmation: false,
        content: Content { specifications, details, ..plain },
    }
}

fn snapshot() -> Snapshot {
    Snapshot::of(id(1), "Corner plot in Mokila", Paise::from_paise(1_200_000_050), "Mokila")
}

fn properties() -> Vec<PropertyEvent> {
    let property_id = id(2);
    let source_reference = Some("sheet-7".into());
    vec![
        PropertyEvent::Listed {
            property_id,
            owner_id: id(1),
            status: Status::Active,
            source_reference,
            awaits_confirmation: false,
            content: content(),
        },
        PropertyEvent::Edited {
            property_id,
            changed: vec!["price".into()],
            previous_price: Some(Paise::from_paise(1_250_000_000)),
            marks_lost: false,
            content: content(),
        },
        PropertyEvent::StatusChanged {
            property_id,
            title: title(),
            from: Status::Active,
            to: Status::Sold,
            by_moderator: false,
        },
        PropertyEvent::Removed { property_id, title: title() },
        PropertyEvent::Featured { property_id, title: title(), featured: true },
        PropertyEvent::Verified { property_id, title: title(), verified: true },
        PropertyEvent::Approved { property_id, title: title() },
        PropertyEvent::Rejected {
            property_id,
            title: title(),
            reason: said("no photo of the land".into()),
            taken_down: false,
        },
        PropertyEvent::ImagesAdded {
            property_id,
            title: title(),
            added: vec![id(5)],
            marks_lost: false,
            images: vec![Image { file_id: id(4), primary: true }, Image { file_id: id(5), primary: false }],
        },
    ]
}

fn people() -> Vec<UserEvent> {
    let at = Timestamp::from_micros(1_700_000_000_000_000);
    let token = || IssuedToken { nonce: "nonce".into(), token_hash: "ab".repeat(32), expires_at: at };
    let profile = || {
        let text = |text: &str| Some(text.to_owned());
        let profile = Profile {
            first_name: "Sample".into(),
            last_name: "Person".into(),
            phone_number: text("+919876543210"),
            address: text("Plot 7, Sample Road"),
            city: text("Hyderabad"),
            state: text("Telangana"),
            pincode: text("500032"),
            date_of_birth: text("1990-05-31"),
            profile_image_url: text("https://example.com/me.webp"),
        };
        Personal::of(id(1), profile)
    };
    let account = Account { username: "sample".into(), email: "sample@example.com".into() };
    let password = || Personal::of(id(1), "$argon2id$sample".into());
    let subject_id: UserId = id(1);
    vec![
        UserEvent::Registered {
            user_id: subject_id,
            account: Personal::of(subject_id, account),
            profile: profile(),
            password_hash: password(),
            verification: token(),
        },
        UserEvent::Updated { changed: vec!["city".into()], profile: profile() },
        UserEvent::VerificationRequested { template: "verify-email".into(), verification: token() },
        UserEvent::EmailVerified {},
        UserEvent::PasswordResetRequested { reset: token() },
        UserEvent::PasswordChanged { password_hash: password() },
        UserEvent::RoleChanged { subject_id, from: Role::User, to: Role::Agent },
        UserEvent::StatusChanged { subject_id, from: UserStatus::Active, to: UserStatus::Suspended },
        UserEvent::PropertyCountChanged { subject_id, property_count: 3 },
        UserEvent::IdentityLinked {
            subject_id,
            provider: "sample".into(),
            identity: Personal::of(
                subject_id,
                Identity { issuer: "https://issuer.example".into(), subject: "248289761001".into() },
            ),
        },
        UserEvent::Deleted { subject_id },
    ]
}

fn activity() -> Vec<ActivityEvent> {
    let (property_id, owner_id) = (id(2), id(1));
    let filters =
        [("query", "villa"), ("city", "Hyderabad")].map(|(name, value)| (name.into(), value.into()));
    let filters = filters.into_iter().collect();
    vec![
        ActivityEvent::Viewed { property_id, snapshot: snapshot(), views: 2, counted: true },
        ActivityEvent::Shared { property_id, snapshot: snapshot() },
        ActivityEvent::ContactRevealed { property_id, snapshot: snapshot(), owner_id },
        ActivityEvent::Searched { filters: Personal::of(owner_id, filters), results_count: 7 },
        ActivityEvent::ViewsCounted { views: vec![CountedViews { property_id, views: 5, visitors: 3 }] },
        ActivityEvent::ProductViewed {
            product_id: ProductId::FIRST,
            snapshot: ProductSnapshot {
                sku: "WBH-001".into(),
                name: said("Headphones".into()),
                categories: vec!["Electronics".into(), "Audio".into()],
                price: Paise::from_paise(29_999),
            },
            views: 2,
            counted: true,
        },
        ActivityEvent::ProductViewsCounted {
            views: vec![CountedProductViews { product_id: ProductId::FIRST, views: 5, visitors: 3 }],
        },
        ActivityEvent::ProductViewsSynced {
            products: vec![SyncedViews { product_id: ProductId::FIRST, view_increment: 7, total_views: 40 }],
        },
    ]
}

fn products() -> Vec<ProductEvent> {
    let (product_id, sku, name) = (ProductId::FIRST, || "WBH-001".to_owned(), || said("Headphones".into()));
    let at = Timestamp::from_micros(1_700_000_000_000_000);
    let content = || ProductContent {
        name: name(),
        description: Some(said("They keep noise out.".into())),
        categories: vec!["Electronics".into(), "Audio".into()],
        price: Paise::from_paise(29_999),
        currency: Currency::Inr,
        sku: sku(),
        attributes: Some(said([("color".to_owned(), "black".to_owned())].into())),
        images: Some(said(vec!["https://example.com/front.jpg".into()])),
    };
    let previous = [("price".to_owned(), Value::from(349.5))].into_iter().collect();
    vec![
        ProductEvent::Created {
            product_id,
            content: content(),
            status: ProductStatus::Active,
            stock: Some(10),
            created_at: at,
            created_by: id(1),
        },
        ProductEvent::Updated {
            product_id,
            content: content(),
            status: ProductStatus::Active,
            changed_fields: vec!["price".into()],
            previous_values: said(previous),
            updated_at: at,
            updated_by: id(1),
        },
        ProductEvent::Deleted {
            product_id,
            sku: sku(),
            name: name(),
            deleted_at: at,
            deleted_by: id(1),
            reason: said("User requested deletion".into()),
        },
        ProductEvent::Purchased {
            product_id,
            sku: sku(),
            name: name(),
            categories: vec!["Electronics".into(), "Audio".into()],
            seller_id: id(1),
            user_id: id(5),
            order_id: "order-1".into(),
            quantity: 2,
            unit_price: Paise::from_paise(29_999),
            total_price: Paise::from_paise(59_998),
            currency: Currency::Inr,
            purchased_at: at,
        },
        ProductEvent::InventoryChanged {
            product_id,
            sku: sku(),
            previous_quantity: Some(10),
            new_quantity: Some(8),
            quantity_change: -2,
            change_reason: StockChange::Purchased,
            changed_at: at,
            changed_by: id(5),
        },
        ProductEvent::Reserved {
            product_id,
            name: name(),
            reservation_id: id(6),
            user_id: id(5),
            quantity: 1,
            expires_at: at,
        },
        ProductEvent::ReservationReleased { product_id, name: name(), reservation_id: id(6), user_id: id(5) },
    ]
}

fn others() -> (Vec<FavouritesEvent>, Vec<SessionEvent>, Vec<AuditEvent>) {
    let (property_id, session_id, subject_id) = (id(2), id(3), id(1));
    let group = || "history-service-group".to_owned();
    (
        vec![
            FavouritesEvent::Saved { property_id, snapshot: snapshot() },
            FavouritesEvent::Unsaved { property_id, snapshot: snapshot() },
        ],
        vec![
            SessionEvent::SignedIn { session_id, user_id: subject_id },
            SessionEvent::SignedOut { session_id },
            SessionEvent::Revoked { session_id, reason: "ended by the person".into() },
            SessionEvent::RefreshReused { session_id },
        ],
        vec![
            AuditEvent::LookedAt { subject_id, operation: "GET /api/users/{id}".into() },
            AuditEvent::LookedAtMany {
                subject_ids: vec![subject_id, id(4)],
                operation: "GET /api/users".into(),
            },
            AuditEvent::Exported { subject_id },
            AuditEvent::Erased { subject_id },
            AuditEvent::UnusualLooking { subject_id, contacts: 30 },
            AuditEvent::HistoryEntryHidden { activity_id: id::<()>(9).uuid() },
            AuditEvent::DeadLetterRedriven { group: group(), key: "hyderabad/property/7".into() },
            AuditEvent::DeadLetterDiscarded {
                group: group(),
                key: "hyderabad/property/2".into(),
                event_id: id::<()>(9).uuid(),
                reason: "written by a broken client".into(),
            },
            AuditEvent::ConsumerPaused { group: group() },
            AuditEvent::ConsumerResumed { group: group() },
            AuditEvent::LogLevelChanged { logger: "journal".into(), level: Some("DEBUG".into()) },
            AuditEvent::ReplayStarted { group: group() },
            AuditEvent::ReplayFinished { group: group(), events: 42, equal: None, differences: None },
            AuditEvent::ReplayFailed { group: group(), reason: "the disk is full".into() },
            AuditEvent::OptimizeStarted { all: false },
            AuditEvent::OptimizeFinished(optimized()),
            AuditEvent::OptimizeFailed { reason: "the disk is full".into() },
            AuditEvent::BackupStarted {},
            AuditEvent::BackupFinished(BackedUp {
                number: 3,
                facts: 900,
                activity: 7000,
                files: 41,
                bytes: 90_000,
            }),
            AuditEvent::BackupFailed { reason: "the disk is full".into() },
            AuditEvent::ImportStarted { check: true },
            AuditEvent::ImportFinished(imported()),
            AuditEvent::ImportFailed { reason: "the disk is full".into() },
        ],
    )
}

fn synthetic() -> SyntheticLoadEvent {
    SyntheticLoadEvent::Published(SyntheticMessage {
        batch_id: id::<()>(9).uuid(),
        number: 1,
        topic: "synthetic.product-events".into(),
        message_type: "ProductCreated".into(),
        requested_by: id(1),
    })
}

fn imported() -> Imported {
    Imported { check: false, rows: 15, created: 5, updated: 4, unchanged: 3, skipped: 2, rejected: 1 }
}

fn optimized() -> Optimized {
    let pair = NearDuplicates { first: id(4), second: id(5), distance: 3 };
    Optimized {
        images: 7,
        renewed: 2,
        lost: 1,
        bytes_before: 90_000,
        bytes_after: 99_000,
        near_duplicates: 1,
        pairs: vec![pair],
    }
}

fn leads() -> (Vec<LeadEvent>, Vec<ReportEvent>) {
    let (lead_id, property_id, owner_id, seeker_id) = (id(4), id(2), id(1), id(5));
    let contact = Contact {
        name: Some("Sample Seeker".into()),
        phone: Some("+919876543211".into()),
        email: Some("seeker@example.com".into()),
    };
    let enquiry = Enquiry {
        seeker_id,
        purpose: Purpose::Visit,
        seeker: Personal::of(seeker_id, contact),
        words: Some(Personal::of(seeker_id, "Is it still there?".into())),
        visit_at: Some(Timestamp::from_micros(1_700_000_000_000_000)),
    };
    // The earlier schema recorded only the note's author.
    let note = Some(Personal::of(owner_id, Personal::of(owner_id, "Comes on Sunday".into())));
    let from = LeadStatus::New;
    let to = LeadStatus::VisitPlanned;
    (
        vec![
            LeadEvent::Made { lead_id, property_id, snapshot: snapshot(), owner_id, enquiry },
            LeadEvent::Updated { lead_id, property_id, title: title(), from, to, note },
        ],
        vec![ReportEvent::Reported(Complaint {
            report_id: id(6),
            property_id,
            title: title(),
            reporter_id: seeker_id,
            cause: Cause::WrongInformation,
            details: Some(Personal::of(seeker_id, "The photos show another plot".into())),
        })],
    )
}

/// An event of each type, and one with the second shape of the type that has two.
fn files() -> (Vec<FileEvent>, FileEvent) {
    let (file_id, owner_id) = (id(4), id(1));
    let name = |name: &str| Some(Personal::of(id(1), name.to_owned()));
    let bytes = |key: &str, size| StoredBytes { key: key.into(), size, sha256: "ab".repeat(32) };
    let renditions =
        || vec![Rendition { width: 320, height: 213, bytes: bytes("0123456789abcdef.webp", 9_000) }];
    let image =
        file::FileContent::Image { look: "00ff3c7e8181c3e7".into(), renditions: renditions(), edition: None };
    let anew = file::FileContent::Image {
        look: "00ff3c7e8181c3e7".into(),
        renditions: renditions(),
        edition: Some(1),
    };
    let document = file::FileContent::Document { bytes: bytes("fedcba9876543210.pdf", 40_000) };
    let events = vec![
        FileEvent::Uploaded { file_id, owner_id, name: name("front door.jpg"), content: image },
        FileEvent::Optimized { file_id, content: anew },
        FileEvent::Deleted { file_id },
    ];
    (events, FileEvent::Uploaded { file_id, owner_id, name: name("sale deed.pdf"), content: document })
}

fn system() -> Vec<SystemEvent> {
    let group = || "history-service-group".to_owned();
    let reason = Some("the read model is unavailable".into());
    vec![
        SystemEvent::ConsumerStalled { group: group(), lag_events: 7, lag_seconds: 12, reason },
        SystemEvent::ConsumerRecovered { group: group() },
        SystemEvent::TaskFailed { task: "realtime-hub".into(), panics: 3 },
        SystemEvent::TaskRecovered { task: "realtime-hub".into() },
        SystemEvent::DiskFilling { free_bytes: 1_000_000_000, total_bytes: 20_000_000_000 },
        SystemEvent::DiskRecovered { free_bytes: 9_000_000_000, total_bytes: 20_000_000_000 },
    ]
}

fn notifications() -> (Vec<NotificationEvent>, Vec<NotificationEvent>) {
    let variables = Variables::from([("title".into(), "Corner plot in Mokila".into())]);
    let requested = NotificationEvent::Requested {
        notification_id: id(4),
        subject_id: Some(id(1)),
        channel: Channel::Sms,
        template: Kind::PropertyAlert,
        address: Some(Personal::of(id(1), "+919876543210".into())),
        variables: Personal::of(id(1), variables),
    };
    (vec![requested], vec![NotificationEvent::Read {}, NotificationEvent::Deleted {}])
}

fn preferences() -> Vec<PreferencesEvent> {
    let time = |text: &str| text.parse().unwrap();
    let choices = Choices {
        language: Language::En,
        quiet_hours: Some(QuietHours { from: time("22:00"), to: time("07:30") }),
        off: [(Kind::Lead, Channel::Sms)].into(),
    };
    vec![PreferencesEvent::Chosen { choices }]
}

fn saved_searches() -> Vec<SavedSearchEvent> {
    let (saved_search_id, owner_id) = (id(7), id(1));
    let filters =
        [("location", "Kondapur"), ("bedrooms", "3")].map(|(name, value)| (name.into(), value.into()));
    let wish = |frequency| Wish {
        name: Personal::of(owner_id, "A flat for us".into()),
        filters: Personal::of(owner_id, filters.clone().into_iter().collect()),
        channels: [Channel::Email, Channel::InApp].into(),
        frequency,
        enabled: true,
    };
    vec![
        SavedSearchEvent::Saved { saved_search_id, owner_id, wish: wish(Frequency::Instant) },
        SavedSearchEvent::Changed { saved_search_id, owner_id, wish: wish(Frequency::Weekly) },
        SavedSearchEvent::Deleted { saved_search_id, owner_id },
    ]
}

fn partners() -> (Vec<WebhookEvent>, Vec<ApiKeyEvent>) {
    let (webhook_id, api_key_id, created_by) = (id(8), id(9), id(1));
    let previous_until = Timestamp::from_micros(1_700_000_000_000_000);
    let subscription = |description: Option<&str>| Subscription {
        url: "https://partner.example/hook".into(),
        events: ["PROPERTY_CREATED".to_owned()].into(),
        description: description.map(str::to_owned),
    };
    let grant = ApiKeyGrant {
        name: "Their shop".into(),
        scopes: [ApiKeyScope::ListingsRead, ApiKeyScope::ProductsWrite].into(),
        expires_at: Some(previous_until),
        requests_per_minute: 60,
    };
    let secret_nonce = || "nonce".to_owned();
    let webhooks = vec![
        WebhookEvent::Created {
            webhook_id,
            created_by,
            subscription: subscription(Some("Their shop")),
            secret_nonce: secret_nonce(),
        },
        WebhookEvent::Changed { webhook_id, subscription: subscription(None) },
        WebhookEvent::Deleted { webhook_id },
        WebhookEvent::SecretRotated { webhook_id, secret_nonce: secret_nonce(), previous_until },
        WebhookEvent::Disabled { webhook_id, reason: DisabledReason::Gone },
        WebhookEvent::Enabled { webhook_id },
        WebhookEvent::Tested { webhook_id },
    ];
    let keys = vec![
        ApiKeyEvent::Created { api_key_id, created_by, grant, secret_sha256: "ab".repeat(32) },
        ApiKeyEvent::Revoked { api_key_id },
    ];
    (webhooks, keys)
}

fn warnings() -> Vec<WarningEvent> {
    let since = Timestamp::from_micros(1_700_000_000_000_000);
    vec![
        WarningEvent::Guessing { subject_id: id(1), guesses: Guesses { tries: 10, networks: 2, since } },
        WarningEvent::Registration { subject_id: id(1) },
    ]
}

fn golden(event_type: &str, version: u16) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{event_type}.v{version}.json"))
}

/// Compares the current shape with its golden file, and reads the file back.
fn check<E: EventKind + PartialEq + std::fmt::Debug>(events: &[E], covered: &mut BTreeSet<String>) {
    check_in("", events, covered);
}

/// Like [`check`], for a stream kind that shares an event name with another one, or another form of an event. File
/// names start with `stream`.
fn check_in<E: EventKind + PartialEq + std::fmt::Debug>(
    stream: &str,
    events: &[E],
    covered: &mut BTreeSet<String>,
) {
    for event in events {
        let written = serde_json::to_value(event).unwrap();
        let event_type = format!("{stream}{}", written["eventType"].as_str().unwrap());
        let file = golden(&event_type, E::SCHEMA_VERSION);
        if !file.exists() && std::env::var_os("HYD_WRITE_GOLDEN").is_some() {
            std::fs::write(&file, format!("{written:#}\n")).unwrap();
        }
        let text = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{} is missing", file.display()));
        let kept: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(written, kept, "{event_type} is written in another shape than its golden file");
        assert_eq!(*event, serde_json::from_value(kept).unwrap(), "{event_type} is read as something else");
        covered.insert(format!("{event_type}.v{}.json", E::SCHEMA_VERSION));
        for version in 1..E::SCHEMA_VERSION {
            let Ok(text) = std::fs::read_to_string(golden(&event_type, version)) else { continue };
            let mut kept: Value = serde_json::from_str(&text).unwrap();
            let name = event_type.rsplit('.').next().unwrap();
            kept["eventData"] = upcast::upcast(upcast::STEPS, name, version, kept["eventData"].take());
            let read: E = serde_json::from_value(kept).unwrap();
            assert_eq!(*event, read, "{event_type} of schema {version} is read as something else");
            covered.insert(format!("{event_type}.v{version}.json"));
        }
    }
}

#[test]
fn rule_21_every_event_reads_for_ever() {
    let mut covered = BTreeSet::new();
    check(&properties(), &mut covered);
    check(&products(), &mut covered);
    check_in("detailed.", &[detailed()], &mut covered);
    check(&people(), &mut covered);
    check(&activity(), &mut covered);
    let (favourites, sessions, audit) = others();
    check(&favourites, &mut covered);
    check(&sessions, &mut covered);
    check(&audit, &mut covered);
    check(&system(), &mut covered);
    let (leads, reports) = leads();
    check(&leads, &mut covered);
    check(&reports, &mut covered);
    let (files, document) = files();
    check(&files, &mut covered);
    let written = serde_json::to_value(&document).unwrap();
    assert_eq!(written["eventData"]["content"]["kind"], "DOCUMENT");
    assert_eq!(document, serde_json::from_value(written).unwrap());
    let (requested, others) = notifications();
    check_in("notification.", &requested, &mut covered);
    check(&others, &mut covered);
    check(&preferences(), &mut covered);
    check(&saved_searches(), &mut covered);
    check(&warnings(), &mut covered);
    check(&[synthetic()], &mut covered);
    let (webhooks, keys) = partners();
    check(&webhooks, &mut covered);
    check(&keys, &mut covered);
    let directory = std::fs::read_dir(golden("x", 1).parent().unwrap()).unwrap();
    let files: BTreeSet<String> = directory.map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, covered, "a golden file without an event, or an event without one");
}

#[test]
fn h07_what_a_payload_says_it_is_makes_nothing_of_it() {
    let text = std::fs::read_to_string(golden("PROPERTY_DELETED", PropertyEvent::SCHEMA_VERSION)).unwrap();
    let plain: PropertyEvent = serde_json::from_str(&text).unwrap();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    for name in ["@class", "@type", "__type", "type"] {
        value[name] = "java.lang.ProcessBuilder".into();
        value["eventData"][name] = "java.lang.ProcessBuilder".into();
    }
    let loaded: PropertyEvent = serde_json::from_value(value).unwrap();
    assert_eq!(serde_json::to_value(&loaded).unwrap(), serde_json::to_value(&plain).unwrap());
    let unknown = r#"{"eventType":"java.lang.ProcessBuilder","eventData":{"command":["true"]}}"#;
    assert!(serde_json::from_str::<PropertyEvent>(unknown).is_err());
}

#[test]
fn h17_a_payload_of_another_shape_is_an_error_and_not_a_guess() {
    for bad in [
        r#"{"eventType":"PROPERTY_DELETED","eventData":{"propertyId":"7","title":{"$erased":true}}}"#,
        r#"{"eventType":"PROPERTY_EXPLODED","eventData":{}}"#,
        r#"{"@class":"java.lang.Runtime"}"#,
    ] {
        assert!(serde_json::from_str::<PropertyEvent>(bad).is_err(), "{bad}");
    }
}

#[test]
fn readers_tolerate_members_they_do_not_know() {
    let text = std::fs::read_to_string(golden("PROPERTY_DELETED", PropertyEvent::SCHEMA_VERSION)).unwrap();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    value["eventData"]["addedLater"] = true.into();
    assert!(serde_json::from_value::<PropertyEvent>(value).is_ok());
}
