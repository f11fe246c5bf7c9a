//! A listing: its content, its status, and the commands that may change them.

pub mod attributes;
pub mod content;
pub mod details;
pub mod draft;
pub mod earlier_price;
pub mod facing;
pub mod images;
pub mod kinds;
pub mod moderation;
pub mod rooms;
pub mod status;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, EventKind};
use crate::id::{FileId, PropertyId, UserId};
use crate::money::Paise;
use crate::personal::Erasable;
use crate::time::Timestamp;
pub use content::Content;
pub use earlier_price::EarlierPrice;
pub use facing::Facing;
pub use images::Image;
use moderation::Party;
pub use moderation::{By, Judged};
pub use rooms::Rooms;
pub use status::Status;

/// The events of a listing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum PropertyEvent {
    /// The property was listed.
    #[serde(rename = "PROPERTY_CREATED")]
    Listed {
        /// The listing's id.
        property_id: PropertyId,
        /// Its owner.
        owner_id: UserId,
        /// Its initial status.
        status: Status,
        /// The owner's own reference to the source of the listing, unique among the owner's listings.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source_reference: Option<String>,
        /// It is a draft until its owner has confirmed their e-mail address, and goes on the market then.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        awaits_confirmation: bool,
        /// Its content.
        #[serde(flatten)]
        content: Content,
    },
    /// The content changed; the event carries all of it.
    #[serde(rename = "PROPERTY_UPDATED")]
    Edited {
        /// The listing's id.
        property_id: PropertyId,
        /// The fields that changed, named as in requests.
        changed: Vec<String>,
        /// The previous price, if it changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous_price: Option<Paise>,
        /// The listing was verified or featured and lost both marks, because they were given to the content
        /// before this change.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        marks_lost: bool,
        /// The new content.
        #[serde(flatten)]
        content: Content,
    },
    /// The status changed.
    #[serde(rename = "PROPERTY_STATUS_CHANGED")]
    StatusChanged {
        /// The listing's id.
        property_id: PropertyId,
        /// Its title, for readers of a history.
        title: Erasable<String>,
        /// The previous status.
        from: Status,
        /// The new status.
        to: Status,
        /// A moderator or administrator took it off the market; only they can put it back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_moderator: bool,
    },
    /// The listing was removed for good.
    #[serde(rename = "PROPERTY_DELETED")]
    Removed {
        /// The listing's id.
        property_id: PropertyId,
        /// Its title, for readers of a history.
        title: Erasable<String>,
    },
    /// A moderator featured the listing, or stopped featuring it.
    #[serde(rename = "PROPERTY_FEATURED")]
    Featured {
        /// The listing's id.
        property_id: PropertyId,
        /// Its title.
        title: Erasable<String>,
        /// Featured or not.
        featured: bool,
    },
    /// A moderator confirmed that the listing is genuine, or withdrew the confirmation.
    #[serde(rename = "PROPERTY_VERIFIED")]
    Verified {
        /// The listing's id.
        property_id: PropertyId,
        /// Its title.
        title: Erasable<String>,
        /// Confirmed or not.
        verified: bool,
    },
    /// A moderator approved the listing for the public.
    #[serde(rename = "PROPERTY_APPROVED")]
    Approved {
        /// The listing's id.
        property_id: PropertyId,
        /// Its title.
        title: Erasable<String>,
    },
    /// A moderator rejected the listing, or took it down.
    #[serde(rename = "PROPERTY_REJECTED")]
    Rejected {
        /// The listing's id.
        property_id: PropertyId,
        /// Its title.
        title: Erasable<String>,
        /// The reason, in words for the owner.
        reason: Erasable<String>,
        /// It was public before; only moderators and administrators can put it back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        taken_down: bool,
    },
    /// The photos changed; the event carries all of them.
    #[serde(rename = "PROPERTY_IMAGES_ADDED")]
    ImagesAdded {
        /// The listing's id.
        property_id: PropertyId,
        /// Its title, for readers of a history.
        title: Erasable<String>,
        /// The new photos.
        added: Vec<FileId>,
        /// The listing was verified or featured and lost both marks, because they were given before these
        /// photos.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        marks_lost: bool,
        /// All photos, in the owner's order.
        images: Vec<Image>,
    },
}

impl EventKind for PropertyEvent {
    const SCHEMA_VERSION: u16 = 2;
}

/// The commands of a listing.
#[derive(Clone, Debug)]
pub enum PropertyCommand {
    /// List a property.
    List {
        /// The listing's id.
        id: PropertyId,
        /// Its owner.
        owner: UserId,
        /// Its content.
        content: Content,
        /// See [`PropertyEvent::Listed`].
        source_reference: Option<String>,
        /// Whether a moderator must approve it first.
        moderated: bool,
        /// Whether its owner must confirm their e-mail address first.
        awaits_confirmation: bool,
    },
    /// Replace the content.
    Edit(Content, By),
    /// Change the status.
    ChangeStatus(Status, By),
    /// Remove the listing for good.
    Remove(By),
    /// Feature the listing, or stop featuring it.
    Feature(bool, By),
    /// Confirm that it is genuine, or withdraw the confirmation.
    Verify(bool, By),
    /// Approve it for the public.
    Approve(By),
    /// Reject it with a reason, or take it down.
    Reject(String, By),
    /// Add or reorder photos.
    AddImages(images::PhotoSelection, By),
    /// Do this, and add photos in the same append.
    WithImages(Box<PropertyCommand>, images::PhotoSelection, By),
    /// Take away photos whose files no longer exist.
    DropImages(Vec<FileId>),
    /// The owner has confirmed their e-mail address: what waited for that goes on the market, or to a moderator.
    OwnerConfirmed {
        /// Whether a moderator must approve it first.
        moderated: bool,
    },
}

