//! Checks every state × every kind of person × every command, with and without moderation.

use serde_json::json;

use super::*;
use crate::aggregate::Aggregate;
use crate::fields::Fields;
use crate::property::draft::Draft;
use crate::property::images::PhotoSelection;
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn id<K>(last: u8) -> crate::Id<K> {
    format!("0197c000-0000-7000-8000-0000000000{last:02x}").parse().unwrap()
}

/// Who asks, as one letter: the owner, a moderator, an admin, somebody else (`s`); `J` is a moderator who owns
/// the listing.
fn by(who: char, moderated: bool) -> By {
    let (person, role) = match who {
        'o' => (id(1), Role::Seller),
        'J' => (id(1), Role::Moderator),
        'm' => (id(2), Role::Moderator),
        'a' => (id(3), Role::Admin),
        's' => (id(4), Role::Support),
        other => panic!("{other} is nobody"),
    };
    By { person, role, moderated }
}
const EVERYBODY: &str = "oJmas";

fn content(change: &serde_json::Value) -> Content {
    let mut body = json!({"title": "A villa", "location": "Kondapur", "price": 10_000_000, "propertyType": "VILLA",
        "contactPhone": "9876543210", "description": "It has a garden.", "address": "Lane 7"});
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    Fields::read(body.as_object().unwrap(), Draft::read).unwrap().owned_by(id(1), "Hyderabad")
}

fn edit(change: &serde_json::Value, by: By) -> PropertyCommand {
    PropertyCommand::Edit(content(change), by)
}

fn after(mut state: Property, command: PropertyCommand) -> Property {
    for event in state.decide(command, NOW).unwrap() {
        state.evolve(&event, NOW);
    }
    state
}

fn listing(state: &Property) -> &Listing {
    state.listing.as_ref().unwrap()
}

/// A verified and featured home in the given state.
fn given(state: &str, moderated: bool) -> Property {
    use PropertyCommand::{Approve, ChangeStatus, Feature, Reject, Remove, Verify};
    let (owner, judge) = (by('o', moderated), by('m', moderated));
    let list = PropertyCommand::List {
        id: id(9),
        owner: id(1),
        content: content(&json!({})),
        source_reference: None,
        moderated: true,
        awaits_confirmation: false,
    };
    let reject = || Reject("not yours".into(), judge);
    let mut steps = vec![Verify(true, judge), Feature(true, judge)];
    steps.extend(match state {
        "pending" => vec![],
        "rejected" => vec![reject()],
        "draft" => vec![reject(), ChangeStatus(Status::Draft, owner)],
        other => {
            let mut steps = vec![Approve(judge)];
            steps.extend(match other {
                "active" => vec![],
                "inactive" => vec![ChangeStatus(Status::Inactive, owner)],
                "sold" => vec![ChangeStatus(Status::Sold, owner)],
                "rented" => vec![ChangeStatus(Status::Rented, owner)],
                "expired" => vec![ChangeStatus(Status::Expired, owner)],
                "held" => vec![ChangeStatus(Status::Inactive, judge)],
                "taken down" => vec![reject()],
                "removed" => vec![Remove(owner)],
                unknown => panic!("{unknown} is no state"),
            });
            steps
        }
    });
    steps.into_iter().fold(after(Property::default(), list), after)
}

const STATES: [&str; 11] = [
    "draft",
    "pending",
    "rejected",
    "active",
    "inactive",
    "sold",
    "rented",
    "expired",
    "held",
    "taken down",
    "removed",
];
const COMMANDS: [&str; 15] = [
    "DRAFT",
    "PENDING_REVIEW",
    "ACTIVE",
    "INACTIVE",
    "REJECTED",
    "SOLD",
    "RENTED",
    "EXPIRED",
    "approve",
    "reject",
    "verify",
    "feature",
    "edit",
    "photo",
    "remove",
];

fn command(word: &str, by: By) -> PropertyCommand {
    match word {
        "approve" => PropertyCommand::Approve(by),
        "reject" => PropertyCommand::Reject("not yours".into(), by),
        "verify" => PropertyCommand::Verify(false, by),
        "feature" => PropertyCommand::Feature(false, by),
        "edit" => edit(&json!({"title": "Another villa"}), by),
        "photo" => PropertyCommand::AddImages(
            PhotoSelection { files: vec![id(20)], ..PhotoSelection::default() },
            by,
        ),
        "remove" => PropertyCommand::Remove(by),
        status => PropertyCommand::ChangeStatus(Status::from_word(status).unwrap(), by),
    }
}

