//! A hundred thousand logins, most of which end in a logout: what is left of them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sample_app::Clock;

use crate::line::AT_ONCE;
use crate::people::People;
use crate::processor::resident;
use crate::provider::Provider;
use crate::{NOW, Outcome, server};

pub(crate) const HEAD: &str = "\n| sessions | logins | resident after a tenth | after half | after all | file after a tenth | after half | after all |\n\
    | --- | --: | --: | --: | --: | --: | --: | --: |";

/// Between two of those who log in at once.
const APART: i64 = 1600;

/// Runs it; what the process held, and how large the file was, on the way.
pub(crate) fn row(provider: &Provider, store: Option<&Path>, logins: usize) -> Outcome<String> {
    let time = Arc::new(AtomicI64::new(NOW));
    let clock = time.clone();
    let clock = Clock::from_fn(Arc::new(move || clock.load(Ordering::SeqCst)));
    let mut people = People::new(server::app(provider, clock, store.map(Path::to_owned))?, provider)?;
    let (mut held, mut sizes) = (Vec::new(), Vec::new());
    let batches = logins / AT_ONCE;
    for batch in 1..=batches {
        let now = time.fetch_add(APART, Ordering::SeqCst) + APART;
        let names: Vec<_> = (0..AT_ONCE).map(|one| format!("user-{batch}-{one}")).collect();
        let cookies = people.log_in(&names, now)?;
        // A quarter stays until the session ends by itself.
        people.log_out(&cookies[AT_ONCE / 4..])?;
        if [batches / 10, batches / 2, batches].contains(&batch) {
            held.push(format!("{:.1} MB", resident()?));
            sizes.push(store.map_or_else(|| Ok("–".to_owned()), size)?);
        }
    }
    let kind = if store.is_some() { "in a file" } else { "in their cookies" };
    Ok(format!("| {kind} | {} | {} | {} |", batches * AT_ONCE, held.join(" | "), sizes.join(" | ")))
}

/// Of the file and of what is not yet in it.
fn size(file: &Path) -> Outcome<String> {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let bytes = std::fs::metadata(file)?.len() + std::fs::metadata(log)?.len();
    Ok(format!("{} KiB", bytes / 1024))
}
