//! One table of cells, measured on the HTTP agent and on real browsers: what reaches the server must be the same.

#[path = "calibration/document.rs"]
mod document;
#[path = "calibration/firefox.rs"]
mod firefox;
#[path = "calibration/journeys.rs"]
mod journeys;
#[path = "calibration/kinds.rs"]
mod kinds;
#[path = "calibration/road.rs"]
mod road;

use std::time::{Duration, Instant};

use harness::agent::{Agent, AgentOptions, Browser, Flavour, HttpAgent};
use mock_idp::Clock;

use crate::chromium::browser;
use crate::stage::{Stage, with};
use document::{columns, published};
use road::{PAIRS, Row, set_old, travel};

/// Chromium's two minutes, and ten seconds more.
const OLD: i64 = 130;

/// What the HTTP agent does on every road.
async fn believed(flavour: Flavour) -> Vec<Vec<Row>> {
    let stage = Stage::start(Clock::frozen(1_700_000_000)).await;
    let mut agent = HttpAgent::new(AgentOptions { flavour, ..stage.options() });
    set_old(&mut agent, &stage).await;
    stage.clock.advance(OLD);
    let mut tables = Vec::new();
    for pair in PAIRS {
        tables.push(travel(&mut agent, &stage, pair).await);
    }
    tables
}

/// Every cell in which two tables differ, as a sentence.
fn differences(believed: &[Vec<Row>], measured: &[Vec<Row>]) -> Vec<String> {
    let journeys: Vec<&str> =
        journeys::CHAPTERS.iter().flat_map(|(_, all)| all.iter().map(|journey| journey.what)).collect();
    let mut found = Vec::new();
    for ((pair, believed), measured) in PAIRS.iter().zip(believed).zip(measured) {
        for ((what, believed), measured) in journeys.iter().zip(believed).zip(measured) {
            for ((column, believed), measured) in columns().iter().zip(believed).zip(measured) {
                if believed != measured {
                    found.push(format!(
                        "{} / {} · {what} · {column}: believed {believed}, measured {measured}",
                        pair.0, pair.1
                    ));
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn the_published_tables_are_what_the_http_agent_does() {
    let began = Instant::now();
    for (flavour, name, introduction) in [
        (Flavour::Chromium, "cookies-in-chromium.md", document::CHROMIUM),
        (Flavour::Firefox, "cookies-in-firefox.md", document::FIREFOX),
    ] {
        let tables = believed(flavour).await;
        println!("{} cells in {} ms", document::cells(&tables), began.elapsed().as_millis());
        published(name, &document::write(&format!("{introduction}{}", document::LEGEND), &tables));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_every_cell_of_the_table_chromium_and_the_http_agent_agree() {
    let Some(browser) = browser() else { return };
    let began = Instant::now();
    let stage = Stage::start(Clock::system()).await;

    let windows = PAIRS.chunks(3).map(|pairs| measured(&browser, &stage, pairs));
    let measured = futures::future::join_all(windows).await.concat();

    println!("{} cells in {} ms", document::cells(&measured), began.elapsed().as_millis());
    let differences = differences(&believed(Flavour::Chromium).await, &measured);
    assert!(differences.is_empty(), "{} cells differ:\n{}", differences.len(), differences.join("\n"));
}

/// What Chromium does between some pairs of hosts; most of the time it waits, so that two windows do not cost double.
async fn measured(browser: &Browser, stage: &Stage, pairs: &[(&str, &str)]) -> Vec<Vec<Row>> {
    let flags = ["--enable-features=ShortLaxAllowUnsafeThreshold"];
    let mut agent = browser.agent_with(stage.options(), &flags).await.unwrap();
    set_old(&mut agent, stage).await;
    until_old(&mut agent, stage, &format!("/control/{}", pairs[0].0)).await;
    let mut tables = Vec::new();
    for pair in pairs {
        tables.push(travel(&mut agent, stage, *pair).await);
    }
    tables
}

/// The two minutes themselves: too long for every day.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_two_real_minutes_chromium_keeps_unmarked_cookies_at_home() {
    if std::env::var_os("RPCHECK_NIGHTLY").is_none() {
        harness::libtest::say_not_run("it waits for two minutes (RPCHECK_NIGHTLY=1 runs it)");
        return;
    }
    let Some(browser) = browser() else { return };
    let stage = Stage::start(Clock::system()).await;
    let mut agent = browser.agent(stage.options()).await.unwrap();
    set_old(&mut agent, &stage).await;
    let began = Instant::now();

    until_old(&mut agent, &stage, "/control").await;

    let after = began.elapsed().as_secs();
    assert!((118..=OLD.unsigned_abs()).contains(&after), "after {after} s");
}

/// Posts until the old unmarked cookies stay at home. They go along at first: that is what shows that they were
/// young, and that time made the difference.
async fn until_old(agent: &mut dyn Agent, stage: &Stage, control: &str) {
    let began = Instant::now();
    let form = stage.idp(&with("/form", &[("to", stage.app(control).as_str())]));
    let mut answers = Vec::new();
    while answers.last() != Some(&false) && began.elapsed() < Duration::from_secs(140) {
        agent.visit(&form).await.unwrap();
        let cookies = stage.app.last(control).cookies();
        answers.push(cookies.contains(&"old-unmarked".to_owned()));
        assert!(cookies.contains(&"old-none".to_owned()), "{cookies:?}");
    }
    assert_eq!((answers.first(), answers.last()), (Some(&true), Some(&false)), "the grace was not shortened");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_every_cell_of_the_table_firefox_and_the_http_agent_with_its_jar_agree() {
    let Some(mut agent) = firefox::launch().await else { return };
    let began = Instant::now();
    let stage = Stage::start(Clock::system()).await;
    set_old(&mut agent, &stage).await;

    let mut measured = Vec::new();
    for pair in PAIRS {
        measured.push(travel(&mut agent, &stage, pair).await);
    }

    println!("{} cells in {} ms", document::cells(&measured), began.elapsed().as_millis());
    let differences = differences(&believed(Flavour::Firefox).await, &measured);
    assert!(differences.is_empty(), "{} cells differ:\n{}", differences.len(), differences.join("\n"));
}
