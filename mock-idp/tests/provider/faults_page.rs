//! The tables of `docs/faults.md` against the code.

use mock_idp::fault::{LIES, Seam};
use mock_idp::trace::Endpoint;

const PAGE: &str = include_str!("../../docs/faults.md");

#[test]
fn the_page_has_every_seam_with_its_verbs() {
    for seam in Seam::without_endpoint().chain([Seam::Wire(Endpoint::Jwks)]) {
        let verbs: Vec<String> = seam.verbs().iter().map(|verb| format!("`{verb}`")).collect();
        let row = format!("| `{}` | {} |\n", seam.name(), verbs.join(" "));

        assert!(PAGE.contains(&row), "docs/faults.md lacks {row}");
    }
}

#[test]
fn the_page_has_every_well_known_lie_with_its_arguments() {
    for lie in LIES.iter().filter(|lie| lie.name != "short-key") {
        let arguments: Vec<String> = lie.arguments.iter().map(|(name, _)| format!("`{name}`")).collect();
        let row = format!("| `{}` | {} | {} |\n", lie.name, lie.summary, arguments.join(", "));

        assert!(PAGE.contains(&row), "docs/faults.md lacks {row}");
    }
}

#[test]
fn the_readme_names_every_seam_and_every_verb() {
    let readme = include_str!("../../README.md");
    for seam in Seam::without_endpoint().chain([Seam::Wire(Endpoint::Jwks)]) {
        for name in seam.verbs().iter().chain([&seam.name()]) {
            assert!(readme.contains(&format!("`{name}`")), "README.md lacks {name}");
        }
    }
}
