//! Localities of Hyderabad: their names in addresses and texts, and roughly where their middles are.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The longest slug; no name of a locality is longer.
const LONGEST: usize = 60;

/// A point: latitude and longitude in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) lat: f64,
    pub(crate) lon: f64,
}

/// A locality, as named in an address.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Locality {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Its middle; `None` for a locality that is not in our list.
    pub(crate) at: Option<Point>,
}

/// Each name with latitude and longitude of the middle, good to about half a kilometre.
const LOCALITIES: &[(&str, f64, f64)] = &[
    ("A S Rao Nagar", 17.480, 78.558),
    ("Abids", 17.390, 78.476),
    ("Adibatla", 17.236, 78.541),
    ("Adikmet", 17.407, 78.517),
    ("Alwal", 17.502, 78.508),
    ("Amberpet", 17.391, 78.516),
    ("Ameenpur", 17.523, 78.325),
    ("Ameerpet", 17.437, 78.448),
    ("Appa Junction", 17.355, 78.372),
    ("Attapur", 17.366, 78.429),
    ("Bachupally", 17.544, 78.384),
    ("Bahadurpura", 17.352, 78.453),
    ("Balanagar", 17.476, 78.449),
    ("Bandlaguda", 17.349, 78.392),
    ("Banjara Hills", 17.415, 78.435),
    ("Barkatpura", 17.391, 78.499),
    ("Beeramguda", 17.518, 78.301),
    ("Begumpet", 17.444, 78.463),
    ("BHEL", 17.497, 78.293),
    ("Boduppal", 17.414, 78.578),
    ("Bollaram", 17.542, 78.508),
    ("Borabanda", 17.453, 78.412),
    ("Botanical Garden Road", 17.457, 78.358),
    ("Bowenpally", 17.475, 78.478),
    ("Bowrampet", 17.560, 78.398),
    ("Chandanagar", 17.494, 78.326),
    ("Chandrayangutta", 17.316, 78.477),
    ("Charminar", 17.362, 78.475),
    ("Chevella", 17.307, 78.133),
    ("Chikkadpally", 17.402, 78.496),
    ("Chintal", 17.502, 78.452),
    ("Dammaiguda", 17.503, 78.594),
    ("Dilsukhnagar", 17.369, 78.525),
    ("Domalguda", 17.406, 78.485),
    ("Dundigal", 17.578, 78.427),
    ("ECIL", 17.473, 78.571),
    ("Erragadda", 17.457, 78.430),
    ("Film Nagar", 17.413, 78.410),
    ("Financial District", 17.413, 78.342),
    ("Gachibowli", 17.440, 78.349),
    ("Gandimaisamma", 17.573, 78.421),
    ("Gandipet", 17.389, 78.306),
    ("Ghatkesar", 17.449, 78.685),
    ("Gopanpally", 17.456, 78.307),
    ("Gowlidoddi", 17.428, 78.323),
    ("Habsiguda", 17.408, 78.541),
    ("Hafeezpet", 17.484, 78.361),
    ("Hayathnagar", 17.327, 78.604),
    ("Himayat Nagar", 17.403, 78.484),
    ("HITEC City", 17.447, 78.377),
    ("Hyder Nagar", 17.497, 78.378),
    ("Hydershakote", 17.362, 78.393),
    ("Ibrahimpatnam", 17.188, 78.646),
    ("Jeedimetla", 17.514, 78.457),
    ("Jubilee Hills", 17.432, 78.407),
    ("Kachiguda", 17.389, 78.500),
    ("Kapra", 17.487, 78.569),
    ("Karmanghat", 17.341, 78.531),
    ("Keesara", 17.523, 78.668),
    ("Khairatabad", 17.412, 78.462),
    ("Khajaguda", 17.419, 78.366),
    ("Kismatpur", 17.347, 78.382),
    ("Kokapet", 17.395, 78.332),
    ("Kollur", 17.466, 78.257),
    ("Kompally", 17.540, 78.484),
    ("Kondapur", 17.464, 78.363),
    ("Kothaguda", 17.460, 78.372),
    ("Kothapet", 17.369, 78.545),
    ("Koti", 17.384, 78.486),
    ("KPHB", 17.493, 78.399),
    ("Kukatpally", 17.485, 78.411),
    ("Lakdi Ka Pul", 17.404, 78.465),
    ("LB Nagar", 17.347, 78.552),
    ("Lingampally", 17.491, 78.310),
    ("Madhapur", 17.448, 78.391),
    ("Madeenaguda", 17.494, 78.343),
    ("Maheshwaram", 17.132, 78.434),
    ("Malakpet", 17.374, 78.500),
    ("Malkajgiri", 17.453, 78.527),
    ("Mallampet", 17.560, 78.376),
    ("Manikonda", 17.405, 78.376),
    ("Mansoorabad", 17.352, 78.577),
    ("Marredpally", 17.449, 78.508),
    ("Masab Tank", 17.402, 78.453),
    ("Medchal", 17.630, 78.481),
    ("Meerpet", 17.320, 78.520),
    ("Mehdipatnam", 17.395, 78.440),
    ("Miyapur", 17.497, 78.357),
    ("Moinabad", 17.329, 78.274),
    ("Mokila", 17.439, 78.190),
    ("Moosapet", 17.467, 78.426),
    ("Moti Nagar", 17.452, 78.423),
    ("Moula Ali", 17.466, 78.560),
    ("Nacharam", 17.430, 78.558),
    ("Nagaram", 17.482, 78.612),
    ("Nagole", 17.372, 78.569),
    ("Nallagandla", 17.471, 78.308),
    ("Nallakunta", 17.399, 78.508),
    ("Nampally", 17.392, 78.467),
    ("Nanakramguda", 17.419, 78.345),
    ("Narapally", 17.433, 78.634),
    ("Narayanguda", 17.396, 78.490),
    ("Narsingi", 17.388, 78.357),
    ("Neknampur", 17.391, 78.374),
    ("Neredmet", 17.477, 78.538),
    ("Nizampet", 17.518, 78.383),
    ("Osman Nagar", 17.455, 78.280),
    ("Padmarao Nagar", 17.424, 78.507),
    ("Panjagutta", 17.426, 78.451),
    ("Patancheru", 17.533, 78.265),
    ("Peerzadiguda", 17.401, 78.590),
    ("Pocharam", 17.435, 78.647),
    ("Pragathi Nagar", 17.519, 78.396),
    ("Puppalaguda", 17.398, 78.370),
    ("Quthbullapur", 17.503, 78.458),
    ("Raidurg", 17.425, 78.384),
    ("Raj Bhavan Road", 17.420, 78.458),
    ("Rajendra Nagar", 17.322, 78.402),
    ("Ramachandrapuram", 17.517, 78.300),
    ("Ramanthapur", 17.394, 78.536),
    ("Sainikpuri", 17.489, 78.548),
    ("Sanath Nagar", 17.457, 78.444),
    ("Santosh Nagar", 17.349, 78.508),
    ("Saroornagar", 17.356, 78.533),
    ("Secunderabad", 17.440, 78.498),
    ("Shaikpet", 17.405, 78.396),
    ("Shamirpet", 17.593, 78.571),
    ("Shamshabad", 17.260, 78.397),
    ("Shankarpally", 17.456, 78.132),
    ("Somajiguda", 17.424, 78.460),
    ("SR Nagar", 17.443, 78.443),
    ("Suchitra", 17.502, 78.472),
    ("Tarnaka", 17.428, 78.538),
    ("Tellapur", 17.468, 78.283),
    ("Tolichowki", 17.399, 78.412),
    ("Trimulgherry", 17.476, 78.505),
    ("Tukkuguda", 17.210, 78.480),
    ("Turkayamjal", 17.270, 78.586),
    ("Uppal", 17.402, 78.560),
    ("Vanasthalipuram", 17.334, 78.567),
    ("Vidyanagar", 17.404, 78.513),
    ("Yapral", 17.501, 78.541),
    ("Yousufguda", 17.437, 78.425),
];

