//! Maps for sheets that are published in one form. A sheet whose header has all columns of a preset is read by it.

use std::sync::LazyLock;

use super::SheetError;
use super::columns::place_of;
use super::field_map::FieldMap;

/// Name and map of each preset.
const PRESETS: [(&str, &str); 1] = [("metropolitan", include_str!("presets/metropolitan.toml"))];

static MAPS: LazyLock<Vec<(&'static str, FieldMap)>> = LazyLock::new(|| {
    // A test reads all of them.
    PRESETS.into_iter().filter_map(|(name, text)| Some((name, FieldMap::read(text).ok()?))).collect()
});

/// The names of all presets.
pub fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.into_iter().map(|(name, _)| name)
}

/// The map of a preset.
pub(super) fn named(name: &str) -> Result<&'static FieldMap, SheetError> {
    let found = MAPS.iter().find(|(known, _)| *known == name).map(|(_, map)| map);
    let known = || names().collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| SheetError::Map(format!("there is no preset {name:?}; there are: {}", known())))
}

/// The preset that this header is made for.
pub(super) fn of_header(header: &[String]) -> Option<(&'static str, &'static FieldMap)> {
    let fits = |map: &FieldMap| map.columns().all(|column| place_of(header, column).is_some());
    MAPS.iter().find(|(_, map)| fits(map)).map(|(name, map)| (*name, map))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_can_be_read() {
        for (name, text) in PRESETS {
            FieldMap::read(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        assert!(named("metropolitan").is_ok());
        assert!(named("x").unwrap_err().to_string().contains("there are: metropolitan"));
    }
}
