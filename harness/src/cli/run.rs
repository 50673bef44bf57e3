//! `rpcheck run` and `rpcheck target check`.

use super::reports::Reports;
use super::{Format, RunArgs, Suite, complain, selected};
use crate::agent::Browser;
use crate::deviations::Deviations;
use crate::report::cost;
use crate::report::json::Report;
use crate::report::terminal::{Terminal, say};
use crate::runner::{self, Options};
use crate::stage::Browsers;
use crate::target::external::ExternalTarget;
use crate::target::{Target, TargetError};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// A window takes a second to open, and a trial may need thirty of them.
const WINDOWS_TAKE_LONGER: u32 = 4;

pub(super) async fn run(suite: &Suite, args: RunArgs) -> anyhow::Result<ExitCode> {
    let selected = selected(suite, &args.prefixes)?;
    let (scenarios, shard) = match args.shard {
        Some(shard) => {
            let (mine, part) = shard.of(&selected);
            (mine, Some(part))
        }
        None => (selected, None),
    };
    let deviations = deviations(suite, &args)?;
    let reports = Reports::at(&args.report)?;
    reports.forget_pictures()?;
    let (mut real, mut pictures) = (None, None);
    if args.browser {
        real = Some(Arc::new(Browser::launch()?));
        pictures = Some(Arc::new(reports.pictures()?));
    }
    let browsers = Browsers { real, flavour: args.jar.into(), pictures: pictures.clone() };
    let target = target(suite, args.target.as_deref(), browsers).await?;
    let mut options = Options { strict: args.strict, ..Options::default() };
    if args.browser {
        options.deadline *= WINDOWS_TAKE_LONGER;
    }
    if let Some(jobs) = args.jobs {
        options.jobs = jobs;
    }
    let terminal = (args.format == Format::Terminal).then(Terminal::new);
    let record = runner::run(target, &scenarios, options, &deviations, |event| {
        if let Some(terminal) = &terminal {
            terminal.tell(event);
        }
    })
    .await;
    let report = Report { shard, ..Report::of(&record) }.from_the_field(suite.from_the_field);
    if args.times && args.format == Format::Terminal {
        say(&format!("\n{}", cost::text(&report)));
    }
    reports.write(&report, args.format)?;
    if let Some(trouble) = pictures.as_ref().and_then(|pictures| pictures.trouble()) {
        complain(&format!("note: pictures are missing; the first: {trouble}"));
    }
    Ok(ExitCode::from(record.exit_code()))
}

/// The application of this profile, or the bundled one.
pub(super) async fn target(
    suite: &Suite,
    profile: Option<&Path>,
    browsers: Browsers,
) -> Result<Arc<dyn Target>, TargetError> {
    match profile {
        Some(profile) => Ok(Arc::new(ExternalTarget::open(profile, browsers).await?)),
        None => (suite.bundled)(browsers).await,
    }
}

fn deviations(suite: &Suite, args: &RunArgs) -> anyhow::Result<Deviations> {
    let beside =
        args.target.as_deref().and_then(Path::parent).map(|folder| folder.join("known-deviations.toml"));
    match args.known.clone().or(beside.filter(|path| path.exists())) {
        Some(path) => Ok(Deviations::read_for(&path, &suite.scenarios)?),
        None => Ok(Deviations::default()),
    }
}

pub(super) async fn check(profile: &Path) -> anyhow::Result<ExitCode> {
    let target = ExternalTarget::open(profile, Browsers::default()).await?;
    let profile = target.profile();
    say(&format!("{} at {}: an honest login shows a signed-in user", profile.name, profile.base_url));
    for note in target.notes().await {
        complain(&format!("note: {note}"));
    }
    Ok(ExitCode::SUCCESS)
}
