//! What the moderator has just done, and the button that takes it back where the API can.

use crate::flash::Flash;
use crate::key::Key;
use crate::messages::key;
use crate::visit::Visit;

pub(super) struct Undo {
    /// The listing that was judged.
    pub(super) id: Key,
    pub(super) button: Option<UndoButton>,
}

/// A form of one button.
pub(super) struct UndoButton {
    /// The decision that takes the last one back.
    pub(super) decision: &'static str,
    /// Its field and the value: whether the listing has the mark afterwards.
    pub(super) mark: Option<(&'static str, &'static str)>,
    /// The key of its text.
    pub(super) words: &'static str,
}

impl Undo {
    /// What the message on this page is about. The message comes from a cookie that only this site sets, so that a link
    /// alone offers nothing.
    pub(super) fn of(visit: &Visit) -> Option<Self> {
        let flash = visit.flash.filter(|flash| flash.is_about_a_decision())?;
        let id = visit.asked("judged").and_then(|id| Key::parse(&id))?;
        Some(Self { id, button: UndoButton::of(flash) })
    }
}

impl UndoButton {
    /// `None` for what only another decision can change: a listing that never was on show goes back to its owner, and one
    /// that was approved is taken down with a reason.
    fn of(flash: Flash) -> Option<Self> {
        let button = |decision, mark, words| Some(Self { decision, mark, words });
        match flash {
            Flash::ListingTakenDown => button("approve", None, key("moderation-undo-take-down")),
            Flash::ListingVerified => {
                button("verify", Some(("verified", "false")), key("moderation-undo-verify"))
            }
            Flash::ListingUnverified => {
                button("verify", Some(("verified", "true")), key("moderation-undo-unverify"))
            }
            Flash::ListingFeatured => {
                button("feature", Some(("featured", "false")), key("moderation-undo-feature"))
            }
            Flash::ListingUnfeatured => {
                button("feature", Some(("featured", "true")), key("moderation-undo-unfeature"))
            }
            _ => None,
        }
    }
}
