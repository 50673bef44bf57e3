//! Apps that make the mistakes which real libraries made together: each mistake still shows, none hides another, and
//! nothing fails that no part of them explains.

use super::expected::{Expected, Named};
use super::tried::{Told, try_on};
use super::{AT_ONCE, published, quickly};
use futures::StreamExt;
use sample_app::Composite;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    composite: Vec<Made>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Made {
    name: String,
    /// Scenarios that catch it, at least one for each weakness that it is made of.
    caught_by: BTreeSet<String>,
}

fn listed() -> Vec<Made> {
    let listed: Listed = toml::from_str(include_str!("composites.toml")).expect("composites.toml parses");
    listed.composite
}

/// What may fail because of a weakness.
fn explained(named: &Named) -> impl Iterator<Item = &String> {
    named.caught_by.iter().chain(named.collateral.keys()).chain(named.sometimes.keys())
}

/// One line for each thing that is not as it is written down.
async fn differences(composite: &Composite, made: &Made, parts: Vec<&Named>) -> Vec<String> {
    let explained: BTreeSet<_> = parts.iter().copied().flat_map(explained).map(String::as_str).collect();
    let tried = quickly(scenarios::catalogue(), |id| explained.contains(id));
    let Told { caught, broken, .. } = try_on(composite.weakness(), &tried).await;

    let name = composite.name();
    let mut wrong = Vec::new();
    for id in made.caught_by.iter().filter(|id| !caught.contains(*id)) {
        wrong.push(format!("{name}: {id} does not catch it"));
    }
    for id in caught.iter().filter(|id| !explained.contains(id.as_str())) {
        wrong.push(format!("{name}: {id} fails, and no part of it explains that"));
    }
    for part in parts.iter().filter(|part| part.caught_by.is_disjoint(&made.caught_by)) {
        let seen: Vec<_> = part.caught_by.intersection(&caught).collect();
        wrong.push(format!("{name}: nothing is named for {}, which shows in {seen:?}", part.name));
    }
    if broken > 0 {
        wrong.push(format!("{name}: {broken} scenarios could not be told"));
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_with_the_mistakes_of_a_real_library_is_caught_for_each_of_them() {
    let expected = Expected::read();
    let listed = listed();

    let tries = Composite::ALL.iter().map(|composite| {
        let made = listed.iter().find(|made| made.name == composite.name());
        let of_it = |named: &&Named| composite.of().contains(&named.name.as_str());
        let parts: Vec<_> = expected.weakness.iter().filter(of_it).collect();
        differences(composite, made.expect("it is in composites.toml"), parts)
    });
    let wrong = futures::stream::iter(tries).buffered(AT_ONCE).collect::<Vec<_>>().await.concat();

    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!((listed.len(), Composite::ALL.len()), (10, 10));
    published("composites", &rows());
}

/// The table that is published of them.
fn rows() -> String {
    let mut text = String::new();
    for made in listed() {
        let composite = Composite::ALL.iter().find(|composite| composite.name() == made.name);
        let composite = composite.expect("composites.toml names what there is");
        let _ = writeln!(text, "{}\n  like        {}", composite.name(), composite.like());
        composite.of().iter().for_each(|part| writeln!(text, "  made of     {part}").unwrap_or_default());
        made.caught_by.iter().for_each(|id| writeln!(text, "  caught by   {id}").unwrap_or_default());
    }
    text
}
