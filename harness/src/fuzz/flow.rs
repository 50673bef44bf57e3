//! By which flow the logins go that are changed.

use clap::ValueEnum;
use mock_idp::Params;

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

    /// May the application tell the browser that the provider is out of order? A provider gives no tokens for a code that
    /// is not its own, and what it gives when it `lied` may be none that are any; a broken form alone is no such excuse.
    pub(super) fn may_be_out_of_order(self, honest: &Params, sent: &Params, lied: bool) -> bool {
        self.has_code() && (lied || honest.all("code") != sent.all("code"))
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

    #[test]
    fn a_form_with_its_own_code_and_an_honest_provider_excuse_no_outage() {
        let honest = Params::parse("state=s&code=c");
        let (no_state, other_code) = (Params::parse("code=c"), Params::parse("state=s&code=d"));

        assert!(!Flow::Code.may_be_out_of_order(&honest, &no_state, false));
        assert!(Flow::Code.may_be_out_of_order(&honest, &no_state, true));
        assert!(Flow::CodeIdToken.may_be_out_of_order(&honest, &other_code, false));
        assert!(!Flow::IdToken.may_be_out_of_order(&honest, &other_code, true));
    }
}
