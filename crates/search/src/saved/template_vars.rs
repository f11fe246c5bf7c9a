//! The template variables of an e-mail or message about homes.

use domain::PropertyId;
use domain::notification::Variables;
use domain::preferences::Channel;
use domain::property::Image;

use super::alerts::Occasion;
use crate::home::Home;

/// The maximum length of one variable in a text message template approved under DLT.
const LONGEST_IN_TEXT: usize = 30;
/// The number of homes that a digest lists. It also gives the total.
pub const LISTED: usize = 10;

/// The variables for one home.
pub fn alert(home: &Home, occasion: Occasion, search: &str, channel: Channel) -> Variables {
    let content = &home.content;
    let texts = [
        ("title", content.title().to_owned()),
        ("area", content.location.area.text().to_owned()),
        ("price", content.price.in_words()),
        ("occasion", occasion.words().to_owned()),
        ("search", search.to_owned()),
    ];
    let mut told = fitting(&texts, channel);
    told.insert("propertyId".into(), home.id.to_string());
    if channel == Channel::Email {
        told.extend(photo(&home.images).map(|photo| ("photo".to_owned(), photo)));
    }
    told
}

/// The variables for all homes of a digest. The first homes are listed, one line each: id, title, place and price.
pub fn digest(homes: &[&Home], search: &str, channel: Channel) -> Variables {
    let total = homes.len();
    let title = if total == 1 { "1 home for you".to_owned() } else { format!("{total} homes for you") };
    let texts = [("title", title), ("total", total.to_string()), ("search", search.to_owned())];
    let mut told = fitting(&texts, channel);
    // A text message has no room for the list.
    if channel != Channel::Sms {
        let lines: Vec<String> = homes.iter().take(LISTED).map(|home| line(home.id, home)).collect();
        told.insert("homes".into(), lines.join("\n"));
    }
    if channel == Channel::Email {
        let photos: Vec<String> = homes.iter().take(LISTED).filter_map(|home| photo_line(home)).collect();
        if !photos.is_empty() {
            told.insert("photos".into(), photos.join("\n"));
        }
    }
    told
}

fn line(id: PropertyId, home: &Home) -> String {
    let content = &home.content;
    let price = content.price.in_words();
    let facts = [content.title(), content.location.area.text(), price.as_str()];
    let told: Vec<&str> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    let words = told.join(", ");
    let words: Vec<&str> = words.split_whitespace().collect();
    format!("{id} {}", words.join(" "))
}

/// The photo that stands for a home, by its file.
fn photo(images: &[Image]) -> Option<String> {
    let primary = images.iter().find(|image| image.primary).or_else(|| images.first());
    primary.map(|image| image.file_id.to_string())
}

/// The ids of a home and of its photo.
fn photo_line(home: &Home) -> Option<String> {
    photo(&home.images).map(|photo| format!("{} {photo}", home.id))
}

fn fitting(texts: &[(&str, String)], channel: Channel) -> Variables {
    let most = if channel == Channel::Sms { LONGEST_IN_TEXT } else { usize::MAX };
    let fit = |text: &String| text.chars().take(most).collect::<String>();
    texts.iter().map(|(name, text)| ((*name).to_owned(), fit(text))).collect()
}

#[cfg(test)]
mod tests {
    use domain::{FileId, Ids, Timestamp};

    use super::*;

    #[test]
    fn the_primary_photo_stands_for_a_home() {
        let id = |micros| FileId::from(Ids.uuid(Timestamp::from_micros(micros)));
        let image = |file_id, primary| Image { file_id, primary };
        let (first, second) = (id(1), id(2));
        assert_eq!(photo(&[]), None);
        assert_eq!(photo(&[image(first, false), image(second, true)]), Some(second.to_string()));
        assert_eq!(photo(&[image(first, false)]), Some(first.to_string()));
    }
}
