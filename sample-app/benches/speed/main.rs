//! What the app costs: a call of its API beside a bare axum handler that sends the same bytes, a whole login, and what is
//! left behind by a hundred thousand of them.
//!
//! `cargo bench -p rpcheck-sample-app` prints the tables of `docs/speed.md`; with `--features store` those of the store as
//! well. Provider and browsers are on the main thread, every server has threads of its own, and the processor time of
//! those is what counts. Rounds of all subjects take turns, so that a busy moment of the machine falls on all of them.
//! A word after `--` (`cargo bench -p rpcheck-sample-app -- api`) leaves the rest out. Without `--bench`, as under
//! `cargo test --all-targets`, one small round shows that it works.
#![expect(clippy::print_stdout, reason = "the tables are what this program is for")]

mod line;
mod people;
mod processor;
mod provider;
mod server;
mod soak;
mod subject;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sample_app::Clock;

use crate::line::Lines;
use crate::people::People;
use crate::provider::Provider;
use crate::subject::{Job, Subject};

pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// How much is done.
struct Effort {
    rounds: usize,
    calls: usize,
    logins: usize,
    soak: usize,
}

const NOW: i64 = 1_800_000_000;

fn main() -> Outcome<()> {
    let effort = if std::env::args().any(|argument| argument == "--bench") {
        Effort { rounds: 20, calls: 8000, logins: 480, soak: 100_000 }
    } else {
        Effort { rounds: 1, calls: 32, logins: 32, soak: 320 }
    };
    let provider = Provider::start()?;
    let folder = tempfile::tempdir()?;

    let word = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).unwrap_or_default();

    let mut subjects = subjects(&provider, &folder.path().join("costs.sqlite"))?;
    let wanted: Vec<_> = subjects.iter().filter(|one| one.name().contains(&word)).collect();
    let names: Vec<_> =
        wanted.iter().flat_map(|one| [one.name().to_owned(), one.beside().to_owned()]).collect();
    subjects.retain(|subject| names.iter().any(|name| name == subject.name()));
    for round in 0..=effort.rounds {
        for subject in &mut subjects {
            // The first round warms up.
            let counts = round > 0;
            subject.round((effort.calls, effort.logins), counts)?;
        }
    }
    print!("{}", subject::table(&mut subjects));
    drop(subjects);

    if !"soak".contains(&word) {
        return Ok(());
    }
    println!("{}", soak::HEAD);
    for store in stores(&folder.path().join("soak.sqlite")) {
        println!("{}", soak::row(&provider, store.as_deref(), effort.soak)?);
    }
    Ok(())
}

/// Without a store, and with one where this build has it.
fn stores(file: &Path) -> impl Iterator<Item = Option<PathBuf>> {
    [None, Some(file.to_owned())].into_iter().filter(|store| store.is_none() || cfg!(feature = "store"))
}

/// Each with the subject that it is measured against.
fn subjects(provider: &Provider, file: &Path) -> Outcome<Vec<Subject>> {
    let (bare, login) = ("bare axum handler, the same bytes", "a whole login");
    let app = |store| server::app(provider, Clock::from_fn(Arc::new(|| NOW)), store);
    let mut subjects = Vec::new();
    for store in stores(file) {
        let with = if store.is_some() { ", with a store" } else { "" };
        let address = app(store)?;
        let mut people = People::new(address, provider)?;
        let cookie = people.log_in(&["alice".to_owned()], NOW)?.remove(0);
        let call = format!("GET /api/ping HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\r\n");
        let answer = Lines::to(address)?.ask(std::slice::from_ref(&call))?.remove(0);
        if subjects.is_empty() {
            let job = Job::calls(server::bare(&answer)?, &call, &answer)?;
            subjects.push(Subject::new(bare.to_owned(), bare, job));
        }
        let job = Job::calls(address, &call, &answer)?;
        subjects.push(Subject::new(format!("`/api/ping`{with}"), bare, job));
        subjects.push(Subject::new(format!("{login}{with}"), login, Job::Logins(people)));
    }
    Ok(subjects)
}
