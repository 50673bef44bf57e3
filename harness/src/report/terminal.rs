//! The run as a person watches it: a progress bar on a terminal, plain lines elsewhere, then what was found.

use super::{failure, json};
use crate::event::{Event, RunRecord, Totals};
use crate::verdict::{TrialRecord, Verdict};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};

/// Prints a run.
pub struct Terminal {
    bar: Option<ProgressBar>,
    colour: bool,
}

impl Terminal {
    /// For the standard output as it is.
    pub fn new() -> Self {
        let tty = std::io::stdout().is_terminal();
        let colour = tty && std::env::var_os("NO_COLOR").is_none();
        let style =
            ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}").expect("a template that parses");
        let bar = tty.then(|| ProgressBar::new(0).with_style(style));
        Self { bar, colour }
    }

    /// Prints what an event has to say.
    pub fn tell(&self, event: &Event<'_>) {
        match event {
            Event::RunStarted { target, planned } => {
                say(&format!("rpcheck: {planned} scenarios against {target}"));
                if let Some(bar) = &self.bar {
                    bar.set_length(*planned as u64);
                }
            }
            Event::TrialStarted { id } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(*id);
                }
            }
            Event::TrialFinished(trial) => self.finished(trial),
            Event::RunFinished(run) => self.summary(run),
        }
    }

    fn finished(&self, trial: &TrialRecord) {
        let line = self.line(trial);
        match &self.bar {
            Some(bar) => {
                if !matches!(trial.verdict, Verdict::Pass) {
                    bar.println(line);
                }
                bar.inc(1);
            }
            None => say(&line),
        }
    }

    fn line(&self, trial: &TrialRecord) -> String {
        let known = if trial.is_known() { " (known)" } else { "" };
        let name = self.paint(&trial.verdict);
        let told = match &trial.verdict {
            Verdict::NotRun { .. } | Verdict::Broken { .. } => json::reason(&trial.verdict),
            _ => None,
        };
        let inputs = trial.inputs.iter().filter(|input| !input.label.is_empty()).count();
        let good = trial.inputs.iter().filter(|input| matches!(input.verdict, Verdict::Pass)).count();
        let mut line = format!("{name}  {}{known}", trial.scenario.id);
        if inputs > 1 && told.is_none() {
            let _ = std::fmt::Write::write_fmt(&mut line, format_args!("  {good}/{inputs}"));
        }
        if let Some(told) = told {
            let _ = std::fmt::Write::write_fmt(&mut line, format_args!("  ({told})"));
        }
        line
    }

    fn summary(&self, run: &RunRecord) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        for trial in run.trials.iter().filter(|trial| !trial.is_known()) {
            let text = failure::text(trial);
            if !text.is_empty() {
                say(&format!("\n{}", text.trim_end()));
            }
            if !trial.observations.is_empty() {
                say(&format!("\nNOTE {}\n  {}", trial.scenario.id, trial.observations.join("\n  ")));
            }
        }
        for entry in &run.stale {
            say(&format!("\nSTALE the known deviation {entry} no longer shows: take it off the list"));
        }
        if let Some(line) = unlisted(run) {
            say(&format!("\n{line}"));
        }
        say(&format!("\n{}", totals(run.totals(), run.millis)));
    }

    fn paint(&self, verdict: &Verdict) -> String {
        let (word, colour) = match verdict {
            Verdict::Pass => ("pass   ", 32),
            Verdict::Warn(_) => ("warn   ", 33),
            Verdict::Fail(_) => ("FAIL   ", 31),
            Verdict::NotRun { .. } => ("not run", 90),
            Verdict::Broken { .. } => ("BROKEN ", 35),
        };
        if self.colour { format!("\x1b[{colour}m{word}\x1b[0m") } else { word.to_owned() }
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

/// What warns where a list says what is known to, and is not on it.
fn unlisted(run: &RunRecord) -> Option<String> {
    let unlisted = run.unlisted();
    (!unlisted.is_empty()).then(|| {
        format!(
            "NEW {} that the list of known deviations does not have: {}; write each down with its reason, or mend the \
             app (a warning alone fails no run without --strict)",
            if unlisted.len() == 1 { "warning".to_owned() } else { format!("{} warnings", unlisted.len()) },
            unlisted.join(", ")
        )
    })
}

/// The sum of a run, in a line.
pub fn totals(totals: Totals, millis: u64) -> String {
    let known = if totals.known > 0 { format!(" ({} of them known)", totals.known) } else { String::new() };
    format!(
        "{} planned: {} passed, {} warned, {} failed{known}, {} not run, {} broken in {:.1} s",
        totals.planned,
        totals.passed,
        totals.warned,
        totals.failed,
        totals.not_run,
        totals.broken,
        std::time::Duration::from_millis(millis).as_secs_f64(),
    )
}

/// Writes a line to the standard output; a reader who has gone away is no reason to panic.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
