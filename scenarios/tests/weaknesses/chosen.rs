//! Which scenarios a weakness is tried on.

use super::expected::{Expected, Named};
use super::only;
use harness::scenario::Action;
use harness::{Level, Scenario};
use std::collections::BTreeSet;

/// What a weakness is tried on: everything, or what is written down for it and one scenario of every topic. What is
/// only told and not judged is tried where it is written down: there is seldom anything to find, and a signature by a key
/// of 16,384 bits alone takes a second.
pub(crate) fn tried_on(named: Option<&Named>, full: bool) -> Vec<Scenario> {
    let mut chosen = scenarios::catalogue();
    let prefixes = only("RPCHECK_SCENARIO");
    chosen.retain(|scenario| {
        prefixes.is_empty() || prefixes.iter().any(|prefix| scenario.id.starts_with(prefix))
    });
    let Some(named) = named else { return chosen };
    if full {
        chosen.retain(|scenario| scenario.level != Level::Policy || named.lists(scenario.id));
        return chosen;
    }
    quickly(chosen, |id| named.lists(id))
}

/// Of these scenarios one of every topic, and all that are listed.
pub(crate) fn quickly(mut chosen: Vec<Scenario>, lists: impl Fn(&str) -> bool) -> Vec<Scenario> {
    let firsts = firsts(&chosen);
    chosen.retain(|scenario| firsts.contains(scenario.id) || lists(scenario.id));
    chosen
}

/// One scenario of every topic: the first of those that cost least.
fn firsts(catalogue: &[Scenario]) -> BTreeSet<&'static str> {
    let mut cheapest: Vec<_> = catalogue.iter().collect();
    cheapest.sort_by_key(|scenario| cost(scenario));
    let mut topics = BTreeSet::new();
    cheapest.retain(|scenario| topics.insert(scenario.topic()));
    cheapest.iter().map(|scenario| scenario.id).collect()
}

/// What speaks against trying a scenario on every weakness, the worst first: it judges nothing, it waits in real time, the
/// app is set up in another way for it, it is more than one login.
fn cost(scenario: &Scenario) -> [bool; 4] {
    let is_one_login = matches!(scenario.action, Action::Faults(..));
    [scenario.level == Level::Policy, scenario.slow, scenario.variant.is_some(), !is_one_login]
}

/// The same scenarios, without honest logins around those that have nothing to find; the first that has some keeps
/// them, which tell whether people can log in. Where they cannot, in whatever set-up, all keep them.
pub(crate) fn sparing(named: &Named, tried: &[Scenario]) -> Vec<Scenario> {
    let first = tried.iter().find(|scenario| scenario.sandwiched).map(|scenario| scenario.id);
    let keeps = |scenario: &Scenario| {
        first == Some(scenario.id) || named.no_login.is_some() || named.lists(scenario.id)
    };
    let spared = |one: &Scenario| Scenario { sandwiched: one.sandwiched && keeps(one), ..*one };
    tried.iter().map(spared).collect()
}

#[test]
fn of_every_topic_one_scenario_is_tried_that_judges_and_does_not_wait_where_there_is_one() {
    let catalogue = scenarios::catalogue();
    let firsts = firsts(&catalogue);

    let of_topic = |topic| catalogue.iter().filter(move |scenario| scenario.topic() == topic);
    let is_quick = |scenario: &Scenario| scenario.level != Level::Policy && !scenario.slow;
    let topics: BTreeSet<_> = catalogue.iter().map(Scenario::topic).collect();
    for topic in topics {
        let tried: Vec<_> = of_topic(topic).filter(|scenario| firsts.contains(scenario.id)).collect();
        assert_eq!(tried.len(), 1, "of {topic}");
        let none_is_quick = !of_topic(topic).any(is_quick);
        assert!(is_quick(tried[0]) || none_is_quick, "{} stands for {topic}", tried[0].id);
    }
}

#[test]
fn every_weakness_is_tried_with_honest_logins_around_one_scenario_at_least() {
    for named in &Expected::read().weakness {
        let spared = sparing(named, &quickly(scenarios::catalogue(), |id| named.lists(id)));
        assert!(spared.iter().any(|scenario| scenario.sandwiched), "{}", named.name);
    }
}
