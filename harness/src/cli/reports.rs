//! Where reports are written to, and `rpcheck report`.

use super::{Format, Suite, complain};
use crate::agent::Pictures;
use crate::report::json::Report;
use crate::report::merge::merge;
use crate::report::terminal::{self, say};
use crate::report::{compare, draw, html, junit, pictures};
use anyhow::Context;
use std::collections::HashMap;
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

    fn picture_folder(&self) -> PathBuf {
        self.folder.join(pictures::FOLDER)
    }

    /// Removes the pictures of an earlier run, which would mislead.
    pub(super) fn forget_pictures(&self) -> anyhow::Result<()> {
        let folder = self.picture_folder();
        Pictures::remove(&folder).with_context(|| {
            format!("cannot remove {}, pictures of an earlier run: remove it by hand", folder.display())
        })
    }

    /// An empty folder for pictures.
    pub(super) fn pictures(&self) -> anyhow::Result<Pictures> {
        let folder = self.picture_folder();
        Pictures::afresh(&folder).with_context(|| {
            let folder = folder.display();
            format!("cannot keep pictures in {folder}: empty it, or name another folder with --report")
        })
    }

    /// Brings the pictures of a merged report here; `homes` tells from which folder each trial comes.
    fn bring_pictures(
        &self,
        report: &mut Report<'_>,
        homes: &HashMap<String, PathBuf>,
    ) -> anyhow::Result<()> {
        let here = self.folder.canonicalize().ok();
        let (mut any, mut any_here) = (false, false);
        for trial in report.trials.iter().filter(|trial| !trial.pictures.is_empty()) {
            any = true;
            any_here |= homes.get(&trial.id).is_some_and(|home| home.canonicalize().ok() == here);
        }
        if !any_here {
            self.forget_pictures()?;
        }
        if any && !any_here {
            self.pictures()?;
        }
        if let Some(trouble) = pictures::bring(report, homes, self.folder) {
            complain(&format!("note: pictures are missing; the first: {trouble}"));
        }
        Ok(())
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
    paths: &[PathBuf],
    folder: &Path,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let reports = Reports::at(folder)?;
    let parts = paths.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let order: Vec<_> = suite.scenarios.iter().map(|scenario| scenario.id).collect();
    let home = |path: &PathBuf| path.parent().map(Path::to_owned).unwrap_or_default();
    let homes = paths
        .iter()
        .zip(&parts)
        .flat_map(|(path, (_, part))| part.trials.iter().map(move |trial| (trial.id.clone(), home(path))));
    let homes: HashMap<_, _> = homes.collect();
    let mut report = merge(parts, &order)?;
    reports.bring_pictures(&mut report, &homes)?;
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
