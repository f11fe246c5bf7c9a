//! The photos of a listing: files of its owner, in order, one of which is primary.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moderation::Party;
use super::{By, Property, PropertyEvent, PropertyRejection};
use crate::id::FileId;

/// The most photos a listing may have.
pub const MOST: usize = 10;

/// A photo of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// The file.
    pub file_id: FileId,
    /// Whether it is the primary photo, which represents the listing. A listing with photos has exactly one.
    pub primary: bool,
}

/// A photo of a listing, as every answer shows it. The first five members are those of the earlier system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListingImage {
    /// The file. `fileId` is the same.
    id: FileId,
    /// Where its bytes are. `?w=320`, `?w=800` or `?w=1600` selects a width.
    image_url: String,
    /// The name under which it can be downloaded.
    image_name: String,
    /// Whether it represents the listing. A listing with photos has exactly one such photo. `primary` is the same.
    is_primary: bool,
    /// Its place among the photos, from 0.
    display_order: usize,
    file_id: FileId,
    primary: bool,
}

impl ListingImage {
    /// All photos of a listing. `base_url` is that of images, without a trailing slash.
    #[must_use]
    pub fn all(images: &[Image], base_url: &str) -> Vec<Self> {
        let one = |(display_order, image): (usize, &Image)| Self {
            id: image.file_id,
            image_url: format!("{base_url}/api/files/{}", image.file_id),
            image_name: format!("{}.webp", image.file_id),
            is_primary: image.primary,
            display_order,
            file_id: image.file_id,
            primary: image.primary,
        };
        images.iter().enumerate().map(one).collect()
    }
}

/// A requested change to the photos of a listing.
#[derive(Clone, Debug, Default)]
pub struct PhotoSelection {
    /// Photos to put last, in this order, whether or not the listing has them already.
    pub files: Vec<FileId>,
    /// The primary photo. Without it the current primary photo stays, or else the first one becomes primary.
    pub primary: Option<FileId>,
    /// Photos whose files no longer exist; they are removed.
    pub gone: Vec<FileId>,
}

impl Property {
    pub(super) fn add_images(
        &self,
        wanted: &PhotoSelection,
        by: By,
    ) -> Result<Vec<PropertyEvent>, PropertyRejection> {
        let listing = self.present()?;
        let party = listing.party(by);
        if !matches!(party, Party::Owner | Party::Administrator) {
            return Err(PropertyRejection::NotAllowed);
        }
        let before = &listing.images;
        let stays =
            |image: &&Image| !wanted.files.contains(&image.file_id) && !wanted.gone.contains(&image.file_id);
        let mut files: Vec<FileId> = before.iter().filter(stays).map(|image| image.file_id).collect();
        for file in &wanted.files {
            if !files.contains(file) {
                files.push(*file);
            }
        }
        if files.len() > MOST {
            return Err(PropertyRejection::TooManyImages);
        }
        let old = before.iter().find(|image| image.primary).map(|image| image.file_id);
        let images = in_order(files, wanted.primary.or(old));
        if images == *before {
            return Ok(Vec::new());
        }
        let new = |image: &&Image| !before.iter().any(|old| old.file_id == image.file_id);
        let added: Vec<FileId> = images.iter().filter(new).map(|image| image.file_id).collect();
        // A new order shows nothing new.
        let matters = party == Party::Owner && !added.is_empty();
        let (property_id, title) = (listing.id, listing.title());
        let marks_lost = matters && listing.has_marks();
        let pictured = PropertyEvent::ImagesAdded { property_id, title, added, marks_lost, images };
        let review = if matters { listing.review(by) } else { None };
        Ok(review.into_iter().chain([pictured]).collect())
    }

