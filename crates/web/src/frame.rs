//! The layout around the content of every page.

use std::sync::Arc;

use crate::flash::Flash;
use crate::welcome::Welcome;

/// The header, the notices and the forms of the layout, as one template value.
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a page")]
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) city: String,
    pub(crate) signed_in: bool,
    /// Whether to link the pages for operators. The API decides who may use them.
    pub(crate) operates: bool,
    /// Whether people read their e-mails at `/dev/mailbox`.
    pub(crate) mailbox: bool,
    pub(crate) stylesheet: &'static str,
    pub(crate) csrf: String,
    pub(crate) flash: Option<Flash>,
    pub(crate) stale: bool,
    /// What the page could not take from its address.
    pub(crate) remarks: Vec<String>,
    /// Whether the page lies deeper in its list than lists are shown.
    pub(crate) out_of_reach: bool,
    /// The path of the page, to mark its entry in the navigation.
    pub(crate) path: String,
    /// What is new, on the first page after signing in.
    pub(crate) welcome: Option<Arc<Welcome>>,
}

impl Frame {
    /// The links of the navigation: address and text.
    pub(crate) fn links(&self) -> &'static [(&'static str, &'static str)] {
        if self.operates {
            &[
                ("/homes", "Homes"),
                ("/post", "Post a home"),
                ("/dashboard", "Dashboard"),
                ("/account", "Account"),
                ("/admin/events", "Operations"),
                ("/admin/analytics", "Numbers"),
            ]
        } else if self.signed_in {
            &[
                ("/homes", "Homes"),
                ("/post", "Post a home"),
                ("/dashboard", "Dashboard"),
                ("/account", "Account"),
            ]
        } else {
            &[
                ("/homes", "Homes"),
                ("/post", "Post a home"),
                ("/sign-in", "Sign in"),
                ("/register", "Register"),
            ]
        }
    }

    /// Whether the page is at `path`; for `aria-current`.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.path == path
    }
}