/// State, command, who may use it, and the resulting status. `!` marks moves that exist only without
/// moderation, `?` those only with it. Everything not listed is rejected or changes nothing.
const MOVES: &[(&str, &str, &str, &str)] = &[
    ("draft", "PENDING_REVIEW", "oJa", "PENDING_REVIEW"),
    ("draft", "ACTIVE", "oJa!", "ACTIVE"),
    ("rejected", "DRAFT", "oJa", "DRAFT"),
    ("pending", "approve", "ma", "ACTIVE"),
    ("pending", "reject", "ma", "REJECTED"),
    ("active", "INACTIVE", "oJma", "INACTIVE"),
    ("active", "SOLD", "oJa", "SOLD"),
    ("active", "RENTED", "oJa", "RENTED"),
    ("active", "EXPIRED", "oJa", "EXPIRED"),
    ("inactive", "ACTIVE", "oJa", "ACTIVE"),
    ("sold", "ACTIVE", "oJa", "ACTIVE"),
    ("rented", "ACTIVE", "oJa", "ACTIVE"),
    ("expired", "ACTIVE", "oJa", "ACTIVE"),
    ("active", "reject", "ma", "REJECTED"),
    ("inactive", "reject", "ma", "REJECTED"),
    ("sold", "reject", "ma", "REJECTED"),
    ("rented", "reject", "ma", "REJECTED"),
    ("expired", "reject", "ma", "REJECTED"),
    ("held", "reject", "ma", "REJECTED"),
    ("held", "ACTIVE", "ma", "ACTIVE"),
    ("taken down", "ACTIVE", "ma", "ACTIVE"),
    ("taken down", "approve", "ma", "ACTIVE"),
    ("active", "edit", "oJ?", "PENDING_REVIEW"),
    ("inactive", "edit", "oJ?", "PENDING_REVIEW"),
    ("sold", "edit", "oJ?", "PENDING_REVIEW"),
    ("rented", "edit", "oJ?", "PENDING_REVIEW"),
    ("expired", "edit", "oJ?", "PENDING_REVIEW"),
    ("held", "edit", "oJ?", "PENDING_REVIEW"),
    ("active", "photo", "oJ?", "PENDING_REVIEW"),
    ("inactive", "photo", "oJ?", "PENDING_REVIEW"),
    ("sold", "photo", "oJ?", "PENDING_REVIEW"),
    ("rented", "photo", "oJ?", "PENDING_REVIEW"),
    ("expired", "photo", "oJ?", "PENDING_REVIEW"),
    ("held", "photo", "oJ?", "PENDING_REVIEW"),
];

/// The status after `word`; `None` when it is rejected.
fn expected(state: &str, word: &str, who: char, moderated: bool) -> Option<Status> {
    let now = listing(&given(state, moderated)).status;
    let owns = "oJ".contains(who);
    let judges = "ma".contains(who);
    let other = if moderated { '!' } else { '?' };
    for (from, command, may, to) in MOVES {
        if (*from, *command) == (state, word) && may.contains(who) && !may.contains(other) {
            return Status::from_word(to);
        }
    }
    let changes = owns || who == 'a';
    match word {
        "remove" if state == "removed" => Some(now),
        _ if state == "removed" => None,
        "remove" => changes.then_some(Status::Removed),
        "edit" | "photo" => changes.then_some(now),
        "verify" | "feature" => judges.then_some(now),
        "approve" => (judges && state == "active").then_some(now),
        "reject" => None,
        // Asking for the current status changes nothing.
        status if status == now.word() && changes => Some(now),
        status if status == now.word() && who == 'm' && ["ACTIVE", "INACTIVE"].contains(&status) => Some(now),
        _ => None,
    }
}

