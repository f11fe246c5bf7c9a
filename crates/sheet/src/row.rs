//! One row of a sheet as the members of a request.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value};

use super::SheetKind;
use super::columns::ColumnPlan;
use super::reading::{RowReading, SaidCell};
use super::table::TableRow;

/// What a row says about a thing.
#[derive(Clone, Debug)]
pub struct StatedRow {
    /// The sheet's own id of the thing, or else a digest of what identifies it.
    pub reference: String,
    /// Whether the sheet itself names the reference.
    pub is_named: bool,
    /// The body of the request that creates the thing, without what the row does not state.
    pub members: Map<String, Value>,
    kind: &'static SheetKind,
    said: Vec<SaidCell>,
}

impl StatedRow {
    /// What the API says about a field, in terms of the sheet.
    #[must_use]
    pub fn explain(&self, field: &str, text: &str) -> String {
        match self.said.iter().find(|said| self.kind.states_with(field, said.field)) {
            Some(said) => format!("{} {text}", SaidCell::all_of(&self.said, said.field)),
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
pub(super) fn read(
    kind: &'static SheetKind,
    plan: &ColumnPlan,
    header: &[String],
    row: &TableRow,
) -> Result<StatedRow, String> {
    check_width(plan, header, row)?;
    let mut reading = RowReading::new(kind, header, row);
    for planned in &plan.fields {
        reading.field(planned);
    }
    let (mut members, said) = reading.finish()?;
    let named = members.remove(kind.reference).and_then(|value| value.as_str().map(str::to_owned));
    // A cell of nothing that anybody sees is an empty one, as it is for the API.
    let named = named.filter(|named| !domain::text::is_blank(named));
    let (reference, is_named) = match (named, &kind.identity) {
        (Some(named), _) => ((kind.read_reference)(&named)?, true),
        (None, Some(identity)) => ((identity.reference)(&members), false),
        (None, None) => return Err(format!("{} is required", kind.reference)),
    };
    Ok(StatedRow { reference, is_named, members, kind, said })
}

/// Spreadsheets drop empty cells at the end of a row. Cells that a thing needs are not among those.
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
