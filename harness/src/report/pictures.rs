//! Pictures of what people saw in a real browser: they stand beside the report, which names them.

use super::json::Report;
use std::collections::HashMap;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Where they are, from the report.
pub const FOLDER: &str = "pictures";

/// How the report names a picture of the run.
pub(super) fn named(picture: &str) -> String {
    format!("{FOLDER}/{picture}")
}

/// True of what a run may have put there. A report from elsewhere could name anything, and a page would lead to it.
pub(super) fn is_beside(picture: &str) -> bool {
    let path = Path::new(picture);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let is_png = path.extension().is_some_and(|extension| extension == "png");
    plain && is_png && picture.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'))
}

/// Copies pictures to a folder, those of each trial from its home. What cannot be copied is named no more, and the first
/// reason is returned.
pub(crate) fn bring(report: &mut Report<'_>, homes: &HashMap<String, PathBuf>, to: &Path) -> Option<String> {
    let mut trouble = None;
    for trial in &mut report.trials {
        let Some(from) = homes.get(&trial.id) else { continue };
        trial.pictures.retain(|picture| {
            let copied = copy(&from.join(picture), &to.join(picture));
            if let Err(error) = &copied {
                trouble.get_or_insert_with(|| format!("{}: {error}", from.join(picture).display()));
            }
            copied.is_ok()
        });
    }
    trouble
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    // A file that is copied onto itself is empty afterwards.
    if to.canonicalize().is_ok_and(|to| from.canonicalize().is_ok_and(|from| from == to)) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::copy(from, to).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::is_beside;

    #[test]
    fn a_report_from_elsewhere_leads_to_pictures_beside_it_and_nowhere_else() {
        assert!(is_beside("pictures/story/log-in/001-person-1.png"));
        for other in [
            "javascript:alert(1).png",
            "https://elsewhere.test/pictures/a.png",
            "/pictures/a.png",
            "pictures/../../a.png",
            "pictures.png",
            "pictures/a.html",
        ] {
            assert!(!is_beside(other), "{other}");
        }
    }
}
