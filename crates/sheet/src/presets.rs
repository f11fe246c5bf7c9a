//! Maps for sheets that are published in one form. A sheet whose header has all columns of a preset is read by it.

use super::columns::place_of;
use super::{FieldMap, SheetError, SheetKind};

/// A preset's name and map.
pub(super) type Preset = (&'static str, FieldMap);

/// The presets of a kind.
///
/// # Errors
/// Never for the kinds there are: a test reads all their presets.
pub(super) fn of_kind(kind: &'static SheetKind) -> Result<Vec<Preset>, SheetError> {
    kind.presets.iter().map(|(name, text)| Ok((*name, FieldMap::read(text, kind)?))).collect()
}

/// The map of a preset.
pub(super) fn named<'a>(presets: &'a [Preset], name: &str) -> Result<&'a FieldMap, SheetError> {
    let found = presets.iter().find(|(known, _)| *known == name).map(|(_, map)| map);
    let known = || presets.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| SheetError::Map(format!("there is no preset {name:?}; there are: {}", known())))
}

/// The preset that this header is made for.
pub(super) fn of_header<'a>(
    presets: &'a [Preset],
    header: &[String],
) -> Option<(&'static str, &'a FieldMap)> {
    let fits = |map: &FieldMap| map.columns().all(|column| place_of(header, column).is_some());
    presets.iter().find(|(_, map)| fits(map)).map(|(name, map)| (*name, map))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;

    #[test]
    fn a_preset_is_found_by_name_or_by_its_header() {
        let presets = of_kind(&SAMPLE).unwrap();
        assert!(named(&presets, "published").is_ok());
        assert!(named(&presets, "x").unwrap_err().to_string().contains("there are: published"));
        let header = ["Rate", "Village", "Kind", "Remark"].map(str::to_owned);
        assert_eq!(of_header(&presets, &header).map(|(name, _)| name), Some("published"));
        assert!(of_header(&presets, &header[1..]).is_none());
    }
}
