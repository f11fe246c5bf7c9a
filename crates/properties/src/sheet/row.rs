//! One row of a sheet as the members of a listing.

use aws_lc_rs::digest::{SHA256, digest};
use domain::Paise;
use domain::fields::MemberKind;
use serde_json::{Map, Value};

use super::cells::{self, Flag};
use super::columns::{ColumnPlan, FieldOrigin, PlannedField};
use super::fields::IDENTITY;
use super::table::TableRow;
use super::units::{self, Unit};
use super::words;

/// A home for sale for less, or for more, than this many rupees is a typing error or has another unit.
const SALE_PRICES: std::ops::RangeInclusive<i64> = 10_000..=10_000_000_000;
/// The field of the owner's own reference.
const REFERENCE: &str = "sourceReference";
const SHOWN: usize = 60;

/// What a row says about a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct ListingRow {
    /// The sheet's own id of the home, or else a digest of what identifies it.
    pub reference: String,
    /// Whether the sheet itself names the reference.
    pub is_named: bool,
    /// The body of `POST /api/properties`, without what the row does not state.
    pub members: Map<String, Value>,
    /// The column and the cell behind each field.
    said: Vec<(&'static str, String, String)>,
}

impl ListingRow {
    /// What the API says about a field, in terms of the sheet.
    #[must_use]
    pub fn explain(&self, field: &str, text: &str) -> String {
        let alike = |name: &str| match field {
            "area" | "areaSqft" => name == "area" || name == "areaSqft",
            _ => name == field,
        };
        match self.said.iter().find(|(name, ..)| alike(name)) {
            Some((_, column, cell)) => format!("{column} {} {text}", quoted(cell)),
            None => format!("{field} {text}"),
        }
    }

    /// A digest of all that the row states.
    pub(super) fn content(&self) -> u64 {
        let hash = digest(&SHA256, Value::Object(self.members.clone()).to_string().as_bytes());
        hash.as_ref().iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}

/// Reads a row, or says all that is wrong with it.
pub(super) fn read(plan: &ColumnPlan, header: &[String], row: &TableRow) -> Result<ListingRow, String> {
    check_width(plan, header, row)?;
    let mut reading = RowReading { header, row, members: Map::new(), said: Vec::new(), mistakes: Vec::new() };
    for planned in &plan.fields {
        reading.field(planned);
    }
    reading.check_price();
    let RowReading { mut members, said, mistakes, .. } = reading;
    if !mistakes.is_empty() {
        return Err(mistakes.join("; "));
    }
    let named = members.remove(REFERENCE).and_then(|value| value.as_str().map(str::to_owned));
    let is_named = named.is_some();
    // A path cannot have such a part.
    if named.as_deref().is_some_and(|reference| reference.trim_matches('.').is_empty()) {
        return Err("an id needs a letter or a digit".to_owned());
    }
    let reference = named.unwrap_or_else(|| identity(&members));
    Ok(ListingRow { reference, is_named, members, said })
}

/// Spreadsheets drop empty cells at the end of a row. Cells that a home needs are not among those.
fn check_width(plan: &ColumnPlan, header: &[String], row: &TableRow) -> Result<(), String> {
    let cells = row.cells.len();
    let lost = plan.needed.iter().any(|place| *place >= cells);
    let more = row.cells.iter().skip(header.len()).any(|cell| !cell.trim().is_empty());
    if !lost && !more {
        return Ok(());
    }
    let open_quote = row.cells.iter().any(|cell| cell.contains('\n'));
    let hint = if open_quote { "; a quotation mark may not be closed" } else { "" };
    Err(format!("the row has {cells} fields, the header has {}{hint}", header.len()))
}

struct RowReading<'a> {
    header: &'a [String],
    row: &'a TableRow,
    members: Map<String, Value>,
    said: Vec<(&'static str, String, String)>,
    mistakes: Vec<String>,
}

impl RowReading<'_> {
    fn cell(&self, place: usize) -> Option<&str> {
        self.row.cells.get(place).and_then(cells::text)
    }

    fn column(&self, place: usize) -> String {
        self.header.get(place).cloned().unwrap_or_default()
    }

    fn field(&mut self, planned: &PlannedField) {
        let (name, kind) = (planned.member.name.as_str(), &planned.member.kind);
        match &planned.from {
            FieldOrigin::Value(value) => self.set(name, value.clone()),
            FieldOrigin::Flags(flags) => self.flags(name, flags),
            FieldOrigin::Column { place, unit, words } => {
                let Some(cell) = self.cell(*place).map(str::to_owned) else {
                    self.said.push((static_name(planned), self.column(*place), String::new()));
                    return;
                };
                if cell.contains('\u{fffd}') {
                    self.mistakes.push(format!(
                        "{} {} has letters that cannot be read",
                        self.column(*place),
                        quoted(&cell)
                    ));
                    return;
                }
                self.said.push((static_name(planned), self.column(*place), cell.clone()));
                let written = words::plain(&cell);
                if let Some((_, word)) =
                    words.iter().find(|(said, _)| *said == written || cells_agree(said, &cell))
                {
                    self.set(name, word.clone());
                    return;
                }
                match kind {
                    MemberKind::Choice(choices) if name == "areaUnit" => {
                        let unit = match units::unit(&cell) {
                            Some(Unit::Area(word)) => word.to_owned(),
                            _ => words::choice(name, &cell, choices),
                        };
                        self.set(name, unit);
                    }
                    MemberKind::Choice(choices) => self.set(name, words::choice(name, &cell, choices)),
                    MemberKind::Money => self.set(name, money(&cell, *unit)),
                    MemberKind::Number(_) if name == "area" || name == "areaSqft" => {
                        self.area(name, &cell, kind, *unit);
                    }
                    MemberKind::List(_) => self.set(name, cell.replace([';', '|', '\n'], ",")),
                    _ => self.set(name, cells::value(&cell, name, kind)),
                }
            }
        }
    }

