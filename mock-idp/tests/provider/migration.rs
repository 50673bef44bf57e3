//! The configuration of other mocks, at the program as they are started.

use std::process::Stdio;

use serde_json::Value;

use super::program::{Folder, Running, program, said};
use super::stage::{client, read, request, told};

const NAVIKT: &str = r#"{"interactiveLogin": false, "staticAssetsPath": "/a", "tokenCallbacks": [{
    "issuerId": "issuer1", "tokenExpiry": 120, "requestMappings": [
        {"requestParam": "scope", "match": "scope1", "claims": {"sub": "subByScope", "groups": ["a"]}}]}]}"#;

#[tokio::test]
async fn an_application_of_navikts_mock_finds_its_issuer_where_it_was() {
    let running = Running::start_with(&[], &[("JSON_CONFIG", NAVIKT)]);
    let base = running.issuer();

    let discovery = format!("{base}/issuer1/.well-known/openid-configuration");
    let got = read(client().get(discovery).send().await.unwrap()).await;
    let metadata: Value = serde_json::from_str(&got.body).unwrap();
    let login = request(&format!("{base}/issuer1"), &[("response_mode", "form_post")]);
    let got = read(client().get(login).send().await.unwrap()).await;

    assert_eq!(metadata["issuer"], format!("{base}/issuer1"));
    assert_eq!(metadata["end_session_endpoint"], format!("{base}/issuer1/endsession"));
    let (_, claims) = told(got.fields().first("id_token").unwrap());
    assert_eq!(
        (claims["iss"].as_str(), claims["sub"].as_str()),
        (metadata["issuer"].as_str(), Some("subByScope"))
    );
    assert_eq!(claims["groups"], serde_json::json!(["a"]));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    let keys = metadata["jwks_uri"].as_str().unwrap();
    assert_eq!(client().get(keys).send().await.unwrap().status(), 200);
    let default = format!("{base}/default/.well-known/openid-configuration");
    assert_eq!(client().get(default).send().await.unwrap().status(), 200);
}

#[test]
fn what_cannot_be_honoured_is_told_at_start() {
    let mut running = Running::start_with(&[], &[("JSON_CONFIG", NAVIKT)]);

    let told: Vec<String> = (0..2).map(|_| running.errors.next().unwrap().unwrap()).collect();

    let told = told.join("\n");
    assert!(told.contains("staticAssetsPath") && told.contains("requestParam"), "{told}");
}

#[test]
fn what_a_flag_says_comes_from_the_flag_and_the_settings_file_keeps_what_is_its_own() {
    let folder = Folder::new("navikt-flag");
    let file = folder.write("idp.toml", "[tenant.mine]\npolicy = \"ask\"\n");
    let clients = r#"[{"ClientId": "web"}]"#;

    let flags = ["--config", &file, "--navikt-json", NAVIKT, "--soluto-clients-json", clients];
    let output = program(&[&flags[..], &["--print-config"]].concat()).output().unwrap();

    let text = said(&output);
    assert!(text.contains("# flag --navikt-json\n[tenant.issuer1]"), "{text}");
    assert!(text.contains("# flag --soluto-clients-json\n[[client]]"), "{text}");
    assert!(text.contains(&format!("# {file}:1\n[tenant.mine]")), "{text}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("--navikt-json.staticAssetsPath"), "{output:?}");
}

#[test]
fn the_files_of_solutos_mock_are_read_where_their_variables_say() {
    let folder = Folder::new("soluto");
    let clients = folder.write("clients.json", r#"[{"ClientId": "web", "AllowedGrantTypes": ["implicit"]}]"#);
    let users = folder.write("users.json", r#"[{"SubjectId": "1", "Username": "User1", "Password": "pwd"}]"#);

    let mut command = program(&["--print-config"]);
    let command = command.env("CLIENTS_CONFIGURATION_PATH", &clients).env("USERS_CONFIGURATION_PATH", &users);
    let output = command.env("SERVER_OPTIONS_INLINE", "{}").stdin(Stdio::null()).output().unwrap();

    let text = said(&output);
    for part in
        ["client_id = \"web\"", "username = \"User1\"", &clients, "SERVER_OPTIONS_INLINE is not honoured"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_tenant_at_the_root_does_not_hide_the_providers_own_paths() {
    let folder = Folder::new("root");
    let file = folder.write("idp.toml", "[tenant.token]\nat_root = true\n");

    let output = program(&["--config", &file, "--print-config"]).output().unwrap();

    assert!(output.status.code() == Some(2) && said(&output).contains("[tenant.token]"), "{}", said(&output));
}
