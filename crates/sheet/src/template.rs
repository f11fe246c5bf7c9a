//! The template: a sheet with every field as a column, and a few things as examples.

use std::fmt::Write as _;

use domain::fields::{Member, MemberKind};

use super::{SheetKind, words};

/// The template as CSV.
#[must_use]
pub fn template(kind: &SheetKind) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names: Vec<&str> = kind.fields.iter().map(|member| member.name.as_str()).collect();
    // Writing into memory cannot fail.
    let _ = writer.write_record(&names);
    for example in kind.examples {
        let cell =
            |name: &&str| example.iter().find(|(field, _)| field == name).map_or("", |(_, cell)| *cell);
        let _ = writer.write_record(names.iter().map(cell));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Every field with what it takes and the other names of its column, as text with aligned columns.
#[must_use]
pub fn field_list(kind: &SheetKind) -> String {
    let mut text = String::new();
    for member in kind.fields.iter() {
        let made = kind.made(&member.name);
        let needed = if member.required && made.is_none() { "needed; " } else { "" };
        let _ = writeln!(text, "{:<18} {needed}{}", member.name, takes(kind, member));
        let mut more: Vec<String> = (kind.about)(&member.name).map(str::to_owned).into_iter().collect();
        let names = kind.synonyms_of(&member.name);
        if !names.is_empty() {
            more.push(format!("Also: {}.", names.join(", ")));
        }
        let words: Vec<String> = words::examples(kind, &member.name)
            .map(|(written, word)| format!("{written} = {word}"))
            .collect();
        if !words.is_empty() {
            more.push(format!("Understood: {}.", words.join(", ")));
        }
        more.extend(made.map(str::to_owned));
        for line in more {
            let _ = writeln!(text, "{:<18} {line}", "");
        }
    }
    text
}

fn takes(kind: &SheetKind, member: &Member) -> String {
    if let Some((_, written)) = kind.written.iter().find(|(name, _)| *name == member.name) {
        return (*written).to_owned();
    }
    match &member.kind {
        MemberKind::Text(length) if member.name.ends_with("Phone") => {
            format!("a phone number, at most {} characters", length.end())
        }
        MemberKind::Text(length) => format!("{} to {} characters", length.start(), length.end()),
        MemberKind::Whole(range) => format!("a whole number from {} to {}", range.start(), range.end()),
        MemberKind::Number(range) => format!("a number from {} to {}", range.start(), range.end()),
        MemberKind::Money => "an amount: 8500000, 85,00,000, 85 lakh, 1.2 crore".to_owned(),
        MemberKind::Choice(choices) => format!("one of {}", choices.join(", ")),
        MemberKind::List(most) => format!("at most {most} words, separated by commas"),
        MemberKind::Flag => "true or false".to_owned(),
        _ => "a value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;

    #[test]
    fn the_template_has_every_field_and_the_list_says_what_each_takes() {
        let text = template(&SAMPLE);
        let wanted = "title,price,location,propertyType,listingType,city,pincode,bedrooms,area,amenities,attributes,\
                      sourceReference\n,85 lakh,Miyapur,Flat,,,,,,,,\n";
        assert_eq!(text, wanted);
        let list = field_list(&SAMPLE);
        for wanted in [
            "\nprice              needed; an amount: ",
            "Also: cost, rent, rentpermonth.",
            "Understood: flat = APARTMENT.",
            "Made from the others when it is empty.",
        ] {
            assert!(list.contains(wanted), "{wanted}: {list}");
        }
        assert!(list.starts_with("title              5 to 150 characters\n"), "{list}");
    }
}
