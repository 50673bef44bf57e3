//! A database file that cannot serve keeps the app from starting, and says so by name.

use std::path::Path;

use sample_app::{SampleApp, StartError};

use super::world::{World, place, settings};

/// What the app says instead of starting with this file.
async fn complaint(path: &Path) -> String {
    let world = World::new().await;
    let place = place().await;
    let mut settings = settings(place.origin, &world.provider.issuer);
    settings.session_store = Some(path.to_owned());

    match SampleApp::start(place.listener, settings, world.ambient()).await {
        Err(StartError::Settings(error)) => error.to_string(),
        Err(other) => panic!("another complaint: {other}"),
        Ok(_) => panic!("it starts with {}", path.display()),
    }
}

#[cfg(not(feature = "store"))]
#[tokio::test]
async fn a_build_without_a_store_refuses_the_setting_and_names_the_feature() {
    let said = complaint(Path::new("sessions.sqlite")).await;

    assert!(said.contains("SESSION_STORE") && said.contains("--features store"), "{said}");
}

#[cfg(feature = "store")]
#[tokio::test]
async fn a_file_that_cannot_be_used_is_named_with_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let garbage = folder.path().join("garbage");
    std::fs::write(&garbage, "this is no database, however long it goes on ".repeat(100)).expect("written");

    for (path, why) in [
        (folder.path().join("missing/sessions.sqlite"), "No such file"),
        (folder.path().to_owned(), "s a directory"),
        (garbage.clone(), "not a database"),
    ] {
        let said = complaint(&path).await;
        let path = path.display().to_string();
        assert!(said.contains("SESSION_STORE") && said.contains(&path) && said.contains(why), "{said}");
    }
    assert!(std::fs::read_to_string(garbage).expect("a text").starts_with("this is no database"));
}
