//! Which events leave the house, and with which members. What is not listed here stays: a new event or a new member is
//! sent to nobody until somebody lists it (ADR 53).

use domain::webhook::EVERY_EVENT;

/// An event that webhooks carry.
#[derive(Clone, Copy, Debug)]
pub struct PublishedEvent {
    /// The event's name.
    pub name: &'static str,
    /// The members of its payload that are sent. Personal values inside them are left out.
    pub members: &'static [&'static str],
}

const fn event(name: &'static str, members: &'static [&'static str]) -> PublishedEvent {
    PublishedEvent { name, members }
}

/// All of a home that a visitor of the site sees.
const HOME: &[&str] = &[
    "propertyId",
    "ownerId",
    "status",
    "changed",
    "previousPrice",
    "title",
    "description",
    "price",
    "location",
    "specifications",
    "amenities",
    "nearbyFacilities",
    "details",
];
/// All of a product that a visitor of the shop sees.
const PRODUCT: &[&str] = &[
    "productId",
    "sku",
    "name",
    "description",
    "categories",
    "price",
    "currency",
    "attributes",
    "images",
    "status",
    "stock",
    "changedFields",
    "previousValues",
];
const NAMED_HOME: &[&str] = &["propertyId", "title", "featured", "verified"];

/// Every event that webhooks carry.
pub const PUBLISHED: &[PublishedEvent] = &[
    event("PROPERTY_CREATED", HOME),
    event("PROPERTY_UPDATED", HOME),
    event("PROPERTY_STATUS_CHANGED", &["propertyId", "title", "from", "to", "byModerator"]),
    event("PROPERTY_DELETED", NAMED_HOME),
    event("PROPERTY_FEATURED", NAMED_HOME),
    event("PROPERTY_VERIFIED", NAMED_HOME),
    event("PROPERTY_APPROVED", NAMED_HOME),
    event("PROPERTY_REJECTED", NAMED_HOME),
    event("PROPERTY_IMAGES_ADDED", &["propertyId", "title", "added", "images"]),
    event("PROPERTY_FAVORITED", &["propertyId", "title", "price", "area"]),
    event("PROPERTY_UNFAVORITED", &["propertyId", "title", "price", "area"]),
    event(
        "LEAD_CREATED",
        &["leadId", "propertyId", "ownerId", "title", "price", "area", "purpose", "visitAt"],
    ),
    event("LEAD_UPDATED", &["leadId", "propertyId", "title", "from", "to"]),
    event("ProductCreated", PRODUCT),
    event("ProductUpdated", PRODUCT),
    event("ProductDeleted", &["productId", "sku", "name", "reason"]),
    event(
        "ProductPurchased",
        &[
            "productId",
            "sku",
            "name",
            "categories",
            "orderId",
            "quantity",
            "unitPrice",
            "totalPrice",
            "currency",
        ],
    ),
    event(
        "ProductInventoryChanged",
        &["productId", "sku", "previousQuantity", "newQuantity", "quantityChange", "changeReason"],
    ),
    // So that receivers forget, too.
    event("USER_DELETED", &["subjectId"]),
];

/// The published event of that name.
pub fn published(name: &str) -> Option<&'static PublishedEvent> {
    PUBLISHED.iter().find(|event| event.name == name)
}

/// Reads the name of an event in a webhook's list.
///
/// # Errors
/// When webhooks carry no such event.
pub fn subscribable(name: &str) -> Result<String, &'static str> {
    if name == EVERY_EVENT || published(name).is_some() {
        Ok(name.to_owned())
    } else {
        Err("must be names of events that webhooks carry, such as PROPERTY_CREATED, or *")
    }
}

#[cfg(test)]
mod tests;