/// Why a command is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PropertyRejection {
    /// There is no such listing.
    #[error("there is no such listing")]
    Unknown,
    /// A listing with this id exists already.
    #[error("the listing exists already")]
    Exists,
    /// The listing was removed for good.
    #[error("the listing was removed")]
    Removed,
    /// This change of status is not possible.
    #[error("a listing that is {} cannot become {}", .from.name(), .to.name())]
    Transition {
        /// The current status.
        from: Status,
        /// The requested status.
        to: Status,
    },
    /// A moderator or administrator took it off the market.
    #[error("a moderator took the listing off the market, and only a moderator can put it back")]
    Held,
    /// Its owner has not confirmed their e-mail address yet.
    #[error("the listing waits until its owner has confirmed their e-mail address")]
    AwaitsConfirmation,
    /// The listing belongs to the moderator or administrator who asks.
    #[error("nobody judges a listing of their own")]
    OwnListing,
    /// The person who asks may not do this.
    #[error("you may not do this")]
    NotAllowed,
    /// The listing would have too many photos.
    #[error("a listing has at most {most} photos", most = images::MOST)]
    TooManyImages,
}

/// The state of a listing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Property {
    /// Set once the property is listed.
    pub listing: Option<Listing>,
}

/// The details of a listing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    /// The listing's id.
    pub id: PropertyId,
    /// Its owner.
    pub owner: UserId,
    /// Its status.
    pub status: Status,
    /// Its content.
    pub content: Content,
    /// See [`PropertyEvent::Listed`].
    pub source_reference: Option<String>,
    /// It is featured.
    pub featured: bool,
    /// It is confirmed as genuine.
    pub verified: bool,
    /// It is a draft until its owner has confirmed their e-mail address.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub awaits_confirmation: bool,
    /// Its photos, in the owner's order.
    pub images: Vec<Image>,
    /// The last moderation decision. Known only in the state folded from events.
    #[serde(skip)]
    pub judged: Judged,
    /// What it cost before its price changed last.
    #[serde(skip)]
    pub earlier_price: Option<EarlierPrice>,
    /// When it was listed.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Listing {
    /// Its title for an event, belonging to the owner.
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
        let party = listing.party(by);
        let content = content.owned_by(listing.owner);
        if !matches!(party, Party::Owner | Party::Administrator) {
            return Err(PropertyRejection::NotAllowed);
        }
        let changed = listing.content.differences(&content);
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        let matters = party == Party::Owner && listing.matters(&content, &changed);
        let previous_price = (listing.content.price != content.price).then_some(listing.content.price);
        let property_id = listing.id;
        let marks_lost = matters && listing.has_marks();
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
        now: Timestamp,
    ) -> Result<Vec<PropertyEvent>, PropertyRejection> {
        match command {
            PropertyCommand::List { .. } if self.listing.is_some() => Err(PropertyRejection::Exists),
            PropertyCommand::List {
                id,
                owner,
                content,
                source_reference,
                moderated,
                awaits_confirmation,
            } => {
                let status = if awaits_confirmation { Status::Draft } else { Status::first(moderated) };
                let content = content.owned_by(owner);
                Ok(vec![PropertyEvent::Listed {
                    property_id: id,
                    owner_id: owner,
                    status,
                    source_reference,
                    awaits_confirmation,
                    content,
                }])
            }
            PropertyCommand::OwnerConfirmed { moderated } => Ok(self.owner_confirmed(moderated)),
            PropertyCommand::Edit(content, by) => self.edit(content, by),
            PropertyCommand::ChangeStatus(to, by) => self.change_status(to, by),
            PropertyCommand::Remove(by) => self.remove(by),
            PropertyCommand::AddImages(wanted, by) => self.add_images(&wanted, by),
            PropertyCommand::WithImages(command, wanted, by) => {
                let mut events = self.decide(*command, now)?;
                let mut after = self.clone();
                for event in &events {
                    after.evolve(event, now);
                }
                events.extend(after.add_images(&wanted, by)?);
                Ok(events)
            }
            PropertyCommand::DropImages(gone) => Ok(self.drop_images(&gone)),
            PropertyCommand::Feature(_, by)
            | PropertyCommand::Verify(_, by)
            | PropertyCommand::Approve(by)
            | PropertyCommand::Reject(_, by) => self.judge(command, by),
        }
    }

    fn evolve(&mut self, event: &PropertyEvent, at: Timestamp) {
        if let PropertyEvent::Listed {
            property_id,
            owner_id,
            status,
            source_reference,
            awaits_confirmation,
            content,
        } = event
        {
            self.listing = Some(Listing {
                id: *property_id,
                owner: *owner_id,
                status: *status,
                content: content.clone(),
                source_reference: source_reference.clone(),
                featured: false,
                verified: false,
                awaits_confirmation: *awaits_confirmation,
                images: Vec::new(),
                judged: Judged { price: Some(content.price), held: false },
                earlier_price: None,
                created_at: at,
                updated_at: at,
            });
            return;
        }
        let Some(listing) = &mut self.listing else { return };
        listing.updated_at = at;
        match event {
            PropertyEvent::Listed { .. } => {}
            PropertyEvent::Edited { content, changed, previous_price, marks_lost, .. } => {
                let known = listing.earlier_price;
                listing.earlier_price = EarlierPrice::after_edit(known, changed, *previous_price, at);
                listing.content = content.clone();
                listing.lose_marks(*marks_lost);
            }
            PropertyEvent::StatusChanged { to, by_moderator, .. } => {
                listing.status = *to;
                listing.awaits_confirmation = false;
                // A held listing stays held while it waits for review.
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
