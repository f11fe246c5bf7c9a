use super::*;
use crate::fields::Fields;
use crate::id::Ids;
use crate::property::draft::Draft;
use crate::property::kinds::PropertyType;
use crate::user::Role;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn owner() -> UserId {
    "0197c000-0000-7000-8000-000000000001".parse().unwrap()
}

fn by_owner() -> By {
    By { person: owner(), role: Role::User, moderated: false }
}

fn id() -> PropertyId {
    "0197c000-0000-7000-8000-000000000002".parse().unwrap()
}

fn content(price: &str) -> Content {
    let body = json!({"title": "2 BHK in Kondapur", "location": "Kondapur", "price": price, "propertyType": "apartment"});
    Fields::read(body.as_object().unwrap(), Draft::read).unwrap().owned_by(owner(), "Hyderabad")
}

fn listed(moderated: bool) -> Vec<PropertyEvent> {
    listed_by(moderated, false)
}

fn listed_by(moderated: bool, awaits_confirmation: bool) -> Vec<PropertyEvent> {
    let command = PropertyCommand::List {
        id: id(),
        owner: owner(),
        content: content("85 lakh"),
        source_reference: None,
        moderated,
        awaits_confirmation,
    };
    Property::default().decide(command, NOW).unwrap()
}

fn given(events: &[PropertyEvent]) -> Property {
    let mut state = Property::default();
    for event in events {
        state.evolve(event, NOW);
    }
    state
}

fn status(from: Status, to: Status) -> PropertyEvent {
    PropertyEvent::StatusChanged {
        property_id: id(),
        title: Erasable::of(UserId::default(), "2 BHK in Kondapur".into()),
        from,
        to,
        by_moderator: false,
    }
}

#[test]
fn a_listing_of_an_unconfirmed_owner_waits_and_only_the_confirmation_ends_that() {
    use PropertyCommand::{ChangeStatus, OwnerConfirmed, Remove};
    for (moderated, first) in [(false, Status::Active), (true, Status::PendingReview)] {
        let events = listed_by(moderated, true);
        let state = given(&events);
        assert_eq!(state.listing.as_ref().unwrap().status, Status::Draft);
        let by = By { moderated, ..by_owner() };
        for to in [Status::Active, Status::PendingReview] {
            let refused = state.decide(ChangeStatus(to, by), NOW);
            assert_eq!(refused, Err(PropertyRejection::AwaitsConfirmation));
        }
        assert!(state.listing.as_ref().unwrap().next(by).is_empty());
        let stored: PropertyEvent =
            serde_json::from_value(serde_json::to_value(&events[0]).unwrap()).unwrap();
        assert_eq!(stored, events[0]);
        let released = state.decide(OwnerConfirmed { moderated }, NOW).unwrap();
        assert_eq!(released, [status(Status::Draft, first)]);
        let state = given(&[events, released].concat());
        assert_eq!(state.decide(OwnerConfirmed { moderated }, NOW), Ok(vec![]), "twice does nothing");
        let removed = given(&[listed_by(moderated, true), state.decide(Remove(by), NOW).unwrap()].concat());
        assert_eq!(removed.decide(OwnerConfirmed { moderated }, NOW), Ok(vec![]));
    }
    // A draft that does not wait, as after a rejection, stays what it is.
    assert_eq!(given(&listed(false)).decide(OwnerConfirmed { moderated: false }, NOW), Ok(vec![]));
}

#[test]
fn a_listing_is_active_at_once_unless_the_tenant_moderates() {
    assert_eq!(given(&listed(false)).listing.unwrap().status, Status::Active);
    assert_eq!(given(&listed(true)).listing.unwrap().status, Status::PendingReview);
}

#[test]
fn an_edit_names_what_changed_and_an_equal_one_changes_nothing() {
    let state = given(&listed(false));
    let events = state.decide(PropertyCommand::Edit(content("80 lakh"), by_owner()), NOW).unwrap();
    let expected = PropertyEvent::Edited {
        property_id: id(),
        changed: vec!["price".into()],
        previous_price: Some(Paise::from_paise(850_000_000)),
        marks_lost: false,
        content: content("80 lakh"),
    };
    assert_eq!(events, [expected]);
    assert_eq!(state.decide(PropertyCommand::Edit(content("85 lakh"), by_owner()), NOW), Ok(vec![]));
}

