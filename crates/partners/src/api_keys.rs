//! API keys: what their holders get, and how they come into memory.

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

/// Reads the keys into memory at the start, and when the read model was made again, until `stop` turns true.
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

/// The read model tells which keys there are, and the journal what they may do: it knows every revocation.
async fn read(context: &AppContext, store: &ViewStore) -> Result<(), String> {
    let told = |error: Failed| error.to_string();
    let rows =
        store.query("select tenant, id from api_keys", Vec::new()).await.map_err(|e| told(e.into()))?;
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some(tenant), Some(id)) = (row.text(0), row.text(1)) else { continue };
        let tenant = TenantId::stored(tenant);
        let (key, _) = context.aggregates.load::<ApiKey>(&tenant, id).await.map_err(|e| told(e.into()))?;
        keys.extend(key.present().cloned().map(|details| ActiveApiKey::of(&tenant, details)));
    }
    context.api_keys.read(keys);
    Ok(())
}
