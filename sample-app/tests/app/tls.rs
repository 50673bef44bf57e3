//! https without anything before the app.

use std::path::PathBuf;

use rcgen::{CertificateParams, KeyPair};
use sample_app::{Origin, TlsFiles};
use tempfile::TempDir;
use tokio::net::TcpStream;

use super::browser::Browser;
use super::program::{Running, folder, program, refusal};
use super::world::World;

/// A certificate for localhost and its key, in files.
struct Files {
    folder: TempDir,
    certificate: String,
}

impl Files {
    fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let certificate = params.self_signed(&key).expect("a certificate").pem();
        let files = Self { folder: folder(), certificate };
        files.write("cert.pem", &files.certificate);
        files.write("key.pem", &key.serialize_pem());
        files.write("other.pem", &KeyPair::generate().expect("a key").serialize_pem());
        files.write("garbage.pem", "-----BEGIN CERTIFICATE-----\nsesame\n");
        files
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Whether somebody on this port understands this address.
async fn answers(url: &str) -> bool {
    reqwest::Client::builder().no_proxy().build().expect("a client").get(url).send().await.is_ok()
}

#[tokio::test]
async fn a_login_over_tls_has_its_marks_and_nobody_is_served_who_speaks_plainly_or_does_not_trust() {
    let files = Files::new();
    let tls = TlsFiles { certificate: files.path("cert.pem"), key: files.path("key.pem") };
    let mut world = World::with(|settings| {
        let secure = settings.base_url.to_string().replacen("http:", "https:", 1);
        settings.base_url = Origin::parse(&secure).expect("an origin");
        settings.tls = Some(tls);
    })
    .await;
    let base = world.app.url().to_owned();
    world.browser = Browser::trusting(base.clone(), &files.certificate);

    let start = world.browser.get("/login").await;
    let done = world.log_in().await;

    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(start.parameter("redirect_uri"), Some(format!("{base}/callback")));
    assert_eq!(done.header("strict-transport-security"), Some("max-age=31536000"));
    let session = done.cookies().into_iter().find(|line| line.contains("appSession")).expect("a session");
    assert!(session.starts_with("__Host-") && session.contains("; Secure"), "{session}");
    assert_eq!(world.subject().await.as_deref(), Some("alice"));
    assert!(!answers(&format!("{}/healthz", world.base)).await, "plain http");
    assert!(!answers(&format!("{base}/healthz")).await, "a client that does not trust the certificate");
}

#[tokio::test]
async fn the_program_says_its_https_address_and_stops_for_nobody_who_asks_for_nothing() {
    let files = Files::new();
    let variables = [("PORT", "0"), ("TLS_CERT", "cert.pem"), ("TLS_KEY", "key.pem")];
    let mut app = Running::start(program(&files.folder, &variables)).await;
    let port = app.port().await;
    let mut browser = Browser::trusting(format!("https://localhost:{port}"), &files.certificate);

    let _silent = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    assert_eq!(browser.get("/healthz").await.body, "ok");
    app.signal("TERM").await;

    assert!(app.ready.ends_with(&format!("open https://localhost:{port}")), "{}", app.ready);
    let rest = app.ends().await;
    assert!(!rest.contains("take too long"), "{rest}");
}

#[tokio::test]
async fn a_file_that_cannot_serve_is_named_with_its_setting_and_what_is_wrong() {
    let files = Files::new();
    for (certificate, key, variable, why) in [
        ("none.pem", "key.pem", "TLS_CERT is `none.pem`", "No such file"),
        ("garbage.pem", "key.pem", "TLS_CERT is `garbage.pem`", "malformed"),
        ("key.pem", "key.pem", "TLS_CERT is `key.pem`", "nothing of the kind"),
        ("cert.pem", "none.pem", "TLS_KEY is `none.pem`", "No such file"),
        ("cert.pem", "cert.pem", "TLS_KEY is `cert.pem`", "nothing of the kind"),
        ("cert.pem", "other.pem", "TLS_KEY is `other.pem`", "not the key of the certificate"),
    ] {
        let variables = [("PORT", "0"), ("TLS_CERT", certificate), ("TLS_KEY", key)];
        let said = refusal(program(&files.folder, &variables)).await;
        assert!(said.contains(variable) && said.contains(why) && !said.contains("sesame"), "{said}");
    }
    files.write("empty.pem", "");
    for (authority, why) in
        [("none.pem", "No such file"), ("garbage.pem", "malformed"), ("empty.pem", "no certificate is in it")]
    {
        let said = refusal(program(&files.folder, &[("PORT", "0"), ("PROVIDER_CA", authority)])).await;
        let named = format!("PROVIDER_CA is `{authority}`: ");
        assert!(said.contains(&named) && said.contains(why) && !said.contains("sesame"), "{said}");
    }
    let login = [
        ("ISSUER_BASE_URL", "http://127.0.0.1:1"),
        ("CLIENT_ID", "c"),
        ("BASE_URL", "http://localhost:3000"),
        ("SECRET", "long enough"),
        ("TLS_CERT", "cert.pem"),
        ("TLS_KEY", "key.pem"),
    ];

    let said = refusal(program(&files.folder, &login)).await;

    assert!(said.contains("BASE_URL") && said.contains("write `https://localhost:3000`"), "{said}");
}
