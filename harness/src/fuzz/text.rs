//! What was found, for people: what was done, what came of it, and a scenario to paste.

use super::{Found, Plan, Record};
use std::fmt::Write;

/// A finding, with the scenario that shows it again.
pub fn told(found: &Found, plan: &Plan) -> String {
    let mut text = format!("FOUND by case {} of seed {}\n", found.number, plan.seed);
    for change in &found.changes {
        let _ = writeln!(text, "  done      {change}");
    }
    if found.changes.is_empty() {
        text.push_str("  done      the cases before it, all at one app\n");
    }
    let _ = writeln!(text, "  expected  {}\n  actual    {}", found.finding.expected, found.finding.actual);
    if !found.changes.is_empty() {
        let _ = writeln!(text, "  paste\n{}", paste(found, plan));
    }
    text
}

/// A scenario that shows it.
pub fn paste(found: &Found, plan: &Plan) -> String {
    let done: Vec<_> = found.changes.iter().map(ToString::to_string).collect();
    let changes = serde_json::to_string(&found.changes).unwrap_or_default();
    let hashes = if changes.contains("\"#") { "##" } else { "#" };
    format!(
        "const FOUND: Scenario = Scenario::must(\"fuzz/seed-{seed}-case-{number}\")\n    \
         .clause(\"…\")\n    \
         .why({why:?})\n    \
         {flow}.run(|t| harness::fuzz::again(t, r{hashes}\"{changes}\"{hashes}));",
        seed = plan.seed,
        number = found.number,
        flow = plan
            .flow
            .variant()
            .map(|name| format!(".variant({name:?})\n    .alone()\n    "))
            .unwrap_or_default(),
        why = done.join(", and "),
    )
}

/// How many of what.
pub fn summary(record: &Record, plan: &Plan) -> String {
    let seconds = record.time.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate to read")]
    let rate = if seconds > 0.0 { record.cases as f64 / seconds } else { 0.0 };
    format!(
        "seed {}: {} cases in {seconds:.1} s, {rate:.0} a second; {} had to be refused, of the others {} were taken; {} found",
        plan.seed,
        record.cases,
        record.broken,
        record.taken,
        record.found.len()
    )
}
