//! The table as a document for people.

use std::fmt::Write as _;
use std::path::Path;

use super::journeys::CHAPTERS;
use super::kinds::{KINDS, NEW};
use super::road::{PAIRS, Row};

/// What is told of the last request of every road.
const REQUEST: [&str; 7] = ["method", "Site", "Mode", "Dest", "User", "Origin", "Referer"];

/// The names of all columns.
pub(crate) fn columns() -> Vec<String> {
    let new = NEW.map(|(name, _)| format!("stores {name}"));
    let kinds = KINDS.iter().map(|kind| kind.what.to_owned());
    REQUEST.map(ToOwned::to_owned).into_iter().chain(kinds).chain(new).collect()
}

/// How many cells were measured. Those of cookies tell of an old and of a young one.
pub(crate) fn cells(tables: &[Vec<Row>]) -> usize {
    tables.iter().map(Vec::len).sum::<usize>() * (columns().len() + KINDS.len())
}

/// The whole document. Pairs of hosts that behave alike share a table.
pub(crate) fn write(introduction: &str, tables: &[Vec<Row>]) -> String {
    let mut text = format!("{introduction}\n{} cells were measured.\n", cells(tables));
    let mut told: Vec<&Vec<Row>> = Vec::new();
    for table in tables {
        if told.contains(&table) {
            continue;
        }
        told.push(table);
        let alike = PAIRS.iter().zip(tables).filter(|(_, other)| *other == table);
        let hosts: Vec<String> = alike.map(|((idp, app), _)| format!("`{idp}` → `{app}`")).collect();
        let _ = write!(text, "\n## {}\n", hosts.join(", "));
        let mut rows = table.iter();
        for (chapter, journeys) in CHAPTERS {
            let _ = write!(text, "\n### {chapter}\n\n{}", heading());
            for (journey, row) in journeys.iter().zip(rows.by_ref()) {
                let _ = writeln!(text, "| {} | {} |", journey.what, shown(row));
            }
        }
    }
    text
}

fn heading() -> String {
    let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.what).collect();
    let columns = format!(
        "{} | stored | method | Sec-Fetch-Site, Mode, Dest, User | Origin | Referer",
        kinds.join(" | ")
    );
    format!("| way | {columns} |\n|{}\n", " --- |".repeat(KINDS.len() + 6))
}

/// A row as people read it: cookies first, and what belongs together in one column.
fn shown(row: &Row) -> String {
    let (request, cookies) = row.split_at(REQUEST.len());
    let (cookies, stored) = cookies.split_at(KINDS.len());
    let stored: Vec<&str> =
        NEW.iter().zip(stored).filter(|(_, kept)| *kept == "yes").map(|((name, _), _)| &name[4..]).collect();
    let stored = if stored.len() == NEW.len() { "all".to_owned() } else { stored.join(", ") };
    let [method, site, mode, dest, user, origin, referer] = request else { unreachable!("seven columns") };
    let cookies = cookies.join(" | ");
    format!("{cookies} | {stored} | {method} | {site}, {mode}, {dest}, {user} | {origin} | {referer}")
}

/// Compares a document with the one in the repository; a new one is left where it can be copied from.
pub(crate) fn published(name: &str, text: &str) {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::fs::read_to_string(&place).is_ok_and(|known| known == text) {
        return;
    }
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&fresh, text).unwrap();
    panic!("docs/{name} is not what was measured; compare, then: cp {} {}", fresh.display(), place.display());
}

/// What stands above the tables of Chromium.
pub(crate) const CHROMIUM: &str = "# Cookies and sites in Chromium 156

What reaches an application, way by way. Written by `harness/tests/agent/calibration.rs`: the built-in agent with its
Chromium jar does what is written here, and the same test holds a real Chromium to every cell (156 over plain HTTP on
loopback, `--headless=new`, third-party cookies allowed, as Chrome ships). Old cookies are measured with
`--enable-features=ShortLaxAllowUnsafeThreshold`, which shortens the two minutes to ten seconds; the test sees them go
along first and stay at home later. `RPCHECK_NIGHTLY=1` waits out the real two minutes once.
";

/// What stands above the tables of Firefox.
pub(crate) const FIREFOX: &str = "# Cookies and sites in Firefox 153

What reaches an application, way by way. Written by `harness/tests/agent/calibration.rs`: the built-in agent with its
Firefox jar does what is written here, and the same test holds a real Firefox ESR (153 over plain HTTP on loopback,
headless, preferences as shipped) to every cell where Firefox and geckodriver are installed. Old cookies are those set
before all others: Firefox knows no time after which an unmarked cookie stays at home. Not measured: what strict tracking
protection changes, and Safari. Last held to all of it with Firefox 153.8 ESR and geckodriver 0.37.
";

/// How to read the tables.
pub(crate) const LEGEND: &str = "
Each heading names the host of the provider and of the application, which listen on two ports. The last request of each
way goes to the application and is what is shown. ● the cookie goes along; ◐ it goes along while it is young (under two
minutes) and stays at home later; – it never does, or was never stored. *stored*: which of four fresh cookies of the last
answer (unmarked, `Lax`, `Strict`, `None; Secure`) are kept. *Origin*, *Referer*: whose, and whether the whole address of
the page is told or its origin only.
";
