//! The words that people write for the values of a closed set, such as `Flat` for `APARTMENT`.

use super::{SheetKind, Synonyms};

/// Spaces, dots and hyphens between words count as one space.
pub(super) fn plain(word: &str) -> String {
    let spaced = word.to_lowercase().replace(['.', '-', '_', ','], " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The API's word for what a cell says, if the API does not take the cell itself. An unknown word stays as it is, so that
/// the API tells what it takes.
pub(super) fn choice(kind: &SheetKind, field: &str, cell: &str, choices: &[&'static str]) -> String {
    let written = plain(cell);
    let own = choices.iter().find(|choice| plain(choice) == written);
    let others = synonyms(kind, field);
    let other =
        || others.iter().find(|(_, written_as)| written_as.contains(&&*written)).map(|(word, _)| word);
    own.or_else(other)
        .filter(|word| choices.contains(word))
        .map_or_else(|| cell.to_owned(), |word| (*word).to_owned())
}

fn synonyms(kind: &SheetKind, field: &str) -> &'static [Synonyms] {
    kind.words.iter().find(|(name, _)| *name == field).map_or(&[], |(_, words)| *words)
}

/// What else is understood, for the description of the fields.
pub(super) fn examples(kind: &SheetKind, field: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    synonyms(kind, field).iter().filter_map(|(word, others)| Some((*others.first()?, *word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;

    #[test]
    fn words_are_understood_as_people_write_them() {
        for (cell, word) in [
            ("Flat", "APARTMENT"),
            ("apartment", "APARTMENT"),
            ("Ind. Flat", "APARTMENT"),
            ("villa", "VILLA"),
            ("castle", "castle"),
        ] {
            let choices = ["APARTMENT", "VILLA", "PLOT"];
            assert_eq!(choice(&SAMPLE, "propertyType", cell, &choices), word, "{cell}");
        }
    }
}
