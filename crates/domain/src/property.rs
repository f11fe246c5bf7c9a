//! A listing: what it says, where it stands, and which commands may change that.

pub mod attributes;
pub mod content;
pub mod draft;
pub mod images;
pub mod kinds;
pub mod moderation;
pub mod status;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, EventKind};
use crate::id::{FileId, PropertyId, UserId};
use crate::money::Paise;
use crate::personal::Erasable;
use crate::time::Timestamp;
pub use content::Content;
pub use images::Image;
use moderation::Party;
pub use moderation::{By, Judged};
pub use status::Status;

/// What has happened to a listing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum PropertyEvent {
    /// It was listed.
    #[serde(rename = "PROPERTY_CREATED")]
    Listed {
        /// Its id.
        property_id: PropertyId,
        /// Who owns it.
        owner_id: UserId,
        /// Where it starts.
        status: Status,
        /// The owner's own reference to the source it came from, unique among the owner's listings.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source_reference: Option<String>,
        /// What it says.
        #[serde(flatten)]
        content: Content,
    },
    /// Its content changed; carries all of it.
    #[serde(rename = "PROPERTY_UPDATED")]
    Edited {
        /// Its id.
        property_id: PropertyId,
        /// The fields that changed, by their names in requests.
        changed: Vec<String>,
        /// The price before, where that changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous_price: Option<Paise>,
        /// It was verified or featured and is neither any more: that was said of another home than this one is now.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        marks_lost: bool,
        /// What it says now.
        #[serde(flatten)]
        content: Content,
    },
    /// It moved to another status.
    #[serde(rename = "PROPERTY_STATUS_CHANGED")]
    StatusChanged {
        /// Its id.
        property_id: PropertyId,
        /// Its title, for the reader of a history.
        title: Erasable<String>,
        /// The status before.
        from: Status,
        /// The status now.
        to: Status,
        /// A moderator or administrator took it off the market: only they put it back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_moderator: bool,
    },
    /// It was removed for good.
    #[serde(rename = "PROPERTY_DELETED")]
    Removed {
        /// Its id.
        property_id: PropertyId,
        /// Its title, for the reader of a history.
        title: Erasable<String>,
    },
    /// A moderator put it among the featured ones, or took it out.
    #[serde(rename = "PROPERTY_FEATURED")]
    Featured {
        /// Its id.
        property_id: PropertyId,
        /// Its title.
        title: Erasable<String>,
        /// In or out.
        featured: bool,
    },
    /// A moderator confirmed that it is genuine, or took that back.
    #[serde(rename = "PROPERTY_VERIFIED")]
    Verified {
        /// Its id.
        property_id: PropertyId,
        /// Its title.
        title: Erasable<String>,
        /// Confirmed or not.
        verified: bool,
    },
    /// A moderator let it go public.
    #[serde(rename = "PROPERTY_APPROVED")]
    Approved {
        /// Its id.
        property_id: PropertyId,
        /// Its title.
        title: Erasable<String>,
    },
    /// A moderator sent it back, or took it down.
    #[serde(rename = "PROPERTY_REJECTED")]
    Rejected {
        /// Its id.
        property_id: PropertyId,
        /// Its title.
        title: Erasable<String>,
        /// Why, in words for the owner.
        reason: Erasable<String>,
        /// It was on show: only moderators and administrators put it back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        taken_down: bool,
    },
    /// Its photos changed; carries all of them.
    #[serde(rename = "PROPERTY_IMAGES_ADDED")]
    ImagesAdded {
        /// Its id.
        property_id: PropertyId,
        /// Its title, for the reader of a history.
        title: Erasable<String>,
        /// Those that were not there before.
        added: Vec<FileId>,
        /// It was verified or featured and is neither any more: nobody has said so of what is to be seen now.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        marks_lost: bool,
        /// All of them now, in the owner's order.
        images: Vec<Image>,
    },
}

impl EventKind for PropertyEvent {
    const SCHEMA_VERSION: u16 = 2;
}

/// What a listing can be asked to do.
#[derive(Clone, Debug)]
pub enum PropertyCommand {
    /// List it.
    List {
        /// Its id.
        id: PropertyId,
        /// Who owns it.
        owner: UserId,
        /// What it says.
        content: Content,
        /// See [`PropertyEvent::Listed`].
        source_reference: Option<String>,
        /// Whether a moderator looks first.
        moderated: bool,
    },
    /// Replace what it says.
    Edit(Content, By),
    /// Move it to another status.
    ChangeStatus(Status, By),
    /// Remove it for good.
    Remove(By),
    /// Put it among the featured, or take it out.
    Feature(bool, By),
    /// Confirm that it is genuine, or take that back.
    Verify(bool, By),
    /// Let it go public.
    Approve(By),
    /// Send it back with a reason, or take it down.
    Reject(String, By),
    /// Have these photos, too.
    AddImages(images::PhotoSelection, By),
}

/// Why a listing refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PropertyRejection {
    /// There is no such listing.
    #[error("there is no such listing")]
    Unknown,
    /// It was listed before.
    #[error("the listing exists already")]
    Exists,
    /// It is gone for good.
    #[error("the listing was removed")]
    Removed,
    /// The statuses do not follow one another.
    #[error("a listing that is {} cannot become {}", .from.name(), .to.name())]
    Transition {
        /// Where it stands.
        from: Status,
        /// Where it was asked to go.
        to: Status,
    },
    /// A moderator or administrator took it off the market.
    #[error("a moderator took the listing off the market, and only a moderator can put it back")]
    Held,
    /// A moderator's or administrator's own.
    #[error("nobody judges a listing of their own")]
    OwnListing,
    /// The person who asked may not decide this.
    #[error("you may not do this")]
    NotAllowed,
    /// It would have too many photos.
    #[error("a listing has at most {most} photos", most = images::MOST)]
    TooManyImages,
}

