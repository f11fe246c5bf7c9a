//! Reads rates as the settings write them.

use std::str::FromStr;

use domain::Paise;
use domain::date::CalendarDate;

use super::{Purchases, Rate, RatePercent};

/// The text is not a rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no rate: {wrong}")]
pub struct NotARate {
    text: String,
    wrong: String,
}

const PARTS: &str = "write CODE | from | percent | purchases | label | source | address of the source";
const PURCHASES: &str = "purchases are any or unfinished; a bound may follow, as in unfinished <= 45 lakh";

impl FromStr for Rate {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        rate(text).map_err(|wrong| NotARate { text: text.to_owned(), wrong })
    }
}

impl TryFrom<String> for Rate {
    type Error = NotARate;

    fn try_from(text: String) -> Result<Self, NotARate> {
        text.parse()
    }
}

fn rate(text: &str) -> Result<Rate, String> {
    let parts: Vec<&str> = text.split('|').map(str::trim).collect();
    let &[code, from, percent, purchases, label, source, source_url] = parts.as_slice() else {
        return Err(PARTS.to_owned());
    };
    let is_code = !code.is_empty() && code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    if !is_code {
        return Err(format!("the code {code:?} must be of A-Z and _"));
    }
    if label.is_empty() || source.is_empty() {
        return Err("a label and a source are needed".to_owned());
    }
    if !source_url.starts_with("https://") {
        return Err(format!("the address {source_url:?} must begin with https://"));
    }
    let from = CalendarDate::from_text(from).map_err(|wrong| format!("the date {from:?} {wrong}"))?;
    let percent = hundredths(percent).ok_or_else(|| {
        format!("{percent:?} must be a percentage from 0 to 100, with at most two decimals")
    })?;
    let (purchases, up_to, above) = condition(purchases)?;
    Ok(Rate {
        code: code.to_owned(),
        from,
        percent,
        purchases,
        up_to,
        above,
        label: label.to_owned(),
        source: source.to_owned(),
        source_url: source_url.to_owned(),
    })
}

/// `1.5` or `1.5 %`
fn hundredths(text: &str) -> Option<RatePercent> {
    let text = text.trim_end_matches('%').trim_end();
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let plain = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || decimals.len() > 2 || !plain(whole) || !plain(decimals) {
        return None;
    }
    let number: i64 = format!("{whole}{decimals:0<2}").parse().ok()?;
    (number <= 10_000).then_some(RatePercent(number))
}

type Condition = (Purchases, Option<Paise>, Option<Paise>);

fn condition(text: &str) -> Result<Condition, String> {
    let (word, bound) = match text.find(['<', '>']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let purchases = match word.trim() {
        "any" => Purchases::Any,
        "unfinished" => Purchases::Unfinished,
        _ => return Err(PURCHASES.to_owned()),
    };
    let amount = |text: &str| Paise::from_text(text).map_err(|wrong| format!("the bound {text:?} {wrong}"));
    if let Some(most) = bound.strip_prefix("<=") {
        return Ok((purchases, Some(amount(most.trim())?), None));
    }
    if let Some(least) = bound.strip_prefix('>') {
        return Ok((purchases, None, Some(amount(least.trim())?)));
    }
    if bound.is_empty() { Ok((purchases, None, None)) } else { Err(PURCHASES.to_owned()) }
}
