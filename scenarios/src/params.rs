//! The provider's answer with something else in it.

use mock_idp::Params;

/// The answer of the provider with another value for one parameter.
pub(crate) fn with(params: &Params, name: &str, value: &str) -> Params {
    let mut params = params.clone();
    params.set(name, value);
    params
}

/// The same without this parameter.
pub(crate) fn without(params: &Params, name: &str) -> Params {
    Params(params.0.iter().filter(|(known, _)| known != name).cloned().collect())
}