static BY_SLUG: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let slugs = LOCALITIES.iter().enumerate();
    slugs.filter_map(|(place, (name, ..))| Some((slug(name)?, place))).collect()
});

impl Locality {
    /// The locality that an address names. One that is not in our list may still have homes.
    pub(crate) fn of_slug(text: &str) -> Option<Self> {
        if slug(text).as_deref() != Some(text) {
            return None;
        }
        if let Some((name, lat, lon)) = BY_SLUG.get(text).and_then(|place| LOCALITIES.get(*place)) {
            let at = Some(Point { lat: *lat, lon: *lon });
            return Some(Self { slug: text.to_owned(), name: (*name).to_owned(), at });
        }
        let name: Vec<String> =
            text.split('-').map(|word| crate::labels::capitalised(word.to_owned())).collect();
        Some(Self { slug: text.to_owned(), name: name.join(" "), at: None })
    }

    /// The locality of this name; `None` for a name that an address cannot say.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::of_slug(&slug(name)?)
    }
}

/// The localities whose places we know: names and middles.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Point)> {
    LOCALITIES.iter().map(|(name, lat, lon)| (*name, Point { lat: *lat, lon: *lon }))
}

/// The localities that we know, as addresses name them: name and slug. A test compares them with the market's areas.
pub fn known_localities() -> impl Iterator<Item = (&'static str, String)> {
    LOCALITIES.iter().filter_map(|(name, ..)| Some((*name, slug(name)?)))
}

/// A name as a part of an address: `Banjara Hills` becomes `banjara-hills`. `None` when nothing of it can be said in
/// plain letters.
pub(crate) fn slug(name: &str) -> Option<String> {
    if !name.is_ascii() || name.len() > LONGEST {
        return None;
    }
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    Some(words.join("-")).filter(|slug| !slug.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_slug_lead_to_each_other() {
        for (name, _) in all() {
            let found = Locality::named(name).unwrap();
            assert_eq!(found.name, name);
            assert!(found.at.is_some());
            assert_eq!(Locality::of_slug(&found.slug), Some(found));
        }
        assert_eq!(BY_SLUG.len(), LOCALITIES.len(), "two localities have one slug");
    }

    #[test]
    fn every_locality_is_near_the_city() {
        for (name, at) in all() {
            assert!((17.1..17.7).contains(&at.lat) && (78.1..78.8).contains(&at.lon), "{name}");
        }
    }

    #[test]
    fn another_locality_has_a_name_and_no_place() {
        let other = Locality::of_slug("green-park-colony").unwrap();
        assert_eq!((&*other.name, other.at), ("Green Park Colony", None));
        for bad in ["", "-", "Kondapur", "a--b", "a b", "-a", "<b>", "కొండాపూర్", &"x".repeat(61)]
        {
            assert_eq!(Locality::of_slug(bad), None, "{bad}");
        }
    }
}