    fn set(&mut self, name: &str, value: String) {
        self.members.insert(name.to_owned(), Value::String(value));
    }

    /// An area has one unit: that of its own cell, of its column, or of a column of units.
    fn area(&mut self, name: &str, cell: &str, kind: &MemberKind, unit: Option<Unit>) {
        let (number, own) = units::area(cell).map_or((cell, None), |(number, own)| (number, Some(own)));
        let unit = match own.or(unit) {
            Some(Unit::Area(word)) => Some(word),
            _ => (name == "areaSqft").then_some("SQFT"),
        };
        if name == "areaSqft" && self.members.contains_key("area") {
            return;
        }
        let number = cells::value(number, name, kind);
        self.set("area", number);
        if let Some(unit) = unit {
            self.set("areaUnit", unit.to_owned());
        }
    }

    /// The words whose columns say yes. Nothing is stated when no column says yes or no.
    fn flags(&mut self, name: &str, flags: &[(usize, String)]) {
        let (mut stated, mut present) = (false, Vec::new());
        for (place, word) in flags {
            let Some(cell) = self.cell(*place) else { continue };
            match cells::flag(cell) {
                Some(Flag::Yes) => present.push(Value::String(word.clone())),
                Some(Flag::NotStated) => continue,
                Some(Flag::No) => {}
                None => {
                    let mistake =
                        format!("{} {} is none of 1, 0, 9, yes, no", self.column(*place), quoted(cell));
                    self.mistakes.push(mistake);
                }
            }
            stated = true;
        }
        if stated {
            self.members.insert(name.to_owned(), Value::Array(present));
        }
    }

    fn check_price(&mut self) {
        let text = |name: &str| self.members.get(name).and_then(Value::as_str);
        if text("listingType").is_some_and(|kind| kind != "SALE") {
            return;
        }
        let Some(Ok(price)) = text("price").map(Paise::from_text) else { return };
        if SALE_PRICES.contains(&(price.paise() / 100)) {
            return;
        }
        let said = self.said.iter().find(|(name, ..)| *name == "price");
        let said =
            said.map_or_else(|| "price".to_owned(), |(_, column, cell)| format!("{column} {}", quoted(cell)));
        let (least, most) = (SALE_PRICES.start(), SALE_PRICES.end());
        self.mistakes.push(format!(
            "{said} cannot be right: from {least} to {most} rupees are taken for a sale; a unit can be named, as Price (lakhs)"
        ));
    }
}

fn static_name(planned: &PlannedField) -> &'static str {
    &planned.member.name
}

/// Whether a number of a sheet is the one of a map: `1.0` is `1`.
fn cells_agree(said: &str, cell: &str) -> bool {
    cells::value(cell, "", &MemberKind::Whole(0..=0)) == said
}

/// An amount with the unit of its column, unless it has its own. The domain reads it.
fn money(cell: &str, unit: Option<Unit>) -> String {
    match unit {
        Some(Unit::Money(word)) if word != "rupee" && !cell.contains(char::is_alphabetic) => {
            format!("{cell} {word}")
        }
        _ => cell.to_owned(),
    }
}

fn quoted(cell: &str) -> String {
    let shown: String = cell.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    let more = if cell.chars().count() > SHOWN { "…" } else { "" };
    format!("\"{shown}{more}\"")
}

/// A digest of what identifies a home. The fields are separated by a control character, so that two fields never read
/// as one.
fn identity(members: &Map<String, Value>) -> String {
    let mut text = String::new();
    for name in IDENTITY {
        let value = match members.get(name) {
            Some(Value::String(value)) => {
                value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
            }
            _ if name == "listingType" => "sale".to_owned(),
            _ => String::new(),
        };
        let is_place = matches!(name, "location" | "address");
        text.extend(value.chars().filter(|c| !is_place || c.is_alphanumeric()));
        if name == "area"
            && let Some(Value::String(unit)) = members.get("areaUnit").filter(|unit| *unit != "SQFT")
        {
            text.push_str(unit);
        }
        text.push('\u{1f}');
    }
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref().iter().take(16).fold("sheet-".to_owned(), |hex, byte| hex + &format!("{byte:02x}"))
}
