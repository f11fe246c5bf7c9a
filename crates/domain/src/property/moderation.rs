//! Who may change a listing's status, and which changes need a moderator's review.
//!
//! Only moderators and administrators can undo a moderator's decision. Nobody may judge their own listing. If
//! an owner changes reviewed content, the listing is reviewed again.

use super::{Content, Listing, Property, PropertyCommand, PropertyEvent, PropertyRejection, Status};
use crate::fields::Choice;
use crate::id::UserId;
use crate::money::Paise;
use crate::personal::Erasable;
use crate::user::Role;

/// Fields, named as in [`Content::differences`], that may change without review. A price change also needs no
/// review as long as it stays within a [`PRICE_SHARE`]th of the price that was last judged.
pub const SMALL: [&str; 8] = [
    "bathrooms",
    "parkingSpaces",
    "floorNumber",
    "ageOfProperty",
    "facing",
    "furnishedStatus",
    "amenities",
    "nearbyFacilities",
];
/// See [`SMALL`].
pub const PRICE_SHARE: i128 = 5;

/// Who asks, and under which rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By {
    /// The person.
    pub person: UserId,
    /// Their role.
    pub role: Role,
    /// Whether this tenant's listings must be approved by a moderator.
    pub moderated: bool,
}

/// The relation of a person to a listing. A moderator or administrator who owns the listing counts only as its
/// owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Party {
    Owner,
    Moderator,
    Administrator,
    Stranger,
}

/// The last moderation decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// The price when it was last listed, approved or verified.
    pub price: Option<Paise>,
    /// A moderator or administrator took it off the market; only one of them can put it back.
    pub held: bool,
}

impl Listing {
    pub(super) fn party(&self, by: By) -> Party {
        match by.role {
            _ if by.person == self.owner => Party::Owner,
            Role::Admin => Party::Administrator,
            Role::Moderator => Party::Moderator,
            Role::User | Role::Agent | Role::Builder | Role::Seller | Role::Support => Party::Stranger,
        }
    }

    /// The statuses that `by` may set, except removal.
    #[must_use]
    pub fn next(&self, by: By) -> Vec<Status> {
        let all = Status::ALL.iter().map(|(_, status)| *status);
        all.filter(|to| *to != Status::Removed && self.may_become(*to, by)).collect()
    }

    fn may_become(&self, to: Status, by: By) -> bool {
        use Status::{Active, Draft, Inactive, Rejected};
        if self.awaits_confirmation {
            return false;
        }
        let (from, party) = (self.status, self.party(by));
        let judge = matches!(party, Party::Moderator | Party::Administrator);
        if self.judged.held {
            return judge && to == Active && matches!(from, Inactive | Rejected);
        }
        let passes_review = by.moderated && from == Draft && to == Active;
        match party {
            Party::Owner | Party::Administrator => from.may_become(to) && !passes_review,
            Party::Moderator => (from, to) == (Active, Inactive),
            Party::Stranger => false,
        }
    }

    /// Whether an owner's change needs a review. Small price steps do not add up: each is compared with the
    /// judged price.
    pub(super) fn matters(&self, content: &Content, changed: &[String]) -> bool {
        let judged = i128::from(self.judged.price.unwrap_or(self.content.price).paise());
        let far = (i128::from(content.price.paise()) - judged).abs() * PRICE_SHARE > judged;
        changed.iter().any(|field| match field.as_str() {
            "price" => far,
            field => !SMALL.contains(&field),
        })
    }

    /// Sends a public listing back to review. This event comes before the change, so the public never sees the
    /// change unreviewed.
    pub(super) fn review(&self, by: By) -> Option<PropertyEvent> {
        let from = self.status;
        let to = Status::PendingReview;
        let (property_id, title) = (self.id, self.title());
        let due = by.moderated && from.is_public();
        due.then_some(PropertyEvent::StatusChanged { property_id, title, from, to, by_moderator: false })
    }

    /// Whether the listing has a mark from a moderator, which a change by its owner removes.
    pub(super) fn has_marks(&self) -> bool {
        self.verified || self.featured
    }

    pub(super) fn lose_marks(&mut self, lost: bool) {
        self.verified &= !lost;
        self.featured &= !lost;
    }
}

