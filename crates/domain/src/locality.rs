//! The localities of Hyderabad, and the area that an owner's words name. Everybody who writes `Hi-Tech City`, `Hitech city`
//! or `Madhapur Road, HITEC City` means one area. A locality that is missing here is an area of its own.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::search_text::words;

/// Each locality: its name, then other names. Names that differ in case, blanks and punctuation only are one.
pub const LOCALITIES: &[&[&str]] = &[
    &["A S Rao Nagar", "AS Rao Nagar"],
    &["Abids"],
    &["Adibatla"],
    &["Adikmet"],
    &["Alwal"],
    &["Ameenpur"],
    &["Ameerpet"],
    &["Amberpet"],
    &["Appa Junction"],
    &["Attapur"],
    &["Bachupally"],
    &["Bahadurpura"],
    &["Balanagar"],
    &["Bandlaguda"],
    &["Banjara Hills"],
    &["Barkatpura"],
    &["Beeramguda"],
    &["Begumpet"],
    &["Bhongir"],
    &["BHEL"],
    &["Boduppal"],
    &["Bollaram"],
    &["Borabanda"],
    &["Botanical Garden Road"],
    &["Bowenpally"],
    &["Bowrampet"],
    &["Chandanagar", "Chanda Nagar"],
    &["Chandrayangutta"],
    &["Charminar"],
    &["Chevella"],
    &["Chikkadpally"],
    &["Chintal"],
    &["Dammaiguda"],
    &["Dilsukhnagar", "Dilsukh Nagar"],
    &["Domalguda"],
    &["Dundigal"],
    &["ECIL"],
    &["Erragadda"],
    &["Film Nagar"],
    &["Financial District"],
    &["Gachibowli"],
    &["Gandimaisamma"],
    &["Gandipet"],
    &["Ghatkesar"],
    &["Gopanpally"],
    &["Gowlidoddi"],
    &["Habsiguda"],
    &["Hafeezpet"],
    &["Hayathnagar", "Hayath Nagar"],
    &["Himayat Nagar", "Himayatnagar"],
    &["HITEC City", "Hi-Tech City", "High Tech City"],
    &["Hyder Nagar", "Hydernagar"],
    &["Hydershakote"],
    &["Ibrahimpatnam"],
    &["Jeedimetla"],
    &["Jubilee Hills", "Jubliee Hills", "Jublihills"],
    &["Kachiguda"],
    &["Kapra"],
    &["Karmanghat"],
    &["Keesara"],
    &["Khairatabad"],
    &["Khajaguda"],
    &["Kismatpur"],
    &["Kokapet"],
    &["Kollur"],
    &["Kompally"],
    &["Kondapur"],
    &["Kothaguda"],
    &["Kothapet"],
    &["Koti"],
    &["KPHB", "KPHB Colony"],
    &["Kukatpally", "Kukatpalli"],
    &["Lakdi Ka Pul", "Lakdikapool", "Lakdi Ka Pool"],
    &["LB Nagar"],
    &["Lingampally", "Serilingampally"],
    &["Madhapur", "Madapur"],
    &["Madeenaguda", "Madinaguda"],
    &["Maheshwaram"],
    &["Malakpet"],
    &["Malkajgiri"],
    &["Mallampet"],
    &["Manikonda"],
    &["Mansoorabad"],
    &["Marredpally", "Maredpally"],
    &["Masab Tank"],
    &["Medchal"],
    &["Meerpet"],
    &["Mehdipatnam"],
    &["Miyapur"],
    &["Moinabad"],
    &["Mokila"],
    &["Moosapet"],
    &["Moti Nagar", "Motinagar"],
    &["Moula Ali", "Moulali"],
    &["Nacharam"],
    &["Nagaram"],
    &["Nagole"],
    &["Nallagandla"],
    &["Nallakunta"],
    &["Nampally"],
    &["Nanakramguda", "Nanakaramguda"],
    &["Narapally"],
    &["Narayanguda"],
    &["Narsingi"],
    &["Neknampur"],
    &["Neredmet"],
    &["Nizampet"],
    &["Osman Nagar"],
    &["Outer Ring Road", "ORR"],
    &["Padmarao Nagar"],
    &["Panjagutta", "Punjagutta"],
    &["Patancheru"],
    &["Peerzadiguda"],
    &["Pocharam"],
    &["Pragathi Nagar", "Pragati Nagar"],
    &["Puppalaguda"],
    &["Quthbullapur"],
    &["Raidurg", "Rai Durg", "Raidurgam"],
    &["Raj Bhavan Road"],
    &["Rajendra Nagar", "Rajendranagar"],
    &["Ramachandrapuram"],
    &["Ramanthapur"],
    &["Sainikpuri"],
    &["Sangareddy"],
    &["Sanath Nagar", "Sanathnagar"],
    &["Santosh Nagar"],
    &["Saroornagar", "Saroor Nagar"],
    &["Shadnagar", "Shad Nagar"],
    &["Shaikpet"],
    &["Shamirpet", "Shameerpet"],
    &["Shamshabad"],
    &["Shankarpally"],
    &["Somajiguda"],
    &["SR Nagar", "S R Nagar"],
    &["Suchitra"],
    &["Tarnaka"],
    &["Tellapur"],
    &["Tolichowki", "Toli Chowki"],
    &["Trimulgherry"],
    &["Tukkuguda"],
    &["Turkayamjal"],
    &["Uppal"],
    &["Vanasthalipuram"],
    &["Vidyanagar", "Vidya Nagar"],
    &["Yapral"],
    &["Yousufguda", "Yusufguda"],
];

