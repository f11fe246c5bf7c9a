//! What can be imported.

use sheet::SheetKind;

/// What the rows of a sheet become.
#[derive(Debug)]
pub struct ImportKind {
    /// What the sheet is about.
    pub sheet: &'static SheetKind,
    /// Where a row is put, before its reference.
    pub path: &'static str,
    /// The roles whose accounts may own the things; `None` for all.
    pub roles: Option<&'static [&'static str]>,
}

/// Homes.
pub static LISTINGS: ImportKind =
    ImportKind { sheet: &properties::sheet::HOMES, path: "/api/properties/by-reference", roles: None };

/// Products.
pub static PRODUCTS: ImportKind = ImportKind {
    sheet: &catalogue::sheet::PRODUCTS,
    path: "/api/v1/products/by-sku",
    roles: Some(&["SELLER", "ADMIN"]),
};
