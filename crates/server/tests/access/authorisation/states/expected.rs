//! The rules, stated a second time, independently of the code.

use super::Asker::{self, Admin, Anonymous, Deleted, Moderator, Owner, Support, Suspended, Unconfirmed};
use super::State::{
    self, Draft, OwnerDeleted, OwnerSuspended, OwnerUnconfirmed, Pending, Rejected, Removed, TakenDown,
    Withdrawn,
};

fn is_insider(asker: Asker) -> bool {
    matches!(asker, Owner | Support | Moderator | Admin)
}

/// On the market, considering only the listing's own state.
fn is_active(state: State) -> bool {
    !matches!(state, Draft | Pending | Rejected | Withdrawn | TakenDown | Removed)
}

fn is_public(state: State) -> bool {
    is_active(state) || state == Withdrawn
}

/// `None` when the listing is visible, otherwise the status to expect.
fn hidden(asker: Asker, state: State) -> Option<u16> {
    match state {
        Removed | OwnerDeleted => Some(410),
        _ if is_insider(asker) => None,
        OwnerSuspended => Some(404),
        state => (!is_public(state)).then_some(404),
    }
}

/// The status for a caller who may not change a listing. It reveals nothing about a listing that is hidden from
/// them.
fn not_theirs(asker: Asker, state: State) -> u16 {
    if is_public(state) || is_insider(asker) { 403 } else { 404 }
}

/// The status that `asker` must get.
pub fn expected(operation: &str, asker: Asker, state: State) -> u16 {
    // An invalid token is refused everywhere.
    if matches!(asker, Suspended | Deleted) {
        return 401;
    }
    let (method, path) = operation.split_once(' ').unwrap();
    let end = path.rsplit('/').next().unwrap();
    let signed_in = asker != Anonymous;
    let seen = |status| hidden(asker, state).unwrap_or(status);
    let judges = matches!(asker, Moderator | Admin);
    let changes = matches!(asker, Owner | Admin);
    match (method, end) {
        _ if path.contains("similar") => match state {
            Removed | OwnerDeleted => 410,
            state if is_public(state) && state != OwnerSuspended => 200,
            _ => 404,
        },
        ("GET", "{id}") if path.starts_with("/api/files") => match hidden(asker, state) {
            Some(410) if state == OwnerDeleted || !is_insider(asker) => 404,
            hidden => hidden.unwrap_or(200),
        },
        ("GET", "{id}") => seen(200),
        (_, "view") => seen(204),
        _ if !signed_in => 401,
        (_, "contact") if asker == Unconfirmed && is_active(state) => seen(403),
        (_, "contact") => seen(if is_active(state) || is_insider(asker) { 200 } else { 409 }),
        ("POST", "share" | "favorite") => seen(204),
        // Nothing to remove. A hidden listing is not revealed.
        (_, "favorite") if state == Removed || is_public(state) || is_insider(asker) => 204,
        (_, "favorite") => 404,
        (_, "report") => seen(if asker == Owner { 409 } else { 201 }),
        (_, "leads") if asker == Unconfirmed || (asker == Owner && state == OwnerUnconfirmed) => seen(403),
        (_, "leads") => {
            let possible = is_active(state) && state != OwnerSuspended && asker != Owner;
            seen(if possible { 201 } else { 409 })
        }
        (_, "feature" | "verify" | "approve" | "reject") if !judges => 403,
        (_, "feature" | "verify" | "approve" | "reject") if state == Removed => 410,
        (_, "feature" | "verify") => 200,
        (_, "approve") if state == Pending || state == TakenDown || is_active(state) => 200,
        (_, "reject") if state == Pending || is_public(state) => 200,
        (_, "approve" | "reject") => 409,
        (_, "status") if !changes && asker != Moderator => not_theirs(asker, state),
        (_, "status") if state == Removed => 410,
        (_, "status") => {
            if is_public(state) {
                200
            } else {
                409
            }
        }
        _ if !changes => not_theirs(asker, state),
        ("DELETE", _) => 204,
        _ if state == Removed => 410,
        (_, "images") => 201,
        ("PUT", _) => 200,
        _ => panic!("{operation} has no rule here"),
    }
}
