//! What Chromium cannot be asked for on this machine; the rest is in `tests/agent/content_policy.rs`.

use super::*;

fn policy(page: &str, line: &str) -> ContentPolicy {
    let headers = [("Content-Security-Policy".to_owned(), line.to_owned())];
    ContentPolicy::of(&headers, &Url::parse(page).unwrap())
}

#[track_caller]
fn goes(page: &str, sources: &str, to: &str) -> bool {
    policy(page, &format!("form-action {sources}")).lets_form_go(&Url::parse(to).unwrap(), false)
}

#[test]
fn hosts_ports_and_schemes_are_compared_as_written() {
    let page = "https://app.example/login";
    for (sources, to) in [
        ("'self'", "https://app.example/callback"),
        ("idp.example", "https://idp.example/x"),
        ("idp.example:443", "https://idp.example/x"),
        ("*.example", "https://idp.example/"),
        ("https:", "https://anywhere.test/"),
        ("http:", "https://anywhere.test/"),
        ("https://idp.example/a/", "https://idp.example/a/b"),
        ("'none' idp.example", "https://idp.example/"),
        ("[::1]:5", "https://[::1]:5/"),
    ] {
        assert!(goes(page, sources, to), "{sources} {to}");
    }
    for (sources, to) in [
        ("'none'", "https://app.example/"),
        ("'self'", "http://app.example/"),
        ("'self'", "https://app.example:8443/"),
        ("idp.example", "http://idp.example/"),
        ("idp.example", "https://idp.example:8443/"),
        ("*.example", "https://example/"),
        ("*idp.example", "https://my-idp.example/"),
        ("https://idp.example/a", "https://idp.example/a/b"),
        ("*", "mailto:someone@idp.example"),
    ] {
        assert!(!goes(page, sources, to), "{sources} {to}");
    }
}

#[test]
fn http_covers_https_of_the_same_host() {
    assert!(goes("http://app.example/", "'self'", "https://app.example/"));
    assert!(goes("http://app.example/", "app.example", "https://app.example/"));
    assert!(goes("http://app.example/", "http://app.example:80", "https://app.example/"));
}

#[test]
fn after_a_redirect_paths_do_not_count() {
    let policy = policy("https://app.example/", "form-action https://idp.example/a");
    let elsewhere = Url::parse("https://idp.example/b").unwrap();

    assert!(!policy.lets_form_go(&elsewhere, false));
    assert!(policy.lets_form_go(&elsewhere, true));
}

#[test]
fn hashes_of_every_size_and_alphabet_let_a_script_run() {
    let text = "document.forms[0].submit()";
    let script = Inline::Element { nonce: None, text };
    for (name, algorithm) in
        [("sha256", &digest::SHA256), ("SHA384", &digest::SHA384), ("sha512", &digest::SHA512)]
    {
        let hash = STANDARD.encode(digest::digest(algorithm, text.as_bytes()));
        for hash in [hash.clone(), hash.replace('+', "-").replace('/', "_")] {
            assert!(
                policy("https://a.example/", &format!("script-src '{name}-{hash}'")).runs(script),
                "{hash}"
            );
        }
    }
}

#[test]
fn an_empty_nonce_is_none() {
    let script = Inline::Element { nonce: Some(""), text: "" };

    assert!(!policy("https://a.example/", "script-src 'nonce-'").runs(script));
}
