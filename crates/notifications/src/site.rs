//! How e-mails appear to their readers: who sends them, and where their links lead.

use std::collections::BTreeMap;

use domain::TenantId;

/// The settings of e-mails.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The sender, such as `no-reply@example.com`. A name before the address replaces the site's name.
    pub from: String,
    /// Whether administrators see the codes in e-mails.
    pub show_codes: bool,
    /// The site of every tenant without a site of its own.
    pub site: MailSite,
    /// The sites of the other tenants.
    pub sites: BTreeMap<TenantId, MailSite>,
    /// How many e-mails, and how many text messages, one recipient is sent per day, by template name.
    pub per_day: BTreeMap<String, u32>,
}

/// A tenant's site, as people know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSite {
    /// The site's name; e-mails are signed with it.
    pub name: String,
    /// The site's address; links start with it.
    pub url: String,
}

impl MailSettings {
    /// The site of a tenant.
    #[must_use]
    pub fn of(&self, tenant: &TenantId) -> &MailSite {
        self.sites.get(tenant).unwrap_or(&self.site)
    }
}

impl MailSite {
    /// The address of a page; `path` starts with a slash.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.url.trim_end_matches('/'))
    }
}
