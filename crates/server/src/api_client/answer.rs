//! Responses of the server, and the text of its refusals.

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use thiserror::Error;

use super::ClientError;

/// Any response of the server, refusals included.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Null for an empty body; a string for a body that is not JSON.
    pub body: Value,
    pub headers: HeaderMap,
}

/// A response that was not a success, as readable text.
#[derive(Debug, Clone, Error)]
#[error("{}", self.text())]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
}

impl Refusal {
    fn text(&self) -> String {
        let status = self.status;
        let message = self.message.as_str();
        match self.status {
            401 => {
                format!("the server does not accept the token ({message}): sign in and set HYD_TOKEN anew")
            }
            403 => format!("this account may not do that ({message})"),
            _ if self.code.is_empty() => format!("the server answered {status}: {message}"),
            _ => format!("the server answered {status} {}: {message}", self.code),
        }
    }
}

impl Answer {
    pub(super) fn new(status: StatusCode, headers: HeaderMap, bytes: &[u8]) -> Self {
        let as_text = || Value::String(String::from_utf8_lossy(bytes).into_owned());
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(bytes).unwrap_or_else(|_| as_text())
        };
        Self { status: status.as_u16(), body, headers }
    }

    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The envelope's `error.code`, or an empty string.
    #[must_use]
    pub fn error_code(&self) -> &str {
        self.body.pointer("/error/code").and_then(Value::as_str).unwrap_or_default()
    }

    /// The envelope's `error.fieldErrors`, ordered by field name.
    pub fn field_errors(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.body.pointer("/error/fieldErrors").and_then(Value::as_object);
        fields
            .into_iter()
            .flatten()
            .map(|(field, text)| (field.as_str(), text.as_str().unwrap_or("is wrong")))
    }

    /// What went wrong, as readable text.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let text =
            |pointer| self.body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        let message = text("/error/detail").or_else(|| text("/message")).unwrap_or("without a reason");
        Refusal { status: self.status, code: self.error_code().to_owned(), message: message.to_owned() }
    }

    /// The envelope's `data`, if the response is a success.
    ///
    /// # Errors
    /// [`ClientError::Refused`] for any other response.
    pub fn data(mut self) -> Result<Value, ClientError> {
        if !self.is_success() {
            return Err(ClientError::Refused(self.refusal()));
        }
        Ok(self.body.get_mut("data").map(Value::take).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        let body = json!({"message": "No", "error": {"code": "X", "fieldErrors": {"price": "must be greater than 0"}}});
        let answer = Answer { status: 401, body, headers: HeaderMap::new() };
        assert_eq!(answer.field_errors().collect::<Vec<_>>(), [("price", "must be greater than 0")]);
        assert!(answer.data().unwrap_err().to_string().contains("set HYD_TOKEN anew"));
    }
}
