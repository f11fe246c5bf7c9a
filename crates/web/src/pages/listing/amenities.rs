//! The amenities of a home, each with the icon that its words call for.

use crate::api::Property;

pub(super) struct Amenity {
    pub(super) name: String,
}

impl Amenity {
    pub(super) fn icon(&self) -> &'static str {
        icon(&self.name)
    }
}

/// Words with their icons. The first that fits decides: a car park is no garden.
static ICONS: [(&[&str], &str); 9] = [
    (&["park", "car", "garage"], "car"),
    (&["gym", "fitness"], "gym"),
    (&["pool", "swim"], "pool"),
    (&["lift", "elevator"], "lift"),
    (&["security", "cctv", "guard", "intercom", "fire"], "shield"),
    (&["power", "generator", "inverter", "solar"], "power"),
    (&["garden", "lawn", "tree", "play"], "tree"),
    (&["water", "bore"], "water"),
    (&["wifi", "wi-fi", "internet", "broadband"], "wifi"),
];

pub(super) fn all(home: &Property) -> Vec<Amenity> {
    let names = home.amenities.iter().flatten();
    names.map(|name| Amenity { name: name.clone() }).collect()
}

fn icon(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let found = ICONS.iter().find(|(words, _)| words.iter().any(|word| name.contains(*word)));
    found.map_or("check", |(_, icon)| *icon)
}

#[cfg(test)]
mod tests {
    use super::icon;

    #[test]
    fn words_that_people_write_find_their_icon() {
        for (name, found) in [
            ("Covered car park", "car"),
            ("Swimming Pool", "pool"),
            ("24x7 security", "shield"),
            ("Power backup", "power"),
            ("Wi-Fi", "wifi"),
            ("Children's play area", "tree"),
            ("<b>Lift</b>", "lift"),
            ("Clubhouse", "check"),
        ] {
            assert_eq!(icon(name), found, "{name}");
        }
    }
}