impl Property {
    pub(super) fn change_status(&self, to: Status, by: By) -> Result<Vec<PropertyEvent>, PropertyRejection> {
        let listing = self.present()?;
        let (from, party) = (listing.status, listing.party(by));
        let beyond = !matches!(to, Status::Active | Status::Inactive);
        match (party, to) {
            (Party::Stranger, _) => return Err(PropertyRejection::NotAllowed),
            (Party::Moderator, _) if beyond => return Err(PropertyRejection::NotAllowed),
            (_, Status::Removed) => return self.remove(by),
            _ if from == to => return Ok(Vec::new()),
            (Party::Owner, _) if listing.judged.held => return Err(PropertyRejection::Held),
            _ if listing.awaits_confirmation => return Err(PropertyRejection::AwaitsConfirmation),
            _ if !listing.may_become(to, by) => return Err(PropertyRejection::Transition { from, to }),
            _ => {}
        }
        let (property_id, title) = (listing.id, listing.title());
        let by_moderator = party != Party::Owner && to == Status::Inactive;
        Ok(vec![PropertyEvent::StatusChanged { property_id, title, from, to, by_moderator }])
    }

    /// Puts a listing that waited for its owner's confirmation where a new one begins. Twice does nothing.
    pub(super) fn owner_confirmed(&self, moderated: bool) -> Vec<PropertyEvent> {
        let Some(listing) =
            self.listing.as_ref().filter(|it| it.awaits_confirmation && it.status == Status::Draft)
        else {
            return Vec::new();
        };
        let (property_id, title) = (listing.id, listing.title());
        let (from, to) = (listing.status, Status::first(moderated));
        vec![PropertyEvent::StatusChanged { property_id, title, from, to, by_moderator: false }]
    }

    pub(super) fn remove(&self, by: By) -> Result<Vec<PropertyEvent>, PropertyRejection> {
        let listing = match self.present() {
            Err(PropertyRejection::Removed) => return Ok(Vec::new()),
            other => other?,
        };
        match listing.party(by) {
            Party::Owner | Party::Administrator => {
                let title = listing.title();
                Ok(vec![PropertyEvent::Removed { property_id: listing.id, title }])
            }
            Party::Moderator | Party::Stranger => Err(PropertyRejection::NotAllowed),
        }
    }

    /// Commands that only moderators and administrators may give, and only on listings they do not own.
    pub(super) fn judge(
        &self,
        command: PropertyCommand,
        by: By,
    ) -> Result<Vec<PropertyEvent>, PropertyRejection> {
        let listing = self.present()?;
        match listing.party(by) {
            Party::Moderator | Party::Administrator => {}
            Party::Owner if matches!(by.role, Role::Moderator | Role::Admin) => {
                return Err(PropertyRejection::OwnListing);
            }
            Party::Owner | Party::Stranger => return Err(PropertyRejection::NotAllowed),
        }
        let (property_id, title) = (listing.id, listing.title());
        let from = listing.status;
        let held = listing.judged.held;
        let pending = from == Status::PendingReview;
        Ok(match command {
            PropertyCommand::Feature(featured, _) if featured != listing.featured => {
                vec![PropertyEvent::Featured { property_id, title, featured }]
            }
            PropertyCommand::Verify(verified, _) if verified != listing.verified => {
                vec![PropertyEvent::Verified { property_id, title, verified }]
            }
            PropertyCommand::Approve(_) if pending || (held && from == Status::Rejected) => {
                vec![PropertyEvent::Approved { property_id, title }]
            }
            PropertyCommand::Approve(_) if from != Status::Active => {
                return Err(PropertyRejection::Transition { from, to: Status::Active });
            }
            PropertyCommand::Reject(reason, _) if pending || from.is_public() => {
                let reason = Erasable::of(listing.owner, reason);
                vec![PropertyEvent::Rejected { property_id, title, reason, taken_down: held || !pending }]
            }
            PropertyCommand::Reject(..) => {
                return Err(PropertyRejection::Transition { from, to: Status::Rejected });
            }
            // It already has that state.
            PropertyCommand::Feature(..) | PropertyCommand::Verify(..) | PropertyCommand::Approve(_) => {
                Vec::new()
            }
            PropertyCommand::List { .. }
            | PropertyCommand::Edit(..)
            | PropertyCommand::ChangeStatus(..)
            | PropertyCommand::Remove(_)
            | PropertyCommand::AddImages(..)
            | PropertyCommand::WithImages(..)
            | PropertyCommand::DropImages(_)
            | PropertyCommand::OwnerConfirmed { .. } => return Err(PropertyRejection::NotAllowed),
        })
    }
}

#[cfg(test)]
mod tests;
