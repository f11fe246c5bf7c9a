//! A lead as its two people see it: the seeker who asks, and the owner who is asked.

use domain::lead::{LeadDetails, LeadStatus, Purpose};
use domain::property::content::Contact;
use domain::{Erasable, LeadId, Personal, PropertyId, Timestamp, UserId, Version};
use serde::Serialize;
use utoipa::ToSchema;

/// The person who views a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The owner of the listing.
    Owner,
    /// The person who asked.
    Seeker,
}

/// A lead: an enquiry about a listing, and its status. Only the owner sees the note.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Lead)]
pub struct LeadDocument {
    pub id: LeadId,
    pub property_id: PropertyId,
    pub title: String,
    pub owner_id: UserId,
    pub seeker_id: UserId,
    pub purpose: Purpose,
    pub status: LeadStatus,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub message: Option<String>,
    pub visit_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: Version,
}

/// The listing's title, or a placeholder once its owner has left.
pub fn title(title: &Erasable<String>) -> String {
    title.as_ref().map_or_else(|| "A home that is gone".to_owned(), String::clone)
}

impl LeadDocument {
    pub fn of(lead: &LeadDetails, version: Version, side: Side) -> Self {
        let enquiry = lead.enquiry.clone();
        let Contact { name, phone, email } = enquiry.seeker.into_value().unwrap_or_default();
        let note = lead.note.clone().and_then(Personal::into_value).and_then(Personal::into_value);
        Self {
            id: lead.id,
            property_id: lead.property,
            title: title(&lead.title),
            owner_id: lead.owner,
            seeker_id: enquiry.seeker_id,
            purpose: enquiry.purpose,
            status: lead.status,
            name,
            phone,
            email,
            message: enquiry.words.and_then(Personal::into_value),
            visit_at: enquiry.visit_at,
            note: note.filter(|_| side == Side::Owner),
            created_at: lead.created_at,
            updated_at: lead.updated_at,
            version,
        }
    }
}
