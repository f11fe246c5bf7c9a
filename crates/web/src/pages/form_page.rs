//! A page that is one form and little else.

use askama::Template;

use crate::frame::Frame;
use crate::sheet::{Kind, Sheet};

#[derive(Template)]
#[template(path = "form_page.html")]
pub(super) struct FormPage {
    pub(super) frame: Frame,
    pub(super) intro: &'static str,
    pub(super) action: &'static str,
    pub(super) button: &'static str,
    pub(super) sheet: Sheet,
    /// Goes along unseen.
    pub(super) hidden: Vec<(&'static str, String)>,
    /// Where else a person may have wanted to go: address, words.
    pub(super) links: &'static [(&'static str, &'static str)],
}