#[test]
fn every_state_lets_everybody_do_exactly_what_the_table_says() {
    let mut wrong = Vec::new();
    for moderated in [false, true] {
        for state in STATES {
            for who in EVERYBODY.chars() {
                for word in COMMANDS {
                    let mut home = given(state, moderated);
                    let decided = home.decide(command(word, by(who, moderated)), NOW);
                    let got = decided.map(|events| {
                        for event in &events {
                            home.evolve(event, NOW);
                        }
                        listing(&home).status
                    });
                    let wanted = expected(state, word, who, moderated);
                    if got.as_ref().ok() != wanted.as_ref() {
                        wrong.push(format!(
                            "{state} {who} {word} moderated={moderated}: {got:?}, not {wanted:?}"
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_is_offered_is_what_is_taken() {
    for (state, moderated) in STATES.iter().flat_map(|state| [(state, false), (state, true)]) {
        for who in EVERYBODY.chars() {
            let home = given(state, moderated);
            let by = by(who, moderated);
            let taken = |to: &Status| {
                let asked = home.decide(PropertyCommand::ChangeStatus(*to, by), NOW);
                asked.is_ok_and(|events| !events.is_empty())
            };
            let all = Status::ALL.iter().map(|(_, status)| *status).filter(|s| *s != Status::Removed);
            let taken: Vec<Status> = all.filter(taken).collect();
            assert_eq!(listing(&home).next(by), taken, "{state} {who} moderated={moderated}");
        }
    }
}

#[test]
fn a_change_that_matters_is_judged_again_and_takes_the_marks() {
    for (change, matters) in [
        (json!({"title": "Another villa"}), true),
        (json!({"description": "It has no garden."}), true),
        (json!({"location": "Miyapur"}), true),
        (json!({"address": "Lane 8"}), true),
        (json!({"latitude": 17.4, "longitude": 78.3}), true),
        (json!({"propertyType": "HOUSE"}), true),
        (json!({"listingType": "RENT"}), true),
        (json!({"bedrooms": 5}), true),
        (json!({"areaSqft": 9000}), true),
        (json!({"contactPhone": "9876543211"}), true),
        (json!({"price": 12_000_001}), true),
        (json!({"price": 7_999_999}), true),
        (json!({"price": 12_000_000}), false),
        (json!({"price": 8_000_000}), false),
        (json!({"bathrooms": 3, "parkingSpaces": 1, "floorNumber": 2, "ageOfProperty": 4}), false),
        (json!({"facing": "East", "furnishedStatus": "FURNISHED"}), false),
        (json!({"amenities": "Lift", "nearbyFacilities": "Metro station"}), false),
    ] {
        for moderated in [false, true] {
            let home = after(given("active", moderated), edit(&change, by('o', moderated)));
            let home = listing(&home);
            let wanted = if matters && moderated { Status::PendingReview } else { Status::Active };
            assert_eq!((home.status, home.verified, home.featured), (wanted, !matters, !matters), "{change}");
            // An administrator's own change needs no review.
            let home = after(given("active", moderated), edit(&change, by('a', moderated)));
            assert_eq!((listing(&home).status, listing(&home).verified), (Status::Active, true), "{change}");
        }
    }
}

#[test]
fn small_steps_of_the_price_do_not_add_up() {
    let owner = by('o', true);
    let home = after(given("active", true), edit(&json!({"price": 8_500_000}), owner));
    assert_eq!(listing(&home).status, Status::Active);
    let home = after(home, edit(&json!({"price": 7_500_000}), owner));
    assert_eq!(listing(&home).status, Status::PendingReview);
    let home = after(home, PropertyCommand::Approve(by('m', true)));
    let home = after(home, edit(&json!({"price": 6_500_000}), owner));
    assert_eq!(listing(&home).status, Status::Active, "within a fifth of what was approved");
}

#[test]
fn another_order_of_photos_is_not_judged_and_a_new_photo_is() {
    let owner = by('o', true);
    let photos = |files: &[u8], by| {
        let files = files.iter().map(|file| id(*file)).collect();
        PropertyCommand::AddImages(PhotoSelection { files, ..PhotoSelection::default() }, by)
    };
    let home = after(given("pending", true), photos(&[10, 11], owner));
    let home = after(home, PropertyCommand::Approve(by('m', true)));
    let home = after(home, photos(&[11, 10], owner));
    assert_eq!((listing(&home).status, listing(&home).verified), (Status::Active, false));
    let home = after(home, PropertyCommand::Verify(true, by('m', true)));
    let home = after(home, photos(&[12], owner));
    assert_eq!((listing(&home).status, listing(&home).verified), (Status::PendingReview, false));
}

#[test]
fn what_moderators_hold_stays_theirs_on_every_way() {
    let (owner, judge) = (by('o', true), by('m', true));
    let home = after(given("held", true), edit(&json!({"title": "Another villa"}), owner));
    let home = after(home, PropertyCommand::Reject("the same again".into(), judge));
    let back = PropertyCommand::ChangeStatus(Status::Draft, by('o', false));
    assert_eq!(
        home.decide(back, NOW),
        Err(PropertyRejection::Held),
        "whatever the tenant's settings are by now"
    );
    let home = after(home, PropertyCommand::Approve(judge));
    let home = after(home, PropertyCommand::ChangeStatus(Status::Inactive, owner));
    let home = after(home, PropertyCommand::ChangeStatus(Status::Active, owner));
    assert_eq!(listing(&home).status, Status::Active, "put back, it is the owner's again");
}

#[test]
fn refusals_say_why() {
    let own = by('J', true);
    let verify = given("active", true).decide(PropertyCommand::Verify(false, own), NOW);
    assert_eq!(verify, Err(PropertyRejection::OwnListing));
    let sold = PropertyCommand::ChangeStatus(Status::Sold, by('m', true));
    assert_eq!(given("active", true).decide(sold, NOW), Err(PropertyRejection::NotAllowed));
    let back = PropertyCommand::ChangeStatus(Status::Active, by('o', true));
    assert_eq!(given("held", true).decide(back.clone(), NOW), Err(PropertyRejection::Held));
    assert_eq!(
        given("draft", true).decide(back, NOW),
        Err(PropertyRejection::Transition { from: Status::Draft, to: Status::Active })
    );
}
