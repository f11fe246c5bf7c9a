//! A page that consists mainly of one form.

use askama::Template;

use crate::frame::Frame;
use crate::sheet::{Kind, Sheet};

#[derive(Template)]
#[template(path = "form_page.html")]
pub(super) struct FormPage {
    pub(super) frame: Frame,
    /// The key of the text above the form.
    pub(super) intro: &'static str,
    pub(super) action: &'static str,
    /// The key of the text of the button.
    pub(super) button: &'static str,
    pub(super) sheet: Sheet,
    /// Hidden fields: name and value.
    pub(super) hidden: Vec<(&'static str, String)>,
    /// Links to related pages: address and key of the text.
    pub(super) links: &'static [(&'static str, &'static str)],
}