/// A listing's state.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Property {
    /// Set once it is listed.
    pub listing: Option<Listing>,
}

/// What a listed property is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    /// Its id.
    pub id: PropertyId,
    /// Who owns it.
    pub owner: UserId,
    /// Where it stands.
    pub status: Status,
    /// What it says.
    pub content: Content,
    /// See [`PropertyEvent::Listed`].
    pub source_reference: Option<String>,
    /// Among the featured.
    pub featured: bool,
    /// Confirmed as genuine.
    pub verified: bool,
    /// Its photos, in the owner's order.
    pub images: Vec<Image>,
    /// What a moderator said last; only the state folded from events knows.
    #[serde(skip)]
    pub judged: Judged,
    /// Listed at.
    pub created_at: Timestamp,
    /// Changed at.
    pub updated_at: Timestamp,
}

impl Listing {
    /// Its title as its owner's, for an event.
    fn title(&self) -> Erasable<String> {
        self.content.title.clone().owned_by(self.owner)
    }
}

impl Property {
    fn present(&self) -> Result<&Listing, PropertyRejection> {
        let listing = self.listing.as_ref().ok_or(PropertyRejection::Unknown)?;
        if listing.status == Status::Removed { Err(PropertyRejection::Removed) } else { Ok(listing) }
    }

    fn edit(&self, content: Content, by: By) -> Result<Vec<PropertyEvent>, PropertyRejection> {
        let listing = self.present()?;
        let (party, content) = (listing.party(by), content.owned_by(listing.owner));
        if !matches!(party, Party::Owner | Party::Administrator) {
            return Err(PropertyRejection::NotAllowed);
        }
        let changed = listing.content.differences(&content);
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        let matters = party == Party::Owner && listing.matters(&content, &changed);
        let previous_price = (listing.content.price != content.price).then_some(listing.content.price);
        let (property_id, marks_lost) = (listing.id, matters && listing.has_marks());
        let edited = PropertyEvent::Edited { property_id, changed, previous_price, marks_lost, content };
        let review = if matters { listing.review(by) } else { None };
        Ok(review.into_iter().chain([edited]).collect())
    }
}

impl Aggregate for Property {
    const TYPE: &'static str = "property";
    type Command = PropertyCommand;
    type Event = PropertyEvent;
    type Rejection = PropertyRejection;

    fn decide(
        &self,
        command: PropertyCommand,
        _: Timestamp,
    ) -> Result<Vec<PropertyEvent>, PropertyRejection> {
        match command {
            PropertyCommand::List { .. } if self.listing.is_some() => Err(PropertyRejection::Exists),
            PropertyCommand::List { id, owner, content, source_reference, moderated } => {
                let status = if moderated { Status::PendingReview } else { Status::Active };
                let (owner_id, content) = (owner, content.owned_by(owner));
                Ok(vec![PropertyEvent::Listed {
                    property_id: id,
                    owner_id,
                    status,
                    source_reference,
                    content,
                }])
            }
            PropertyCommand::Edit(content, by) => self.edit(content, by),
            PropertyCommand::ChangeStatus(to, by) => self.change_status(to, by),
            PropertyCommand::Remove(by) => self.remove(by),
            PropertyCommand::AddImages(wanted, by) => self.add_images(&wanted, by),
            PropertyCommand::Feature(_, by)
            | PropertyCommand::Verify(_, by)
            | PropertyCommand::Approve(by)
            | PropertyCommand::Reject(_, by) => self.judge(command, by),
        }
    }

    fn evolve(&mut self, event: &PropertyEvent, at: Timestamp) {
        if let PropertyEvent::Listed { property_id, owner_id, status, source_reference, content } = event {
            self.listing = Some(Listing {
                id: *property_id,
                owner: *owner_id,
                status: *status,
                content: content.clone(),
                source_reference: source_reference.clone(),
                featured: false,
                verified: false,
                images: Vec::new(),
                judged: Judged { price: Some(content.price), held: false },
                created_at: at,
                updated_at: at,
            });
            return;
        }
        let Some(listing) = &mut self.listing else { return };
        listing.updated_at = at;
        match event {
            PropertyEvent::Listed { .. } => {}
            PropertyEvent::Edited { content, marks_lost, .. } => {
                listing.content = content.clone();
                listing.lose_marks(*marks_lost);
            }
            PropertyEvent::StatusChanged { to, by_moderator, .. } => {
                listing.status = *to;
                // On its way to the moderators it stays theirs.
                listing.judged.held = *by_moderator || (listing.judged.held && *to == Status::PendingReview);
            }
            PropertyEvent::Removed { .. } => listing.status = Status::Removed,
            PropertyEvent::Featured { featured, .. } => listing.featured = *featured,
            PropertyEvent::Verified { verified, .. } => {
                listing.verified = *verified;
                if *verified {
                    listing.judged.price = Some(listing.content.price);
                }
            }
            PropertyEvent::Approved { .. } => {
                listing.status = Status::Active;
                listing.judged = Judged { price: Some(listing.content.price), held: false };
            }
            PropertyEvent::Rejected { taken_down, .. } => {
                listing.status = Status::Rejected;
                listing.judged.held = *taken_down;
            }
            PropertyEvent::ImagesAdded { images, marks_lost, .. } => {
                listing.images.clone_from(images);
                listing.lose_marks(*marks_lost);
            }
        }
    }
}

#[cfg(test)]
mod tests;