/// The most words of a name.
const LONGEST: usize = 5;
/// The most characters of the slug of a locality that is missing here.
const LONGEST_SLUG: usize = 60;

/// An area: what homes whose owners name the same locality have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AreaName {
    /// For addresses: `hitec-city`.
    pub slug: String,
    /// For people: `HITEC City`.
    pub name: String,
}

/// The localities by each of their names, without blanks.
static BY_NAME: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let names = LOCALITIES.iter().filter_map(|names| Some((*names.first()?, *names)));
    names.flat_map(|(first, names)| names.iter().map(move |name| (words(name).concat(), first))).collect()
});

impl AreaName {
    /// The area that `text` names, in the owner's words or as a slug: the first locality in it that is known. Without
    /// one, all its words, but for those of `city` at their end. `None` when there are no words.
    #[must_use]
    pub fn of(text: &str, city: &str) -> Option<Self> {
        let spoken = words(text);
        let known = (0..spoken.len()).find_map(|at| {
            let longest = LONGEST.min(spoken.len() - at);
            (1..=longest).rev().find_map(|long| BY_NAME.get(&spoken.get(at..at + long)?.concat()))
        });
        if let Some(name) = known {
            return Some(Self { slug: words(name).join("-"), name: (*name).to_owned() });
        }
        let city = words(city);
        let own = spoken.strip_suffix(&city[..]).filter(|rest| !rest.is_empty()).unwrap_or(&spoken);
        let slug: String = own.join("-").chars().take(LONGEST_SLUG).collect();
        let slug = slug.trim_end_matches('-').to_owned();
        (!slug.is_empty()).then(|| Self { name: titled(&slug), slug })
    }
}

/// `green-park` as `Green Park`: the same for everybody who wrote it, however they wrote it.
fn titled(slug: &str) -> String {
    let title = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    slug.split('-').map(title).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(text: &str) -> Option<String> {
        AreaName::of(text, "Hyderabad").map(|area| area.slug)
    }

    #[test]
    fn spellings_of_a_locality_are_one_area() {
        for (text, is) in [
            ("HITEC City", "hitec-city"),
            ("Hi-Tech City", "hitec-city"),
            ("hitechcity", "hitec-city"),
            ("Hitech City, Hyderabad", "hitec-city"),
            ("L.B. Nagar", "lb-nagar"),
            ("Punjagutta", "panjagutta"),
            ("Dilsukh Nagar", "dilsukhnagar"),
            ("Yusufguda", "yousufguda"),
            ("Road No. 12, Banjara Hills", "banjara-hills"),
            ("Kondapur, Gachibowli", "kondapur"),
            ("hitec-city", "hitec-city"),
        ] {
            assert_eq!(slug(text).as_deref(), Some(is), "{text}");
        }
    }

    #[test]
    fn an_unknown_locality_is_an_area_of_its_own() {
        let area = |text| AreaName::of(text, "Hyderabad").unwrap();
        assert_eq!(area("green  PARK, hyderabad"), area("Green Park"));
        assert_eq!(area("Green Park").name, "Green Park");
        assert_eq!(slug("Hyderabad").as_deref(), Some("hyderabad"), "a city alone is better than nothing");
        assert_eq!(slug(" - "), None);
        assert!(slug(&"word ".repeat(40)).unwrap().chars().count() <= LONGEST_SLUG);
    }

    /// What an address names is found again.
    #[test]
    fn a_slug_names_its_own_area() {
        for name in LOCALITIES.iter().filter_map(|names| names.first()) {
            let area = AreaName::of(name, "Hyderabad").unwrap();
            assert_eq!(area.name, *name);
            assert_eq!(AreaName::of(&area.slug, "Hyderabad"), Some(area), "{name}");
        }
    }
}
