//! Pushed authorization requests (RFC 9126): what is asked goes to the provider directly, and the browser carries a
//! reference to it.

use reqwest::StatusCode;
use serde_json::{Map, Value};
use url::Url;

use super::client_auth::{Form, identify};
use super::json;
use super::metadata::Metadata;
use super::provider::Provider;
use crate::error::ProviderError;
use crate::rule::{Rule, check};

/// One row about the answer to a pushed request.
pub(crate) type PushedRule = Rule<Map<String, Value>, ()>;

const DOCUMENT: &str = "pushed authorization response";

/// What must hold of the answer.
pub(crate) fn pushed_rules() -> Vec<PushedRule> {
    vec![
        PushedRule::new("pushed-request-uri", "RFC 9126 2.2", |answer, ()| request_uri(answer).is_some()),
        PushedRule::new("pushed-expires-in", "RFC 9126 2.2", |answer, ()| {
            answer.get("expires_in").and_then(Value::as_i64).is_some_and(|seconds| seconds > 0)
        }),
    ]
}

fn request_uri(answer: &Map<String, Value>) -> Option<&str> {
    answer.get("request_uri").and_then(Value::as_str).filter(|uri| !uri.is_empty())
}

/// Is the request of a login at this provider to be pushed?
pub(crate) fn is_due(provider: &Provider, metadata: &Metadata) -> bool {
    provider.settings.pushes || metadata.requires_pushed_requests
}

/// Pushes the request, once, and returns where the browser is to go with the reference. A provider that refuses has a
/// quarrel with the app and not with the person, who is told of an outage.
pub(crate) async fn push(
    provider: &Provider,
    metadata: &Metadata,
    mut form: Form<'_>,
    rules: &[PushedRule],
) -> Result<Url, ProviderError> {
    let unusable = |why| ProviderError::Unusable { document: DOCUMENT, why };
    let endpoint = metadata.par_endpoint.as_ref().ok_or(unusable("par-endpoint-check"))?;
    let authorization = identify(&provider.settings, &provider.ambient, &mut form);
    let answer = provider.http.post(endpoint, &form, authorization, DOCUMENT).await?;
    match answer.status {
        StatusCode::CREATED | StatusCode::OK => {}
        status if status.is_client_error() => return Err(unusable("the provider refuses the request")),
        status => {
            let why = format!("status {}", status.as_u16());
            return Err(ProviderError::Unreachable { document: DOCUMENT, why });
        }
    }
    let object = json::object(&answer.body).filter(|_| answer.is_json);
    let object = object.ok_or(unusable("it is not a JSON object"))?;
    check(rules, &object, &()).map_err(|refusal| unusable(refusal.reason))?;
    let mut location = metadata.authorization_endpoint.clone();
    location
        .query_pairs_mut()
        .append_pair("client_id", &provider.settings.client_id)
        .append_pair("request_uri", request_uri(&object).unwrap_or_default());
    Ok(location)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_without_a_reference_or_an_end_of_it_is_useless() {
        let verdict = |answer: Value| {
            check(&pushed_rules(), answer.as_object().unwrap(), &()).err().map(|refusal| refusal.reason)
        };

        assert_eq!(verdict(json!({"request_uri": "urn:x", "expires_in": 60})), None);
        assert_eq!(verdict(json!({"expires_in": 60})), Some("pushed-request-uri"));
        assert_eq!(verdict(json!({"request_uri": "", "expires_in": 60})), Some("pushed-request-uri"));
        for seconds in [json!(0), json!("60"), json!(null)] {
            let answer = json!({"request_uri": "urn:x", "expires_in": seconds});
            assert_eq!(verdict(answer), Some("pushed-expires-in"), "{seconds}");
        }
    }
}
