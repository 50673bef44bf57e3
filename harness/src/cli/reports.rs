//! Where reports are written to, and `rpcheck report`.

use super::{Format, Suite};
use crate::report::json::Report;
use crate::report::merge::merge;
use crate::report::terminal::{self, say};
use crate::report::{compare, draw, html, junit};
use anyhow::Context;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The folder that the reports go to. It is tried before the run: nobody should learn after minutes that what
/// was found cannot be kept.
pub(super) struct Reports<'a> {
    folder: &'a Path,
}

impl<'a> Reports<'a> {
    pub(super) fn at(folder: &'a Path) -> anyhow::Result<Self> {
        let reports = Self { folder };
        std::fs::create_dir_all(folder).with_context(|| reports.failed())?;
        tempfile::tempfile_in(folder).with_context(|| reports.failed())?;
        Ok(reports)
    }

    fn failed(&self) -> String {
        format!("cannot write the reports to {}: name another folder with --report", self.folder.display())
    }

    pub(super) fn write(&self, report: &Report<'_>, format: Format) -> anyhow::Result<()> {
        let page = self.folder.join("report.html");
        std::fs::write(&page, html::text(report)).with_context(|| self.failed())?;
        self.write_json(report).with_context(|| self.failed())?;
        std::fs::write(self.folder.join("junit.xml"), junit::text(report)).with_context(|| self.failed())?;
        match format {
            Format::Terminal => say(&format!("report: {}", page.display())),
            Format::Json => say(&report.text()),
        }
        Ok(())
    }

    fn write_json(&self, report: &Report<'_>) -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(self.folder.join("report.json"))?);
        report.write(&mut out)?;
        out.flush()
    }
}

/// Makes one report of the parts of a run.
pub(super) fn merged(
    suite: &Suite,
    parts: &[PathBuf],
    folder: &Path,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let reports = Reports::at(folder)?;
    let parts = parts.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let order: Vec<_> = suite.scenarios.iter().map(|scenario| scenario.id).collect();
    let report = merge(parts, &order)?;
    if format == Format::Terminal {
        say(&terminal::totals(report.totals, report.millis));
    }
    reports.write(&report, format)?;
    Ok(ExitCode::from(report.exit_code()))
}

/// Shows runs of several applications side by side.
pub(super) fn compared(runs: &[PathBuf]) -> anyhow::Result<ExitCode> {
    say(compare::text(&read_all(runs)?).trim_end());
    Ok(ExitCode::SUCCESS)
}

/// Shows scenarios of these runs that a seed has drawn.
pub(super) fn drawn(runs: &[PathBuf], seed: u64, count: usize) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(count > 0, "--count is 0: write how many scenarios are to be drawn, at least 1");
    say(draw::text(&read_all(runs)?, seed, count).trim_end());
    Ok(ExitCode::SUCCESS)
}

fn read_all(runs: &[PathBuf]) -> anyhow::Result<Vec<Report<'static>>> {
    runs.iter().map(|path| Ok(read(path)?.1)).collect()
}

fn read(path: &Path) -> anyhow::Result<(String, Report<'static>)> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    let report = Report::read(&text).with_context(|| format!("cannot use {name}"))?;
    Ok((name, report))
}
