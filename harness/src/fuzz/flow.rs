//! By which flow the logins go that are changed.

use clap::ValueEnum;

/// A flow, and the variant of the application that uses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Flow {
    /// The ID Token comes by the browser: the application as it is.
    #[default]
    IdToken,
    /// A code comes by the browser, and the token for it: the variant `code-with-userinfo`.
    Code,
    /// Both come by the browser, and another ID Token for the code: the variant `code-and-id-token`.
    CodeIdToken,
}

impl Flow {
    /// The variant that the profile has to declare.
    pub fn variant(self) -> Option<&'static str> {
        match self {
            Self::IdToken => None,
            Self::Code => Some("code-with-userinfo"),
            Self::CodeIdToken => Some("code-and-id-token"),
        }
    }

    /// The flow of an application in this variant.
    pub(super) fn of(variant: Option<&str>) -> Self {
        let mut all = Self::value_variants().iter().copied();
        all.find(|flow| flow.variant() == variant).unwrap_or_default()
    }

    /// What the answer brings that an application has to look at.
    pub(super) fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::IdToken => &["state", "id_token"],
            Self::Code => &["state", "code"],
            Self::CodeIdToken => &["state", "id_token", "code"],
        }
    }

    /// The last of them.
    pub(super) fn last(self) -> &'static str {
        if self.has_code() { "code" } else { "id_token" }
    }

    /// The application asks the provider for tokens.
    pub(super) fn has_code(self) -> bool {
        self != Self::IdToken
    }

    /// Every ID Token comes straight from the provider, whom TLS may prove instead of the signature (OIDC Core 3.1.3.7 (6)).
    pub(super) fn may_trust_the_connection(self) -> bool {
        self == Self::Code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_is_that_of_its_variant() {
        for flow in Flow::value_variants() {
            assert_eq!(Flow::of(flow.variant()), *flow);
        }
        assert_eq!(Flow::of(Some("api-401")), Flow::IdToken);
    }
}
