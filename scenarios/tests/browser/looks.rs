//! Pages look as they did: pictures of them are compared with those below `baselines`, where browser and fonts are the
//! same. `RPCHECK_BASELINES=accept` keeps what is shown now, below the name of this browser and its fonts.

use std::path::{Path, PathBuf};

use libtest_mimic::{Completion, Failed};
use serde_json::json;

use crate::person::Person;
use crate::picture::Picture;
use crate::story::sign_in;

/// Draws a sentence as the page would, so that another Chromium, other fonts and another way to smooth them show.
const FINGERPRINT: &str = "(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 600, height: 80 });
    const context = canvas.getContext('2d');
    for (const [weight, y] of [[400, 30], [700, 70]]) {
        context.font = `${weight} 22px ${getComputedStyle(document.body).fontFamily}`;
        context.fillText('Sphinx of black quartz, judge my vow 0123456789', 4, y);
    }
    const drawn = [...canvas.toDataURL()].reduce((sum, one) => (31 * sum + one.charCodeAt(0)) >>> 0, 7);
    const version = navigator.userAgent.match(/Chrome\\/(\\d+)/)[1];
    return `chromium-${version}-fonts-${drawn.toString(16)}`;
})()";

/// What differs from run to run is not shown: where the provider is, and when the person signed in.
const STEADY: &str = "(() => {
    for (const cell of document.querySelectorAll('td bdi, dd bdi')) {
        if (/[0-9]{4}|127\\.0\\.0\\.1|localhost/.test(cell.innerText)) cell.style.visibility = 'hidden';
    }
    return true;
})()";

/// Every picture that differs, or why none is compared.
pub(crate) async fn pages_look_as_they_did(mut person: Person) -> Result<Completion, Failed> {
    person.open("/").await;
    let fingerprint = person.evaluate(FINGERPRINT).await;
    let own = fingerprint.as_str().ok_or("the page can be drawn on")?;
    let baselines = Baselines::of(own);
    if !baselines.accepts && !baselines.folder.is_dir() {
        let known = Baselines::known().join(", ");
        let why = format!(
            "not compared: the baselines are of {known}, and this is {own}; RPCHECK_BASELINES=accept keeps some of it"
        );
        return Ok(Completion::ignored_with(why));
    }
    let mut wrong = Vec::new();
    for (name, width) in [("home", 720), ("home-small", 390)] {
        wrong.extend(both(&mut person, &baselines, (name, width)).await);
    }
    if !baselines.accepts {
        person.evaluate("(document.querySelector('h1').style.color = 'rgb(60, 60, 60)', true)").await;
        assert!(
            baselines.difference("home-small-light", &person.shot().await).is_err(),
            "a change of colour is seen"
        );
    }
    person.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
    sign_in(&mut person, "alice").await;
    person.open("/profile").await;
    for (name, width) in [("profile", 720), ("profile-small", 390)] {
        wrong.extend(both(&mut person, &baselines, (name, width)).await);
    }
    if wrong.is_empty() { Ok(Completion::Completed) } else { Err(wrong.join("\n").into()) }
}

/// The page that is open, by day and by night; what differs, as sentences.
async fn both(person: &mut Person, baselines: &Baselines, (name, width): (&str, u32)) -> Vec<String> {
    let size = json!({ "width": width, "height": 640, "deviceScaleFactor": 1, "mobile": false });
    person.devtools("Emulation.setDeviceMetricsOverride", size).await;
    person.evaluate(STEADY).await;
    let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
    let mut wrong = Vec::new();
    for scheme in ["light", "dark"] {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }, still] });
        person.devtools("Emulation.setEmulatedMedia", features).await;
        wrong.extend(baselines.compare(&format!("{name}-{scheme}"), &person.shot().await).err());
    }
    // Colours would fade back, and the next picture would show them half-way.
    person.devtools("Emulation.setEmulatedMedia", json!({ "features": [still] })).await;
    wrong
}

/// The pictures of one browser with its fonts.
struct Baselines {
    folder: PathBuf,
    accepts: bool,
}

impl Baselines {
    fn of(fingerprint: &str) -> Self {
        let accepts = std::env::var("RPCHECK_BASELINES").is_ok_and(|word| word == "accept");
        Self { folder: root().join(fingerprint), accepts }
    }

    /// What there are pictures of.
    fn known() -> Vec<String> {
        let folders = std::fs::read_dir(root()).into_iter().flatten().flatten();
        folders.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect()
    }

    /// What is shown now beside the picture of this name. One that differs is kept beside the report.
    fn compare(&self, name: &str, png: &[u8]) -> Result<(), String> {
        let place = self.folder.join(format!("{name}.png"));
        if self.accepts {
            std::fs::create_dir_all(&self.folder).expect("the folder can be made");
            std::fs::write(&place, png).expect("the picture can be written");
            return Ok(());
        }
        self.difference(name, png).map_err(|why| {
            let kept = crate::person::pictures().join(format!("{name}-now.png"));
            std::fs::write(&kept, png).expect("the picture can be written");
            format!("{name} looks different: {why}; compare {} with {}", kept.display(), place.display())
        })
    }

    fn difference(&self, name: &str, png: &[u8]) -> Result<(), String> {
        let known = std::fs::read(self.folder.join(format!("{name}.png")));
        let known = known.map_err(|error| format!("its picture cannot be read: {error}"))?;
        Picture::read(&known).difference(&Picture::read(png))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/baselines")
}
