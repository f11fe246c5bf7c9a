//! Icons: one drawing each, from the sprite in `assets/icons.svg`. They decorate words and are silent to screen readers,
//! so whatever has an icon alone has its words in an `.unseen` element beside it.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::assets;

const SPRITE: &str = include_str!("../assets/icons.svg");

/// An icon as markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Icon(&'static str);

/// The icon of this name. A name that the sprite does not have shows nothing; a test finds it.
pub(crate) fn icon(name: &'static str) -> Icon {
    Icon(name)
}

/// Every icon that is drawn.
pub(crate) fn all() -> Vec<Icon> {
    SPRITE.split("<symbol id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(Icon).collect()
}

/// The icon that stands for a type of property, where there is no photo.
pub(crate) fn of_property(property_type: Option<&str>) -> Icon {
    icon(match property_type {
        Some("APARTMENT" | "BUILDER_FLOOR" | "PENTHOUSE" | "STUDIO" | "SERVICED_APARTMENT" | "OFFICE") => {
            "building"
        }
        Some("PLOT") => "plot",
        Some("SHOP" | "COMMERCIAL" | "WAREHOUSE" | "COWORKING" | "INDUSTRIAL") => "shop",
        Some("PG_HOSTEL") => "bunk",
        _ => "home",
    })
}

impl Icon {
    pub(crate) fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sprite, name) = (assets::icons_path(), self.0);
        write!(f, "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"{sprite}#{name}\"/></svg>")
    }
}

// Only names that stand in the sources get here.
impl HtmlSafe for Icon {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{SPRITE, all, icon, of_property};
    use crate::labels::PROPERTY_TYPES;
    use crate::written;

    fn drawn() -> BTreeSet<String> {
        all().into_iter().map(|icon| icon.name().to_owned()).collect()
    }

    #[test]
    fn every_icon_that_is_asked_for_is_drawn() {
        let drawn = drawn();
        assert!(drawn.len() > 50, "{drawn:?}");
        let asked = written::literals_after(&["icon(", "icon: "]);
        assert!(asked.len() > 5, "{asked:?}");
        let missing: Vec<_> = asked.difference(&drawn).collect();
        assert!(missing.is_empty(), "not in assets/icons.svg: {missing:?}");
        for (code, _) in PROPERTY_TYPES {
            assert!(drawn.contains(of_property(Some(*code)).name()), "{code}");
        }
    }

    #[test]
    fn an_icon_is_silent_and_takes_the_colour_of_its_words() {
        let markup = icon("heart").to_string();
        assert!(markup.starts_with("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"/assets/icons-"));
        assert!(markup.ends_with(".svg#heart\"/></svg>"), "{markup}");
        assert!(!SPRITE.contains("<script") && !SPRITE.contains(" on") && SPRITE.contains("currentColor"));
    }
}
