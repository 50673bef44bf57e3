//! Pictures are there for whoever reads a report, and for whoever asks why a story broke off.

use crate::Scene;
use serde_json::Value;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::process::{Command, Output};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

pub(crate) const NAMES: [&str; 2] = [RUN, BROKEN_OFF];
const RUN: &str = "a_run_in_windows_leaves_pictures_that_its_report_names";
const BROKEN_OFF: &str = "a_story_that_breaks_off_leaves_a_picture_of_that";

fn rpcheck(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rpcheck")).args(arguments).output().expect("rpcheck runs")
}

#[track_caller]
fn works(arguments: &[&str]) {
    let output = rpcheck(arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(!told.contains("pictures are missing"), "{told}");
}

/// What the report in this folder names, each of which is there and shown by the page.
#[track_caller]
fn pictures(folder: &Path) -> Vec<String> {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("it is written");
    let report: Value = serde_json::from_str(&read("report.json")).expect("JSON");
    let trials = report["trials"].as_array().expect("trials");
    let named = trials.iter().flat_map(|trial| trial["pictures"].as_array().into_iter().flatten());
    let named: Vec<_> = named.map(|picture| picture.as_str().expect("a path").to_owned()).collect();
    let page = read("report.html");
    for picture in &named {
        assert!(std::fs::read(folder.join(picture)).expect("it is there").starts_with(PNG), "{picture}");
        assert!(page.contains(&format!("<img src=\"{picture}\" alt=\"What was shown at step ")), "{picture}");
    }
    assert_eq!(page.contains("<img"), !named.is_empty());
    named
}

pub(crate) fn a_run_in_windows_leaves_pictures_that_its_report_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let [run, merged] = ["run", "merged"].map(|name| folder.path().join(name));
    let [run_name, merged_name] = [&run, &merged].map(|place| place.to_str().expect("UTF-8"));
    let steps = ["001-person-1", "002-person-1"].map(|step| format!("pictures/story/log-in/{step}.png"));

    works(&["run", "--browser", "story/log-in", "--shard", "1/1", "--report", run_name]);
    assert_eq!(pictures(&run), steps);

    let part = run.join("report.json");
    let part = part.to_str().expect("UTF-8");
    works(&["report", "merge", part, "--report", merged_name]);
    assert_eq!(pictures(&merged), steps);
    works(&["report", "merge", part, "--report", run_name]);
    assert_eq!(pictures(&run), steps, "what is merged where it is stays");

    works(&["run", "story/log-in", "--report", run_name]);
    assert_eq!(pictures(&run), [""; 0]);
    assert!(!run.join("pictures").exists(), "what an earlier run has left is gone");

    let holiday = run.join("pictures/holiday.png");
    std::fs::create_dir(run.join("pictures")).expect("made");
    std::fs::write(&holiday, PNG).expect("written");
    let refused = rpcheck(&["run", "--browser", "story/log-in", "--report", run_name]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("empty it, or name another folder with --report"), "{told}");
    assert!(holiday.exists(), "pictures of somebody else stay");
}

pub(crate) fn a_story_that_breaks_off_leaves_a_picture_of_that(scene: &Scene) {
    let breaks_off = scene.tell(BROKEN_OFF, None, |mut person| async move {
        person.open("/").await;
        // As a panic, without its words.
        resume_unwind(Box::new("the story breaks off"))
    });
    let told: Result<(), _> =
        std::panic::catch_unwind(AssertUnwindSafe(|| scene.runtime.block_on(breaks_off)));

    assert!(told.is_err(), "whoever tells it learns of it");
    let folder = crate::person::pictures().join(BROKEN_OFF);
    let mut kept: Vec<_> = folder.read_dir().expect("a folder").flatten().map(|file| file.path()).collect();
    kept.sort();
    assert_eq!(kept, ["001-person-1.png", "002-left.png"].map(|name| folder.join(name)));
    for picture in kept {
        assert!(std::fs::read(&picture).expect("it is there").starts_with(PNG), "{}", picture.display());
    }
}
