//! Rules for every command: it is executed once for each `Idempotency-Key`, and only at the version its sender
//! saw.

mod concurrent_repeats;
mod once;
mod versions;

use reqwest::Method;

use crate::authorisation::rules::Who;
use crate::rows::{self, Row};

/// An operation that is exempt from a rule.
struct Except {
    row: &'static str,
    reason: &'static str,
}

const fn except(row: &'static str, reason: &'static str) -> Except {
    Except { row, reason }
}

/// Whether a row is exempt.
fn exempt(row: &Row, list: &[&'static [Except]]) -> bool {
    list.iter().flat_map(|part| part.iter()).any(|except| except.row == row.name())
}

/// Operations that take no idempotency key.
const NO_KEY: &[Except] = &[
    except("POST /api/auth/login", "answers with fresh secrets, which are kept nowhere; each sign-in is one"),
    except(
        "POST /api/auth/refresh",
        "answers with fresh secrets; a token may be spent twice within a grace period",
    ),
    except("POST /api/auth/logout", "the session it is asked with is over: a repeat is not signed in"),
    except("DELETE /api/auth/sessions/{id}", "an ended session is not found again"),
    except("DELETE /api/users/profile", "the account it is asked with is closed: a repeat is not signed in"),
    except("POST /api/properties/{id}/view", "views count once a visitor and half an hour whatever is sent"),
    except(
        "PUT /api/properties/by-reference/{reference}",
        "the reference is the key: a repeat finds the home as it is and changes nothing",
    ),
    except(
        "POST /api/v1/admin/webhooks/{id}/deliveries/{delivery}/redrive",
        "what was delivered is not sent again; each try is one",
    ),
    except(
        "PUT /api/v1/products/by-sku/{sku}",
        "the SKU is the key: a repeat finds the product as it is and changes nothing",
    ),
    except("POST /api/realtime/ticket", "answers with a fresh secret, and changes nothing"),
    except("POST /api/search/properties", "a query whose parameters are too long for an address"),
    except("POST /api/search/advanced", "a query whose parameters are too long for an address"),
    except("POST /api/v1/admin/views/sync", "passes on what was not passed on: a repeat finds nothing left"),
    except(
        "POST /api/v1/admin/dead-letters/{id}/redrive",
        "what was applied is not found again; each try is one",
    ),
    except("POST /api/v1/admin/sync/product/{id}", "what was healed does not differ again; each look is one"),
    except(
        "POST /api/v1/admin/dead-letters/{id}/discard",
        "there is no letter here; see tests/it/operators.rs",
    ),
];

/// Operations that create something or only record something, so there is no version to compare.
const NO_VERSION: &[Except] = &[
    except("POST /api/auth/register", "anonymous, and new"),
    except("POST /api/users/register", "anonymous, and new"),
    except("POST /api/auth/verify-email", "anonymous: who is not signed in sees no versions"),
    except("POST /api/auth/password-reset", "anonymous: who is not signed in sees no versions"),
    except("POST /api/auth/password-reset/confirm", "anonymous: who is not signed in sees no versions"),
    except("POST /api/v1/products", "new"),
    except("POST /api/properties/{id}/leads", "new"),
    except("POST /api/properties/{id}/report", "new"),
    except("POST /api/search/save", "new"),
    except("POST /api/properties/{id}/share", "a record, not a change"),
    except("POST /api/files/upload", "new"),
    except("POST /api/files/upload/multiple", "new"),
    except("POST /api/files/bulk", "new"),
    except("POST /api/files/optimize", "a job"),
    except("POST /api/properties/import", "a job"),
    except("POST /api/v1/products/import", "a job"),
    except("POST /api/user-history/{userId}/hide", "a record: an entry is hidden or not"),
    except("POST /api/user-history/replay", "a job"),
    except("POST /api/v1/admin/consumers/{group}/pause", "a group has no version"),
    except("POST /api/v1/admin/consumers/{group}/resume", "a group has no version"),
    except("POST /api/v1/admin/consumers/{group}/rebuild", "a job"),
    except("POST /api/v1/admin/sync/full", "a job"),
    except("POST /api/v1/admin/backups", "a job"),
    except("POST /api/v1/admin/publish-batch", "new"),
    except("POST /actuator/loggers/{name}", "a level has no version"),
    except("POST /api/v1/admin/webhooks", "new"),
    except("POST /api/v1/admin/api-keys", "new"),
    except("POST /api/notifications/email", "new"),
    except("POST /api/notifications/sms", "new"),
    except("POST /api/notifications/unsubscribe", "anonymous: who is not signed in sees no versions"),
];

/// Every operation built so far that is not a query.
fn writes() -> Vec<Row> {
    rows::built().into_iter().filter(|row| row.method != Method::GET).collect()
}

/// A caller with permission.
pub fn sender(row: &Row) -> Who {
    match row.who.as_str() {
        "P" => Who::Anonymous,
        "U" => Who::User,
        "O" if row.name() != "DELETE /api/users/{id}" => Who::Owner,
        "M" => Who::Moderator,
        _ => Who::Admin,
    }
}

#[test]
fn every_exception_is_of_a_command_there_is_and_has_its_reason() {
    let names: Vec<String> = writes().iter().map(Row::name).collect();
    for Except { row, reason } in NO_KEY.iter().chain(NO_VERSION).chain(once::ANY_BODY) {
        assert!(names.iter().any(|name| name == row), "{row} is no command");
        assert!(!reason.is_empty(), "{row} needs a reason");
    }
}
