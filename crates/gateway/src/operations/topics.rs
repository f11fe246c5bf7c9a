//! The topics: which events each one carries, its key, and who writes and reads it. In this process a topic is a view
//! of the two logs; `docs/asyncapi.yaml` describes the same topics for Kafka.

/// A topic.
#[derive(Debug)]
pub struct Topic {
    /// Its name.
    pub name: &'static str,
    /// The number of partitions it has on Kafka. Each log of this process is one partition.
    pub partitions: u16,
    /// The partition key, which determines what stays in order.
    pub key: &'static str,
    /// Who writes to it.
    pub writers: &'static str,
    /// The consumer groups that read it.
    pub readers: &'static [&'static str],
    /// Whether it carries a message of this name.
    pub carries: fn(&str) -> bool,
}

/// Sign-ins, changes of permissions, views and actions of admins, exports, erasures, replays, dead letters.
const AUDITED: &[&str] = &[
    "USER_LOGIN",
    "USER_LOGOUT",
    "SESSION_REVOKED",
    "REFRESH_REUSED",
    "USER_ROLE_CHANGED",
    "USER_STATUS_CHANGED",
    "USER_DELETED",
];

/// All topics but those of dead letters and of people's own activity, which are derived.
pub const TOPICS: &[Topic] = &[
    Topic {
        name: "property-events",
        partitions: 3,
        key: "property id",
        writers: "properties",
        readers: &[
            "users-service-group",
            "properties-service-group",
            "search-index-group",
            "notification-service-group",
            "partner-service-group",
            "analytics-service-group",
            "market-service-group",
        ],
        carries: |message| {
            let prefixed = ["PROPERTY_", "LEAD_"].iter().any(|prefix| message.starts_with(prefix));
            (prefixed && message != "PROPERTY_SEARCHED")
                || ["CONTACT_REVEALED", "VIEWS_COUNTED"].contains(&message)
        },
    },
    Topic {
        name: "user-events",
        partitions: 3,
        key: "user id",
        writers: "users, notifications (preferences), history (hidden entries)",
        readers: &[
            "users-service-group",
            "properties-service-group",
            "search-index-group",
            "catalogue-service-group",
            "elasticsearch-sync",
            "files-service-group",
            "notification-service-group",
            "erasure-service-group",
            "partner-service-group",
            "analytics-service-group",
            "market-service-group",
        ],
        carries: |message| {
            let prefixes = ["USER_", "SESSION_", "PASSWORD_", "REFRESH_", "HISTORY_", "REGISTRATION_"];
            prefixes.iter().any(|prefix| message.starts_with(prefix))
        },
    },
    Topic {
        name: "search-events",
        partitions: 2,
        key: "user id",
        writers: "search",
        readers: &["search-index-group", "search-history-group", "analytics-service-group"],
        carries: |message| {
            message == "PROPERTY_SEARCHED"
                || message.starts_with("SEARCH_")
                || message.starts_with("SAVED_SEARCH_")
        },
    },
    Topic {
        name: "product-events",
        partitions: 3,
        key: "product id",
        writers: "catalogue",
        readers: &[
            "catalogue-service-group",
            "elasticsearch-sync",
            "partner-service-group",
            "analytics-service-group",
        ],
        carries: |message| message.starts_with("Product") || message.starts_with("PRODUCT_"),
    },
    Topic {
        name: "notification-events",
        partitions: 2,
        key: "user id",
        writers: "notifications, and every service that asks for one",
        readers: &["notification-service-group", "analytics-service-group"],
        carries: |message| message.starts_with("NOTIFICATION_") || message.starts_with("notification."),
    },
    Topic {
        name: "audit-events",
        partitions: 1,
        key: "tenant",
        writers: "all",
        readers: &["analytics-service-group"],
        carries: |message| {
            let prefixes = [
                "PERSONAL_DATA_",
                "DEAD_LETTER_",
                "CONSUMER_PAUSED",
                "CONSUMER_RESUMED",
                "LOG_LEVEL_",
                "REPLAY_",
                "OPTIMIZE_",
                "BACKUP_",
                "IMPORT_",
                "UNUSUAL_",
            ];
            AUDITED.contains(&message) || prefixes.iter().any(|prefix| message.starts_with(prefix))
        },
    },
    Topic {
        name: "file-events",
        partitions: 2,
        key: "file id",
        writers: "files",
        readers: &["files-service-group", "properties-service-group", "analytics-service-group"],
        carries: |message| message.starts_with("FILE_"),
    },
    Topic {
        name: "partner-events",
        partitions: 1,
        key: "tenant",
        writers: "partners",
        readers: &["partner-service-group", "analytics-service-group"],
        carries: |message| message.starts_with("WEBHOOK_") || message.starts_with("API_KEY_"),
    },
    Topic {
        name: "system-events",
        partitions: 1,
        key: "consumer group",
        writers: "all",
        readers: &["analytics-service-group"],
        carries: |message| {
            let prefixes = ["TASK_", "DISK_", "CONSUMER_STALLED", "CONSUMER_RECOVERED", "REPLAY_FINISHED"];
            prefixes.iter().any(|prefix| message.starts_with(prefix))
        },
    },
    Topic {
        name: "synthetic.load",
        partitions: 1,
        key: "batch",
        writers: "gateway (publish-batch)",
        readers: &[],
        carries: |message| message == "SYNTHETIC_LOAD",
    },
];
