//! The sign-in providers, from the settings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use domain::TenantId;
use http_kit::CircuitBreakers;
use users::{ProviderSettings, Providers};

use super::mail;
use crate::settings::{OidcProvider, Settings};

/// Builds the providers. Each returns the people of a tenant to that tenant's own host.
pub fn providers(
    settings: &Settings,
    public_url: &str,
    breakers: &CircuitBreakers,
) -> anyhow::Result<Arc<Providers>> {
    let sites: BTreeMap<TenantId, String> = settings
        .tenants
        .iter()
        .map(|(name, tenant)| (TenantId::stored(name), mail::url(tenant, public_url)))
        .collect();
    let all = settings.oidc.iter().map(|(name, provider)| read(name, provider));
    Providers::new(all.collect::<anyhow::Result<_>>()?, sites, breakers).context("a provider of the settings")
}

/// Each provider's name and the label of its button.
pub fn buttons(settings: &Settings) -> Vec<(String, String)> {
    settings.oidc.iter().map(|(name, provider)| (name.clone(), label(name, provider))).collect()
}

fn label(name: &str, provider: &OidcProvider) -> String {
    if provider.label.is_empty() { name.to_owned() } else { provider.label.clone() }
}

/// The client secret, from the settings or from its file.
pub fn secret(provider: &OidcProvider) -> anyhow::Result<Option<String>> {
    let Some(file) = &provider.client_secret_file else {
        return Ok(provider.client_secret.as_ref().map(|secret| secret.reveal().to_owned()));
    };
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let text = text.trim_end();
    anyhow::ensure!(!text.is_empty(), "{} is empty", file.display());
    Ok(Some(text.to_owned()))
}

fn read(name: &str, provider: &OidcProvider) -> anyhow::Result<ProviderSettings> {
    Ok(ProviderSettings {
        name: name.to_owned(),
        label: label(name, provider),
        issuer: provider.issuer.clone(),
        client_id: provider.client_id.clone(),
        client_secret: secret(provider).with_context(|| format!("the secret of [oidc.{name}]"))?,
        timeout: Duration::from_millis(provider.timeout_ms.get().into()),
    })
}
