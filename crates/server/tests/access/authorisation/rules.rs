//! What the `who` column means for every caller, and the exceptions with their reasons.

use crate::rows::Row;

/// The caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Anonymous,
    /// A signed-in person who owns nothing.
    User,
    /// The owner of the requested thing.
    Owner,
    /// The owner of another thing of the same kind.
    Other,
    Seller,
    Support,
    Moderator,
    Admin,
    Service,
}

impl Who {
    pub const ALL: [Self; 9] = [
        Self::Anonymous,
        Self::User,
        Self::Owner,
        Self::Other,
        Self::Seller,
        Self::Support,
        Self::Moderator,
        Self::Admin,
        Self::Service,
    ];
}

/// A status that does not follow from the `who` column and the success status.
pub struct Exception {
    pub row: &'static str,
    pub who: &'static [Who],
    pub status: u16,
    pub reason: &'static str,
}

/// Every signed-in caller except the owner and admins.
const NOT_THEIRS: &[Who] = &[Who::User, Who::Other, Who::Seller, Who::Support, Who::Moderator];

pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        row: "DELETE /api/auth/sessions/{id}",
        who: &[Who::Other],
        status: 404,
        reason: "one's own sessions only: whether another's session exists is not told",
    },
    Exception {
        row: "PATCH /api/leads/{id}",
        who: NOT_THEIRS,
        status: 404,
        reason: "which ids there are is told to nobody else",
    },
    Exception {
        row: "PUT /api/search/saved/{id}",
        who: NOT_THEIRS,
        status: 404,
        reason: "which ids there are is told to nobody else",
    },
    Exception {
        row: "DELETE /api/search/saved/{id}",
        who: NOT_THEIRS,
        status: 404,
        reason: "which ids there are is told to nobody else",
    },
    Exception {
        row: "PUT /api/notifications/{id}/read",
        who: NOT_THEIRS,
        status: 404,
        reason: "which ids there are is told to nobody else",
    },
    Exception {
        row: "DELETE /api/notifications/{id}",
        who: NOT_THEIRS,
        status: 404,
        reason: "which ids there are is told to nobody else",
    },
    Exception {
        row: "GET /api/jobs/{id}",
        who: &[Who::User, Who::Owner, Who::Other, Who::Seller, Who::Support, Who::Moderator],
        status: 404,
        reason: "which ids there are is told to nobody else",
    },
    Exception {
        row: "GET /api/jobs/{id}/report",
        who: &[Who::User, Who::Other, Who::Seller, Who::Support, Who::Moderator, Who::Admin],
        status: 404,
        reason: "it holds words of the person who imported, and is theirs alone",
    },
    Exception {
        row: "POST /api/files/optimize",
        who: &[Who::User, Who::Other, Who::Seller, Who::Support, Who::Moderator],
        status: 202,
        reason: "it is about the images of whoever asks: everybody is the owner of their own",
    },
    Exception {
        row: "POST /api/v1/admin/webhooks/{id}/deliveries/{delivery}/redrive",
        who: &[Who::Admin],
        status: 404,
        reason: "nothing was sent to the webhook yet; who may redrive is decided before",
    },
    Exception {
        row: "GET /api/v1/admin/dead-letters/{id}",
        who: &[Who::Admin],
        status: 404,
        reason: "an instance in order has no dead letter; who may look is decided before",
    },
    Exception {
        row: "POST /api/v1/admin/dead-letters/{id}/discard",
        who: &[Who::Admin],
        status: 404,
        reason: "an instance in order has no dead letter; who may discard is decided before",
    },
    Exception {
        row: "POST /api/v1/admin/dead-letters/{id}/redrive",
        who: &[Who::Admin],
        status: 404,
        reason: "an instance in order has no dead letter; who may redrive is decided before",
    },
];

/// The status that `who` must get.
pub fn expected(row: &Row, who: Who) -> u16 {
    let exception = EXCEPTIONS.iter().find(|e| e.row == row.name() && e.who.contains(&who));
    match exception {
        Some(exception) => exception.status,
        None if may(row, who) => row.success,
        None if who == Who::Anonymous => 401,
        None => 403,
    }
}

fn may(row: &Row, who: Who) -> bool {
    // SUPPORT may read what admins read about users, listings and history, and may change nothing.
    let support = who == Who::Support
        && row.method == "GET"
        && ["users", "properties", "history"].contains(&row.service.as_str());
    match row.who.as_str() {
        // The table requests an image. Documents have separate tests.
        "P" | "P images, O documents" | "P redacted, A full" => true,
        "U" => !matches!(who, Who::Anonymous | Who::Service),
        "O" | "O,A" => matches!(who, Who::Owner | Who::Admin) || support,
        "M" => matches!(who, Who::Moderator | Who::Admin),
        "A" => who == Who::Admin || support,
        // This is the public listener; the management port has another. The job in the table belongs to an admin.
        "A or management port" | "starter,A" => who == Who::Admin,
        "S,A" => matches!(who, Who::Service | Who::Admin),
        "SELLER,A" => matches!(who, Who::Seller | Who::Admin),
        unknown => panic!("{}: nobody said here what {unknown:?} means", row.name()),
    }
}
