//! The seam of the authorization response.

use super::verb::Verb;
use crate::protocol::AuthorizationResponse;

/// What a verb at this seam is about.
pub(super) enum Scope {
    /// One of the parameters: see `members`.
    Members,
    /// Mode, target or enctype: done.
    Delivery,
}

/// Applies the verbs about delivery, and says if the verb was another one.
pub(super) fn apply_to_response(verb: &Verb, answer: &mut AuthorizationResponse) -> Scope {
    match verb {
        Verb::Mode { mode } => answer.mode = *mode,
        Verb::Target { url } => answer.target.clone_from(url),
        Verb::ContentType { value } => answer.enctype = Some(value.clone()),
        _ => return Scope::Members,
    }
    Scope::Delivery
}
