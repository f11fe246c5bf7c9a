//! The words that people write for the values of a closed set, such as `Flat` for `APARTMENT`.

/// A word of the API, with what people write for it.
type Word = (&'static str, &'static [&'static str]);

/// By field: each word of the API, with what people write for it, in lower case and without punctuation.
const WORDS: [(&str, &[Word]); 5] = [
    (
        "propertyType",
        &[
            (
                "APARTMENT",
                &[
                    "flat",
                    "apt",
                    "residential apartment",
                    "gated apartment",
                    "condo",
                    "multistorey apartment",
                ],
            ),
            (
                "HOUSE",
                &["independent house", "individual house", "ind house", "bungalow", "duplex", "row house"],
            ),
            ("VILLA", &["independent villa", "gated villa", "duplex villa", "triplex villa", "villas"]),
            ("BUILDER_FLOOR", &["independent floor", "floor"]),
            ("STUDIO", &["studio apartment", "1rk", "1 rk"]),
            ("SERVICED_APARTMENT", &["service apartment"]),
            ("FARMHOUSE", &["farm house"]),
            (
                "PLOT",
                &[
                    "land",
                    "open plot",
                    "residential plot",
                    "plots",
                    "site",
                    "agricultural land",
                    "farm land",
                    "farmland",
                    "venture plot",
                    "residential land",
                    "commercial land",
                    "open land",
                ],
            ),
            ("OFFICE", &["office space", "commercial office"]),
            ("SHOP", &["retail", "retail space", "retail shop", "showroom", "commercial shop"]),
            ("WAREHOUSE", &["godown", "warehouse space"]),
            ("COWORKING", &["co working", "coworking space", "co working space", "shared office"]),
            ("INDUSTRIAL", &["industrial shed", "shed", "factory"]),
            ("COMMERCIAL", &["commercial space", "commercial building", "commercial property"]),
            ("PG_HOSTEL", &["pg", "hostel", "paying guest", "pg/hostel", "pg hostel"]),
        ],
    ),
    (
        "listingType",
        &[
            ("SALE", &["sell", "buy", "for sale", "resale", "new", "outright"]),
            ("RENT", &["rental", "for rent", "to let", "tolet", "rented", "rent out"]),
            ("LEASE", &["for lease", "leasehold"]),
            ("PG", &["paying guest", "pg/hostel", "hostel"]),
            ("FLATMATE", &["flat mate", "flatmates", "roommate", "shared flat", "sharing"]),
        ],
    ),
    (
        "transactionType",
        &[
            ("NEW", &["new booking", "new property", "first sale", "primary"]),
            ("RESALE", &["re sale", "secondary", "used", "second sale"]),
        ],
    ),
    (
        "furnishedStatus",
        &[
            ("FURNISHED", &["fully furnished", "full furnished", "full", "fully", "yes"]),
            (
                "SEMI_FURNISHED",
                &["semi", "partly furnished", "partially furnished", "semifurnished", "partial"],
            ),
            (
                "UNFURNISHED",
                &["un furnished", "non furnished", "not furnished", "bare shell", "none", "no", "bare"],
            ),
        ],
    ),
    (
        "plotUse",
        &[
            ("RESIDENTIAL", &["house", "residence"]),
            ("COMMERCIAL", &["business"]),
            ("AGRICULTURAL", &["agriculture", "farm", "agri", "farming"]),
            ("INDUSTRIAL", &["industry"]),
        ],
    ),
];

/// Spaces, dots and hyphens between words count as one space.
pub(super) fn plain(word: &str) -> String {
    let spaced = word.to_lowercase().replace(['.', '-', '_', ','], " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The API's word for what a cell says, if the API does not take the cell itself. An unknown word stays as it is, so that
/// the API tells what it takes.
pub(super) fn choice(field: &str, cell: &str, choices: &[&'static str]) -> String {
    let written = plain(cell);
    let own = choices.iter().find(|choice| plain(choice) == written);
    let others = WORDS.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, words)| *words);
    let other =
        || others.iter().find(|(_, written_as)| written_as.contains(&&*written)).map(|(word, _)| word);
    own.or_else(other)
        .filter(|word| choices.contains(word))
        .map_or_else(|| cell.to_owned(), |word| (*word).to_owned())
}

/// What else is understood, for the description of the fields.
pub(super) fn examples(field: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let words = WORDS.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, words)| *words);
    words.iter().filter_map(|(word, others)| Some((*others.first()?, *word)))
}

#[cfg(test)]
mod tests {
    use domain::fields::MemberKind;

    use super::*;
    use crate::sheet::fields::field;

    #[test]
    fn every_word_is_one_that_the_api_takes() {
        for (name, words) in WORDS {
            let Some(MemberKind::Choice(choices)) = field(name).map(|member| &member.kind) else {
                panic!("{name} is no choice")
            };
            for (word, others) in words {
                assert!(choices.contains(word), "{name} {word}");
                for other in *others {
                    assert_eq!(choice(name, other, choices), *word, "{other}");
                }
            }
        }
    }

    #[test]
    fn words_are_understood_as_people_write_them() {
        let Some(MemberKind::Choice(choices)) = field("propertyType").map(|member| &member.kind) else {
            panic!("a choice")
        };
        for (cell, word) in [
            ("Flat", "APARTMENT"),
            ("apartment", "APARTMENT"),
            ("Builder-Floor", "BUILDER_FLOOR"),
            ("Ind. House", "HOUSE"),
            ("castle", "castle"),
        ] {
            assert_eq!(choice("propertyType", cell, choices), word, "{cell}");
        }
    }
}
