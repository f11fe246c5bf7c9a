//! The photographs of the sample homes: drawn when they are needed, and uploaded by the homes' owners.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use domain::property::kinds::{ListingType, PropertyType};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageError};
use supervisor::Background;

use super::DemoError;
use super::drawing::{self, View};
use super::homes::Home;
use super::people::Account;
use crate::api_client::FormFile;

/// No photo has more bytes. The first quality is enough for almost all; busy ones get the next.
const MOST_BYTES: usize = 150_000;
const QUALITIES: [u8; 4] = [84, 74, 60, 45];

const FEWEST: usize = 3;

/// The homes whose photos are still to be taken, and their owners.
pub struct Album {
    pages: Vec<Page>,
    people: BTreeMap<&'static str, Account>,
}

struct Page {
    id: String,
    owner: String,
    reference: String,
    views: Vec<View>,
}

impl Album {
    /// The newest homes come first, because they are seen first.
    pub(super) fn of(
        homes: &[Home],
        listed: &BTreeMap<usize, String>,
        people: BTreeMap<&'static str, Account>,
    ) -> Self {
        let mut newest: Vec<(&Home, &String)> =
            listed.iter().filter_map(|(place, id)| Some((homes.get(*place)?, id))).collect();
        newest.sort_by_key(|(home, _)| home.listed);
        let page = |(home, id): (&Home, &String)| Page {
            id: id.clone(),
            owner: home.owner.clone(),
            reference: home.reference().to_owned(),
            views: views(home),
        };
        Self { pages: newest.into_iter().map(page).collect(), people }
    }

    /// Only the first `homes` get their photos.
    #[cfg(test)]
    pub(super) fn keep(&mut self, homes: usize) {
        self.pages.truncate(homes);
    }

    /// How many photos there will be.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pages.iter().map(|page| page.views.len()).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Draws and uploads all photos, home after home. The drawing runs on `background`.
    ///
    /// # Errors
    /// At the first refusal. The other homes then have no photos.
    pub async fn upload(mut self, background: Background) -> Result<(), DemoError> {
        for Page { id, owner, reference, views } in self.pages {
            let drawn =
                background.spawn_blocking(move || draw(&reference, &views).map(|files| (reference, files)));
            let (reference, files) = drawn
                .await
                .map_err(|error| DemoError::Draw(error.to_string()))?
                .map_err(|error| DemoError::Draw(error.to_string()))?;
            let owner = self.people.get_mut(owner.as_str()).ok_or(DemoError::Unknown(owner))?;
            owner.renew().await?;
            let key = format!("photos of {reference}");
            let path = format!("/api/properties/{id}/images");
            owner.client.send_files(&path, &files, &[("Idempotency-Key", &key)]).await?.data()?;
        }
        Ok(())
    }
}

fn draw(reference: &str, views: &[View]) -> Result<Vec<FormFile>, ImageError> {
    let seed = seed_of(reference);
    let mut files = Vec::with_capacity(views.len());
    for (number, view) in (1_u64..).zip(views) {
        let bytes = photo(*view, seed.wrapping_add(number))?;
        files.push(FormFile { name: format!("{reference}-{number}.jpg"), media: "image/jpeg", bytes });
    }
    Ok(files)
}

/// A photo as a JPEG. The same seed gives the same bytes.
///
/// # Errors
/// When it cannot be encoded.
pub fn photo(view: View, seed: u64) -> Result<Vec<u8>, ImageError> {
    let pixels = drawing::draw(view, seed);
    let mut jpeg = Vec::new();
    for quality in QUALITIES {
        jpeg.clear();
        let (wide, high) = (u32::from(drawing::WIDE), u32::from(drawing::HIGH));
        JpegEncoder::new_with_quality(&mut jpeg, quality).encode(
            &pixels,
            wide,
            high,
            ExtendedColorType::Rgb8,
        )?;
        if jpeg.len() <= MOST_BYTES {
            break;
        }
    }
    Ok(jpeg)
}

/// FNV-1a: the same on every machine and in every version.
fn seed_of(reference: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    reference.bytes().fold(0xCBF2_9CE4_8422_2325, step)
}

/// What the photos of a home show: the outside or the best of it first, three to six in all.
fn views(home: &Home) -> Vec<View> {
    let all = shown(home);
    let [.., last] = seed_of(home.reference()).to_be_bytes();
    all.iter().copied().take(FEWEST + usize::from(last % 4)).collect()
}

fn shown(home: &Home) -> &'static [View] {
    use View::{
        Balcony, Bath, Bedroom, Block, Desks, Farmhouse, Field, Hall, House, Kitchen, Living, Offices, Plot,
        Shops, Terrace, Tower, Villa, Warehouse,
    };
    if home.listing_type() == ListingType::Flatmate {
        return &[Bedroom, Living, Kitchen, Balcony];
    }
    match home.property_type() {
        PropertyType::Apartment => &[Tower, Living, Bedroom, Kitchen, Balcony, Bath],
        PropertyType::House => &[House, Living, Bedroom, Kitchen, Bath],
        PropertyType::Villa => &[Villa, Living, Bedroom, Kitchen, Terrace, Bath],
        PropertyType::BuilderFloor => &[Block, Living, Bedroom, Kitchen],
        PropertyType::Penthouse => &[Terrace, Living, Tower, Bedroom, Kitchen, Bath],
        PropertyType::Studio => &[Living, Block, Kitchen, Bath],
        PropertyType::ServicedApartment => &[Living, Tower, Bedroom, Bath],
        PropertyType::Farmhouse => &[Farmhouse, Field, Living, Bedroom, Kitchen],
        PropertyType::Plot if home.is_farmland() => &[Field, Field, Field],
        PropertyType::Plot => &[Plot, Plot, Plot],
        PropertyType::Office => &[Offices, Desks, Balcony],
        PropertyType::Shop => &[Shops, Hall, Shops],
        PropertyType::Warehouse | PropertyType::Industrial => &[Warehouse, Hall, Warehouse],
        PropertyType::Coworking => &[Desks, Offices, Desks],
        PropertyType::Commercial => &[Shops, Desks, Shops],
        PropertyType::PgHostel => &[Block, Bedroom, Bath, Kitchen],
    }
}
