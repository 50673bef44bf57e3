//! The sample with one check left out, or made too strict, to prove that the harness notices.
//!
//! A weakness is an edit of the [`Policy`] before the app starts. No handler knows of it, and a build without the
//! feature `weakness` has none of this code. Every login that is honest in every respect still succeeds, except
//! where the row says that browsers or providers will not play along.

mod answers;
mod back_channel;
mod backend;
mod brittle;
mod browser;
mod callback;
mod claims;
mod composite;
mod ecdsa;
mod field;
mod flows;
mod form;
mod hmac;
mod keys;
mod offered;
mod places;
mod providers;
mod request;
mod requests;
mod rsa;
mod session;
mod stored;
mod strict;
mod token;
mod visitors;

use crate::ledger::{Limit, WhenFull};
use crate::policy::Policy;

pub use composite::Composite;

/// One check of the sample that is left out, or made over-strict.
#[derive(Clone, Copy)]
pub struct Weakness {
    name: &'static str,
    omits: &'static str,
    edit: Edit,
}

#[derive(Clone, Copy)]
enum Edit {
    /// Removes the row that has the weakness's own name.
    Row,
    /// Changes the policy in another way.
    By(fn(&mut Policy)),
    /// Makes the changes of the weaknesses of these names, one after the other.
    Several(&'static [&'static str]),
}

/// A row of a rule table left out.
const fn omit(name: &'static str, omits: &'static str) -> Weakness {
    Weakness { name, omits, edit: Edit::Row }
}

/// Another change.
const fn change(name: &'static str, omits: &'static str, edit: fn(&mut Policy)) -> Weakness {
    Weakness { name, omits, edit: Edit::By(edit) }
}

/// A memory that forgets at once.
const NOTHING: Limit = Limit { most: 0, when_full: WhenFull::Forget };

const TOPICS: &[&[Weakness]] = &[
    claims::WEAKNESSES,
    token::WEAKNESSES,
    hmac::WEAKNESSES,
    ecdsa::WEAKNESSES,
    rsa::WEAKNESSES,
    offered::WEAKNESSES,
    keys::WEAKNESSES,
    providers::WEAKNESSES,
    flows::WEAKNESSES,
    request::WEAKNESSES,
    callback::WEAKNESSES,
    form::WEAKNESSES,
    answers::WEAKNESSES,
    field::WEAKNESSES,
    session::WEAKNESSES,
    stored::WEAKNESSES,
    back_channel::WEAKNESSES,
    backend::WEAKNESSES,
    requests::WEAKNESSES,
    browser::WEAKNESSES,
    brittle::WEAKNESSES,
    places::WEAKNESSES,
    visitors::WEAKNESSES,
    strict::WEAKNESSES,
    back_channel::STRICT,
    browser::STRICT,
    visitors::STRICT,
];

const COUNT: usize = {
    let (mut count, mut topic) = (0, 0);
    while topic < TOPICS.len() {
        count += TOPICS[topic].len();
        topic += 1;
    }
    count
};

static ALL: [Weakness; COUNT] = {
    let mut all = [TOPICS[0][0]; COUNT];
    let (mut at, mut topic) = (0, 0);
    while topic < TOPICS.len() {
        let mut row = 0;
        while row < TOPICS[topic].len() {
            all[at] = TOPICS[topic][row];
            at += 1;
            row += 1;
        }
        topic += 1;
    }
    all
};

impl Weakness {
    /// Every weakness.
    pub const ALL: &'static [Self] = &ALL;

    /// The weakness of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|weakness| weakness.name == name).copied()
    }

    /// Its name, after what it omits.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it omits, in a sentence.
    pub fn omits(&self) -> &'static str {
        self.omits
    }

    /// The row that is left out, by the reason code that its refusals show; nothing where the weakness is another
    /// change.
    pub fn row(&self) -> Option<&'static str> {
        matches!(self.edit, Edit::Row).then_some(self.name)
    }

    /// Does it refuse what must be accepted, instead of accepting what must be refused?
    pub fn is_over_strict(&self) -> bool {
        strict::WEAKNESSES
            .iter()
            .chain(back_channel::STRICT)
            .chain(browser::STRICT)
            .chain(visitors::STRICT)
            .any(|strict| strict.name == self.name)
    }

    pub(crate) fn edit(self, policy: &mut Policy) {
        match self.edit {
            Edit::Row => policy.omit_row(self.name),
            Edit::By(edit) => edit(policy),
            Edit::Several(names) => {
                names.iter().filter_map(|name| Self::from_name(name)).for_each(|one| one.edit(policy));
            }
        }
    }
}

impl std::fmt::Debug for Weakness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Weakness({})", self.name)
    }
}

impl Policy {
    fn omit_row(&mut self, name: &str) {
        self.claim_rules.retain(|rule| rule.name != name);
        self.header_rules.retain(|rule| rule.name != name);
        self.metadata_rules.retain(|rule| rule.name != name);
        self.callback.request.retain(|rule| rule.name != name);
        self.callback.form.retain(|rule| rule.name != name);
        self.callback.response.retain(|rule| rule.name != name);
        self.callback.issuer.retain(|rule| rule.name != name);
        self.callback.pair.retain(|rule| rule.name != name);
        self.token_response.retain(|rule| rule.name != name);
        self.userinfo.rules.retain(|rule| rule.name != name);
        self.refresh.same.retain(|rule| rule.name != name);
        self.silent.retain(|rule| rule.name != name);
        self.changes.retain(|rule| rule.name != name);
        self.front_channel.retain(|rule| rule.name != name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{IssuerSettings, Origin, Secret, Settings};

    fn rows(policy: &Policy) -> usize {
        policy.claim_rules.len()
            + policy.header_rules.len()
            + policy.metadata_rules.len()
            + policy.callback.request.len()
            + policy.callback.form.len()
            + policy.callback.response.len()
            + policy.callback.issuer.len()
            + policy.callback.pair.len()
            + policy.token_response.len()
            + policy.userinfo.rules.len()
            + policy.refresh.same.len()
            + policy.silent.len()
            + policy.changes.len()
            + policy.front_channel.len()
    }

    #[test]
    fn every_weakness_has_a_name_of_its_own_in_kebab_case_and_a_sentence() {
        for (at, weakness) in Weakness::ALL.iter().enumerate() {
            let name = weakness.name();
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            );
            assert!(weakness.omits().ends_with('.') && weakness.omits().len() > 20, "{name}");
            assert!(Weakness::ALL.iter().take(at).all(|other| other.name() != name), "{name} occurs twice");
        }
        assert!(Weakness::ALL.len() >= 300);
    }

    #[test]
    fn a_weakness_that_omits_a_row_omits_exactly_one() {
        let origin = Origin::parse("http://localhost:3000").unwrap();
        let settings =
            Settings::new(origin, IssuerSettings::new("http://localhost:9", "c"), Secret::new("12345678"));
        for weakness in Weakness::ALL.iter().filter(|weakness| matches!(weakness.edit, Edit::Row)) {
            let mut policy = Policy::honest(&settings);
            let before = rows(&policy);
            weakness.edit(&mut policy);
            assert_eq!(rows(&policy) + 1, before, "{weakness:?}");
        }
    }
}