    /// Takes photos away. The next one becomes primary if the primary photo is among them. A listing that is removed
    /// or does not have them stays as it is.
    pub(super) fn drop_images(&self, gone: &[FileId]) -> Vec<PropertyEvent> {
        let Ok(listing) = self.present() else { return Vec::new() };
        let left = listing.images.iter().map(|image| image.file_id).filter(|file| !gone.contains(file));
        let old = listing.images.iter().find(|image| image.primary).map(|image| image.file_id);
        let images = in_order(left.collect(), old);
        if images == listing.images {
            return Vec::new();
        }
        let (property_id, title) = (listing.id, listing.title());
        vec![PropertyEvent::ImagesAdded { property_id, title, added: Vec::new(), marks_lost: false, images }]
    }
}

/// Photos of these files. If `primary` is not among them, the first one is primary.
fn in_order(files: Vec<FileId>, primary: Option<FileId>) -> Vec<Image> {
    let primary = primary.filter(|file| files.contains(file)).or_else(|| files.first().copied());
    files.into_iter().map(|file_id| Image { file_id, primary: Some(file_id) == primary }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::aggregate::Aggregate;
    use crate::fields::Fields;
    use crate::property::PropertyCommand;
    use crate::property::draft::Draft;
    use crate::time::Timestamp;
    use crate::user::Role;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn id<K>(last: u8) -> crate::Id<K> {
        format!("0197c000-0000-7000-8000-0000000000{last:02x}").parse().unwrap()
    }

    fn owner() -> By {
        By { person: id(1), role: Role::User, moderated: false }
    }

    fn listed() -> Property {
        let body = json!({"title": "A villa", "location": "Kondapur", "price": 5, "propertyType": "VILLA"});
        let content =
            Fields::read(body.as_object().unwrap(), Draft::read).unwrap().owned_by(id(1), "Hyderabad");
        let list = PropertyCommand::List {
            id: id(2),
            owner: id(1),
            content,
            source_reference: None,
            moderated: false,
            awaits_confirmation: false,
        };
        after(Property::default(), list)
    }

    fn after(mut state: Property, command: PropertyCommand) -> Property {
        for event in state.decide(command, NOW).unwrap() {
            state.evolve(&event, NOW);
        }
        state
    }

    fn wanted(files: &[u8], primary: Option<u8>, gone: &[u8]) -> PropertyCommand {
        let ids = |numbers: &[u8]| numbers.iter().map(|number| id(*number)).collect();
        let wanted = PhotoSelection { files: ids(files), primary: primary.map(id), gone: ids(gone) };
        PropertyCommand::AddImages(wanted, owner())
    }

    fn images(of: &Property) -> Vec<(FileId, bool)> {
        of.listing.as_ref().unwrap().images.iter().map(|image| (image.file_id, image.primary)).collect()
    }

    #[test]
    fn photos_keep_their_order_and_one_of_them_stands_for_the_listing() {
        let state = after(listed(), wanted(&[10, 11, 10], None, &[]));
        assert_eq!(images(&state), [(id(10), true), (id(11), false)]);
        let state = after(state, wanted(&[12], Some(12), &[]));
        assert_eq!(images(&state), [(id(10), false), (id(11), false), (id(12), true)]);
        let state = after(state, wanted(&[11, 10], None, &[12]));
        assert_eq!(images(&state), [(id(11), true), (id(10), false)], "ordered anew, without what is gone");
        assert_eq!(state.decide(wanted(&[11, 10], None, &[]), NOW), Ok(vec![]));
    }

    #[test]
    fn an_event_names_what_is_new_and_all_there_is() {
        let state = after(listed(), wanted(&[10], None, &[]));
        let event = PropertyEvent::ImagesAdded {
            property_id: id(2),
            title: crate::Erasable::of(id(1), "A villa".into()),
            added: vec![id(11)],
            marks_lost: false,
            images: vec![Image { file_id: id(10), primary: true }, Image { file_id: id(11), primary: false }],
        };
        assert_eq!(state.decide(wanted(&[11], None, &[]), NOW), Ok(vec![event]));
    }

    #[test]
    fn ten_photos_are_the_most_and_a_removed_listing_takes_none() {
        let ten: Vec<u8> = (10..20).collect();
        let state = after(listed(), wanted(&ten, None, &[]));
        assert_eq!(state.decide(wanted(&[20], None, &[]), NOW), Err(PropertyRejection::TooManyImages));
        assert_eq!(images(&after(state.clone(), wanted(&[20], None, &[10]))).len(), 10);
        let removed = after(state, PropertyCommand::Remove(owner()));
        assert_eq!(removed.decide(wanted(&[20], None, &[]), NOW), Err(PropertyRejection::Removed));
        assert_eq!(Property::default().decide(wanted(&[], None, &[]), NOW), Err(PropertyRejection::Unknown));
    }

    #[test]
    fn a_file_that_is_gone_takes_its_photo_along_and_the_next_one_stands_for_the_listing() {
        let state = after(listed(), wanted(&[10, 11, 12], None, &[]));
        let drop =
            |files: &[u8]| PropertyCommand::DropImages(files.iter().map(|number| id(*number)).collect());
        let two = after(state.clone(), drop(&[10]));
        assert_eq!(images(&two), [(id(11), true), (id(12), false)]);
        assert_eq!(images(&after(two.clone(), drop(&[12, 13]))), [(id(11), true)]);
        assert_eq!(images(&after(two.clone(), drop(&[11, 12]))), []);
        assert_eq!(two.decide(drop(&[10]), NOW), Ok(vec![]), "a second time");
        let removed = after(state, PropertyCommand::Remove(owner()));
        assert_eq!(removed.decide(drop(&[10]), NOW), Ok(vec![]));
        assert_eq!(Property::default().decide(drop(&[10]), NOW), Ok(vec![]));
    }

    #[test]
    fn photos_come_with_a_listing_or_an_edit_or_neither_comes() {
        let state = listed();
        let mut content = state.listing.as_ref().unwrap().content.clone();
        content.price = crate::Paise::from_paise(700);
        let with = |files: &[u8]| {
            let photos =
                PhotoSelection { files: files.iter().map(|n| id(*n)).collect(), ..PhotoSelection::default() };
            let edit = Box::new(PropertyCommand::Edit(content.clone(), owner()));
            PropertyCommand::WithImages(edit, photos, owner())
        };
        let events = state.decide(with(&[10]), NOW).unwrap();
        assert!(matches!(events[..], [PropertyEvent::Edited { .. }, PropertyEvent::ImagesAdded { .. }]));
        let eleven: Vec<u8> = (10..21).collect();
        assert_eq!(state.decide(with(&eleven), NOW), Err(PropertyRejection::TooManyImages));
        // An edit and a photo send a listing to review once.
        let moderated = By { moderated: true, ..owner() };
        let edit = Box::new(PropertyCommand::Edit(content, moderated));
        let photos = PhotoSelection { files: vec![id(10)], ..PhotoSelection::default() };
        let events = state.decide(PropertyCommand::WithImages(edit, photos, moderated), NOW).unwrap();
        assert!(matches!(
            events[..],
            [
                PropertyEvent::StatusChanged { .. },
                PropertyEvent::Edited { .. },
                PropertyEvent::ImagesAdded { .. }
            ]
        ));
    }

    #[test]
    fn answers_have_the_members_that_older_clients_read() {
        let photos = [Image { file_id: id(10), primary: false }, Image { file_id: id(11), primary: true }];
        let shown = serde_json::to_value(ListingImage::all(&photos, "https://images.example.com")).unwrap();
        let file: FileId = id(11);
        assert_eq!(
            shown[1],
            json!({"id": file, "imageUrl": format!("https://images.example.com/api/files/{file}"),
                "imageName": format!("{file}.webp"), "isPrimary": true, "displayOrder": 1,
                "fileId": file, "primary": true})
        );
    }
}
