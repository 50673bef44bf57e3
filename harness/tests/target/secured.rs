//! Profiles of applications and providers on https.

use crate::place::{PROFILE, open};
use harness::target::certificates::Certificates;

async fn refused(profile: &str) -> String {
    open(profile).await.err().expect("it is refused").to_string()
}

pub(crate) async fn an_authority_that_is_none_is_told_with_what_to_write_instead() {
    let secure = PROFILE.replace("http://localhost", "https://localhost");
    let with = |ca: &str| secure.replace("start =", &format!("ca = \"{ca}\"\nstart ="));
    let garbage = tempfile::Builder::new().suffix(".pem").tempfile_in(env!("CARGO_TARGET_TMPDIR")).unwrap();

    let missing = refused(&with("none.pem")).await;
    let empty = refused(&with(garbage.path().to_str().unwrap())).await;
    std::fs::write(garbage.path(), "-----BEGIN CERTIFICATE-----\nsesame\n").unwrap();
    let malformed = refused(&with(garbage.path().to_str().unwrap())).await;
    let plain = refused(&PROFILE.replace("start =", "ca = \"ca.pem\"\nstart =")).await;

    assert!(missing.contains("ca is \"none.pem\"") && missing.contains("No such file"), "{missing}");
    assert!(missing.contains("write the path of a PEM file"), "{missing}");
    assert!(empty.contains("no certificate is in it"), "{empty}");
    assert!(malformed.contains("malformed") && !malformed.contains("sesame"), "{malformed}");
    assert!(plain.contains("write https, or leave ca out"), "{plain}");
}

pub(crate) async fn an_app_that_speaks_plainly_where_its_profile_says_https_is_not_up() {
    let secure = PROFILE.replace("http://localhost", "https://localhost");

    let error = refused(&secure.replace("[run]", "[run]\nready_deadline = 2")).await;

    assert!(error.contains("https://localhost") && error.contains("did not answer"), "{error}");
}

pub(crate) async fn an_app_reads_the_metadata_of_a_provider_on_https_by_the_authority_of_the_run() {
    let env = "RP_READS_AT_START = \"yes\"\nRP_PROVIDER_CA = \"{provider_ca}\"\n";
    for (app, provider) in [("localhost", "127.0.0.1"), ("127.0.0.1", "localhost")] {
        let provider_line = format!("provider = \"https://{provider}:0\"\nstart =");
        let profile = PROFILE.replace("http://localhost", &format!("http://{app}"));
        let profile = profile.replace("start =", &provider_line);

        let target = open(&format!("{profile}{env}")).await.unwrap();

        // It says so only after it has read them.
        let told = format!("my provider is https://{provider}:");
        assert!(target.output().contains(&told), "“{told}” is not in: {}", target.output());
    }
}

pub(crate) async fn an_app_that_is_not_told_of_the_authority_believes_no_provider_on_https() {
    let profile = PROFILE.replace("start =", "provider = \"https://127.0.0.1:0\"\nstart =");

    let error = refused(&format!("{profile}RP_READS_AT_START = \"yes\"\n")).await;

    assert!(error.contains("these are not my provider's metadata"), "{error}");
}

pub(crate) async fn a_variant_cannot_move_an_app_to_https() {
    let error = refused(&format!("{PROFILE}\n[variants.https]\nhttps = true\n")).await;

    assert!(error.contains("variants.https.https") && error.contains("write a base_url on https"), "{error}");

    let error = refused(&format!("{PROFILE}\n[variants.named]\nprovider = \"http://idp.test\"\n")).await;

    assert!(error.contains("variants.named.provider") && error.contains("localhost:9000"), "{error}");
}

pub(crate) async fn what_the_app_proves_itself_with_is_in_files_for_as_long_as_the_run_lasts() {
    let certificates = Certificates::new().unwrap();
    let filled = certificates.fill("{tls_cert}\n{tls_key}\n{provider_ca}\n{port}");
    let paths: Vec<&str> = filled.lines().collect();

    let texts: Vec<String> =
        paths[..3].iter().map(|path| std::fs::read_to_string(path).expect("a file")).collect();
    assert!(texts[0].contains("BEGIN CERTIFICATE") && texts[1].contains("PRIVATE KEY"));
    assert_eq!(texts[2].as_bytes(), certificates.authority());
    assert_eq!(paths[3], "{port}");

    drop(certificates);
    assert!(!std::path::Path::new(paths[0]).exists());
}