#[test]
fn statuses_follow_the_table_of_decisions() {
    let sold = [listed(false), vec![status(Status::Active, Status::Sold)]].concat();
    let state = given(&sold);
    assert_eq!(
        state.decide(PropertyCommand::ChangeStatus(Status::Active, by_owner()), NOW),
        Ok(vec![status(Status::Sold, Status::Active)])
    );
    assert_eq!(
        state.decide(PropertyCommand::ChangeStatus(Status::Rented, by_owner()), NOW),
        Err(PropertyRejection::Transition { from: Status::Sold, to: Status::Rented })
    );
    assert_eq!(state.decide(PropertyCommand::ChangeStatus(Status::Sold, by_owner()), NOW), Ok(vec![]));
}

#[test]
fn an_owner_cannot_pass_moderation() {
    let state = given(&listed(true));
    assert_eq!(
        state.decide(PropertyCommand::ChangeStatus(Status::Active, by_owner()), NOW),
        Err(PropertyRejection::Transition { from: Status::PendingReview, to: Status::Active })
    );
    let approved = PropertyEvent::Approved {
        property_id: id(),
        title: Erasable::of(UserId::default(), "2 BHK in Kondapur".into()),
    };
    let moderator = By { person: Ids.id(NOW), role: Role::Moderator, moderated: true };
    assert_eq!(state.decide(PropertyCommand::Approve(moderator), NOW), Ok(vec![approved]));
}

#[test]
fn removal_is_final_and_can_be_asked_twice() {
    let removed = PropertyEvent::Removed {
        property_id: id(),
        title: Erasable::of(UserId::default(), "2 BHK in Kondapur".into()),
    };
    let state = given(&listed(false));
    assert_eq!(state.decide(PropertyCommand::Remove(by_owner()), NOW), Ok(vec![removed.clone()]));
    let state = given(&[listed(false), vec![removed]].concat());
    assert_eq!(state.decide(PropertyCommand::Remove(by_owner()), NOW), Ok(vec![]));
    assert_eq!(
        state.decide(PropertyCommand::ChangeStatus(Status::Active, by_owner()), NOW),
        Err(PropertyRejection::Removed)
    );
    assert_eq!(
        Property::default().decide(PropertyCommand::Remove(by_owner()), NOW),
        Err(PropertyRejection::Unknown)
    );
}

fn errors(body: &Value) -> Vec<String> {
    let errors = Fields::read(body.as_object().unwrap(), Draft::read).unwrap_err();
    errors.0.into_iter().map(|(field, message)| format!("{field} {message}")).collect()
}

#[test]
fn everything_wrong_with_a_body_is_said_at_once() {
    let body =
        json!({"title": "Hi", "price": -1, "propertyType": "CASTLE", "latitude": 100, "bedrooms": "many"});
    assert_eq!(
        errors(&body),
        [
            "bedrooms must be a number of rooms, such as 2, 2.5 or 3 BHK",
            "latitude must be between -90 and 90",
            "location is required",
            "longitude is required with latitude",
            "price must be greater than 0",
            "propertyType must be one of APARTMENT, HOUSE, VILLA, BUILDER_FLOOR, PENTHOUSE, STUDIO, \
             SERVICED_APARTMENT, FARMHOUSE, PLOT, OFFICE, SHOP, WAREHOUSE, COWORKING, INDUSTRIAL, COMMERCIAL, \
             PG_HOSTEL",
            "title must be 5 to 200 characters long",
        ]
    );
}

#[test]
fn clients_of_the_earlier_system_are_understood() {
    let body = json!({"title": "Villa in Miyapur", "location": "Miyapur", "price": "2.2 cr", "propertyType": "villa",
        "bedrooms": "4", "amenities": "Pool, Garden,,Pool", "areaSqft": "2650", "furnishedStatus": "semi-furnished",
        "bathrooms": "", "userId": "someone-else", "contactPhone": "98765 43210"});
    let read = Fields::read(body.as_object().unwrap(), Draft::read).unwrap().owned_by(owner(), "Hyderabad");
    assert_eq!(read.specifications.bedrooms, Some(Rooms::whole(4)));
    assert_eq!(read.specifications.bathrooms, None);
    assert_eq!(read.specifications.property_type, PropertyType::Villa);
    assert_eq!(read.amenities(), ["Pool", "Garden"]);
    assert_eq!(read.location.city, "Hyderabad");
    assert_eq!(read.contact.unwrap().into_value().unwrap().phone.unwrap(), "+919876543210");
}
