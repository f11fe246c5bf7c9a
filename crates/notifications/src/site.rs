//! How e-mails look from outside: who sends them, and where their links lead.

use std::collections::BTreeMap;

use domain::TenantId;

/// How e-mails look from outside.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The sender, such as `no-reply@example.com`. A name before it stands in place of the site's.
    pub from: String,
    /// Administrators are shown the codes of e-mails.
    pub show_codes: bool,
    /// The site of every tenant that has none of its own.
    pub site: MailSite,
    /// The sites of the others.
    pub sites: BTreeMap<TenantId, MailSite>,
    /// E-mails a day, and messages a day, that one recipient is sent by a template, by its name.
    pub per_day: BTreeMap<String, u32>,
}

/// What a tenant's people know as one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSite {
    /// Its name: e-mails are signed with it.
    pub name: String,
    /// Where people reach it; links start with it.
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
    /// The address of a page, whose `path` starts with a slash.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.url.trim_end_matches('/'))
    }
}
