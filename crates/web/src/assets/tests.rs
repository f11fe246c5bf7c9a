use std::collections::HashMap;
use std::io::Read as _;

use super::*;

#[test]
fn a_poor_network_is_asked_for_little() {
    let sizes = [&STYLESHEET, &ICONS, &MARK].map(|asset| asset.for_client("br").0.len());
    assert!(sizes.iter().sum::<usize>() < 24_000, "{sizes:?} bytes");
    assert!(STYLESHEET.for_client("br").0.len() < 16_000, "{sizes:?} bytes");
    assert!(FONT.plain().len() < 50_000 && RUPEE.plain().len() < 2_000);
}

#[test]
fn every_coding_is_smaller_and_gives_the_same_bytes() {
    let asset = &*STYLESHEET;
    let (brotli, coding) = asset.for_client("br");
    assert!(coding == Some("br") && brotli.len() * 3 < asset.plain().len());
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut { brotli }, &mut plain).unwrap();
    assert_eq!(plain, asset.plain());
    let (gzip, coding) = asset.for_client("gzip");
    assert!(coding == Some("gzip") && gzip.len() * 3 < asset.plain().len());
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(gzip).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, asset.plain());
    assert_eq!(asset.for_client("identity"), (asset.plain(), None));
    assert_eq!(FONT.for_client("br"), (FONT.plain(), None), "a font is compressed in itself");
}

#[test]
fn nothing_comes_from_elsewhere() {
    let css = stylesheet();
    assert!(!css.contains("@import") && !css.contains("http"));
    let addresses: Vec<&str> = css.split("url(").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert_eq!(addresses, [FONT.path.as_str(), RUPEE.path.as_str()]);
}

#[test]
fn a_hashed_file_is_immutable_and_a_named_one_is_not() {
    for asset in [&STYLESHEET, &FONT, &RUPEE, &ICONS] {
        assert!(asset.lifetime.contains("immutable") && asset.path.contains('-'), "{}", asset.path);
        assert!(asset.is_at(asset.path.rsplit('/').next().unwrap()));
    }
    assert_eq!((MARK.path.as_str(), MARK.lifetime), ("/assets/icon.svg", "public, max-age=604800"));
    assert!(!FONT.is_at("inter.woff2"));
}

/// The colours of a theme by name.
fn colours(css: &str) -> HashMap<String, String> {
    let lines =
        css.lines().filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": "));
    lines
        .filter(|(_, value)| value.len() == 7 && value.starts_with('#'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The relative luminance of a colour, as WCAG 2.2 defines it.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_can_be_read_in_both_themes() {
    let (light, dark) = STYLES[0].split_once("@media (prefers-color-scheme: dark)").unwrap();
    let light = colours(light);
    let mut night = light.clone();
    night.extend(colours(dark));
    let grounds = ["ground", "raised", "sunken", "action-soft"];
    let inks = ["text", "soft", "action", "good", "bad", "highlight-ink"];
    let on = [
        ("good", "good-soft"),
        ("bad", "bad-soft"),
        ("text", "good-soft"),
        ("text", "bad-soft"),
        ("on-action", "action"),
        ("on-highlight", "highlight"),
        ("on-bad", "bad"),
    ];
    let pairs = inks.iter().flat_map(|ink| grounds.iter().map(move |ground| (*ink, *ground))).chain(on);
    for (ink, ground) in pairs {
        for theme in [&light, &night] {
            let ratio = contrast(&theme[ink], &theme[ground]);
            assert!(ratio >= 4.5, "{ink} on {ground}: {ratio:.2} in {theme:?}");
        }
    }
    for ground in ["ground", "raised", "sunken"] {
        for theme in [&light, &night] {
            assert!(contrast(&theme["edge"], &theme[ground]) >= 3.0, "the edge of a field on {ground}");
        }
    }
}

#[test]
fn colours_are_tokens() {
    for css in &STYLES[1..10] {
        let has_colour = |line: &&str| line.split_once(':').is_some_and(|(_, value)| value.contains(" #"));
        let coloured = css.lines().find(|line| has_colour(line) || line.contains("rgb("));
        assert_eq!(coloured, None, "colours stand in tokens.css alone");
    }
}
