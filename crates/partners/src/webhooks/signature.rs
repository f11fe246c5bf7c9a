//! Signatures of Standard Webhooks 1.0.0: `v1,` and the HMAC-SHA256 of `id.timestamp.body`, in base64.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::{TenantId, WebhookId};
use journal::KeyRing;

/// What a secret begins with where people see it.
const PREFIX: &str = "whsec_";

/// A webhook's secret. It is derived from the installation's key on demand and stored nowhere.
pub struct SigningSecret(Vec<u8>);

impl SigningSecret {
    /// The secret of a webhook with this nonce.
    pub fn derived(keys: &KeyRing, tenant: &TenantId, webhook: WebhookId, nonce: &str) -> Self {
        Self(keys.derived(&format!("webhook secret|{tenant}|{webhook}|{nonce}")).to_vec())
    }

    /// The secret as its receiver sees it.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(&self.0))
    }

    fn sign(&self, content: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        format!("v1,{}", BASE64.encode(hmac::sign(&key, content)))
    }
}

/// The value of `webhook-signature`: one signature for each secret, with spaces between.
pub fn signatures(secrets: &[SigningSecret], id: &str, timestamp: i64, body: &str) -> String {
    let content = format!("{id}.{timestamp}.{body}");
    secrets.iter().map(|secret| secret.sign(content.as_bytes())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> SigningSecret {
        SigningSecret(BASE64.decode(text.strip_prefix(PREFIX).unwrap()).unwrap())
    }

    /// The example of the specification's reference libraries.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let secret = given("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signatures(&[secret], id, 1_614_265_330, body), signature);
    }

    #[test]
    fn two_secrets_make_two_signatures() {
        let secret = || given("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let other = SigningSecret(vec![7; 32]);
        let both = signatures(&[other, secret()], "id", 1, "{}");
        let parts: Vec<&str> = both.split(' ').collect();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[1], signatures(&[secret()], "id", 1, "{}"));
    }
}
