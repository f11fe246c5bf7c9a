//! Builds the e-mail settings, with a name and address for each tenant, and the services that send messages.

use std::path::Path;

use anyhow::Context as _;
use domain::TenantId;
use notifications::{MailSettings, MailSite, Outside, SmtpServer, Twilio, TwilioAccount};

use crate::settings::{Settings, Tenant};

/// The sender and the site of each tenant, when the portal is reached at `public_url`.
pub fn settings(settings: &Settings, public_url: &str) -> MailSettings {
    let site = |tenant: &Tenant| MailSite { name: tenant.name.clone(), url: url(tenant, public_url) };
    let sites = settings.tenants.iter().map(|(name, tenant)| (TenantId::stored(name), site(tenant)));
    let portal = MailSite { name: "HyderabadInfra".into(), url: public_url.to_owned() };
    let (from, show_codes, per_day) =
        (settings.mail.from.clone(), settings.mail.show_codes, settings.letters.per_day.clone());
    MailSettings { from, show_codes, site: portal, sites: sites.collect(), per_day }
}

/// What sends e-mails and text messages.
pub fn outside(settings: &Settings) -> anyhow::Result<Outside> {
    Ok(Outside { mail: mail(settings)?, texts: texts(settings)? })
}

fn mail(settings: &Settings) -> anyhow::Result<Option<SmtpServer>> {
    let Some(address) = &settings.mail.smtp_url else { return Ok(None) };
    let read =
        |file: &Path| std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()));
    let trusted = settings.mail.smtp_ca_file.as_deref().map(read).transpose()?;
    let from = domain::people::for_servers(settings.mail.from.trim_end_matches('>'));
    let hello = from.rsplit_once('@').map_or("localhost", |(_, host)| host);
    let server = SmtpServer::at(address.reveal(), trusted.as_deref(), hello);
    server.map(Some).context("the mail server of the settings")
}

fn texts(settings: &Settings) -> anyhow::Result<Option<Twilio>> {
    let sms = &settings.sms;
    let (Some(sid), Some(token), Some(sender)) = (&sms.account_sid, &sms.auth_token, &sms.sender) else {
        return Ok(None);
    };
    let account = TwilioAccount {
        url: sms.url.clone(),
        sid: sid.clone(),
        token: token.reveal().to_owned(),
        sender: sender.clone(),
        templates: sms.templates.clone(),
    };
    Twilio::of(account).map(Some).context("the SMS provider of the settings")
}

/// The public addresses of the portal, which comes first, and of each tenant.
pub fn addresses(settings: &Settings, public_url: &str) -> Vec<String> {
    let of_tenants = settings.tenants.values().map(|tenant| url(tenant, public_url));
    std::iter::once(public_url.to_owned()).chain(of_tenants).collect()
}

/// The portal's address with the tenant's first host name. Under another tenant's host, its people are not found.
pub fn url(tenant: &Tenant, public_url: &str) -> String {
    let (scheme, place) = public_url.split_once("://").unwrap_or(("http", public_url));
    let (place, path) = place.find('/').map_or((place, ""), |slash| place.split_at(slash));
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port)),
        _ => (place, None),
    };
    match tenant.hosts.first() {
        Some(own) if !tenant.hosts.iter().any(|name| name == host) => {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            format!("{scheme}://{own}{port}{path}")
        }
        _ => public_url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_tenants_own_host() {
        let tenant = |hosts: &[&str]| Tenant {
            name: "Pune Homes".into(),
            city: "Pune".into(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            moderation: false,
            hold_unconfirmed: false,
            time_zone: None,
        };
        for (hosts, public, expected) in [
            (&[][..], "https://homes.example", "https://homes.example"),
            (&["homes.example"], "https://homes.example", "https://homes.example"),
            (&["pune.example", "homes.example"], "https://homes.example", "https://homes.example"),
            (&["pune.example"], "https://homes.example/portal", "https://pune.example/portal"),
            (&["pune.example"], "http://[::1]:8080", "http://pune.example:8080"),
            (&["pune.example"], "http://127.0.0.1:8080", "http://pune.example:8080"),
        ] {
            assert_eq!(url(&tenant(hosts), public), expected, "{hosts:?} at {public}");
        }
    }
}
