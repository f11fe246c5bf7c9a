//! API keys: what their holders get, and how they come into memory.

use std::collections::HashSet;

use domain::api_key::ApiKey;
use domain::{ApiKeyId, TenantId};
use http_kit::{ActiveApiKey, ApiKeyText, AppContext};
use journal::KeyRing;
use projection::ViewStore;
use supervisor::wake;
use tokio::sync::{Notify, watch};

/// The key with that id. Its secret is derived from the installation's key, so a repeated request gets it again, and
/// nothing that is stored reveals it.
pub fn derived(keys: &KeyRing, tenant: &TenantId, id: ApiKeyId) -> ApiKeyText {
    ApiKeyText::new(id, &keys.derived(&format!("api key|{tenant}|{id}")))
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Reads the keys into memory at the start, when a key was created or revoked, and when the read model was made again,
/// until `stop` turns true.
pub async fn keep_in_memory(
    context: AppContext,
    store: ViewStore,
    replaced: &Notify,
    mut stop: watch::Receiver<bool>,
) {
    while !wake::is_stopped(&stop) {
        let read = read(&context, &store).await;
        let failed =
            read.inspect_err(|error| tracing::warn!(error, "the API keys are read again soon")).is_err();
        tokio::select! {
            biased;
            () = wake::stopped(&mut stop) => {}
            () = replaced.notified() => {}
            () = tokio::time::sleep(std::time::Duration::from_secs(1)), if failed => {}
        }
    }
}

/// The read model tells which keys there are, and the journal what they may do: it knows every revocation. It decides
/// about the keys in memory, too: a revocation may be in the journal although the answer to it was an error.
async fn read(context: &AppContext, store: &ViewStore) -> Result<(), String> {
    let told = |error: Failed| error.to_string();
    let rows =
        store.query("select tenant, id from api_keys", Vec::new()).await.map_err(|e| told(e.into()))?;
    let stored = rows
        .iter()
        .filter_map(|row| Some((TenantId::stored(row.text(0)?), row.text(1)?.parse::<ApiKeyId>().ok()?)));
    let all: HashSet<(TenantId, ApiKeyId)> = context.api_keys.active().into_iter().chain(stored).collect();
    let mut keys = Vec::with_capacity(all.len());
    for (tenant, id) in all {
        let (key, _) = context.aggregates.load::<ApiKey>(&tenant, id).await.map_err(|e| told(e.into()))?;
        match key.present().cloned() {
            Some(details) => keys.push(ActiveApiKey::of(&tenant, details)),
            None => context.api_keys.revoke(id),
        }
    }
    context.api_keys.read(keys);
    Ok(())
}
