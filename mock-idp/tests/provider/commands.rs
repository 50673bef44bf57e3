//! The program's commands, and how it takes what it is told.

use std::process::Output;

use mock_idp::Settings;

use super::program::{Folder, program, said};
use super::stage::{Stage, told};

#[track_caller]
fn claims(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", said(output));
    told(said(output).trim()).1
}

#[test]
fn a_token_names_the_issuer_of_the_settings_and_takes_lies_by_name_and_in_lists() {
    let folder = Folder::new("issuer");
    let file =
        folder.write("idp.toml", "listen = \"127.0.0.1:7000\"\npreset = \"keycloak\"\nrealm = \"acme\"\n");

    let own = program(&["token", "--config", &file]).output().unwrap();
    assert_eq!(claims(&own)["iss"], "http://127.0.0.1:7000/realms/acme");
    assert_eq!(claims(&program(&["token"]).output().unwrap())["iss"], "http://127.0.0.1:9000");

    let lies = "[{\"named\": \"exp-missing\"}, {\"named\": \"nonce-missing\"}]";
    let output = program(&["token", "--nonce", "n", "--fault", lies]).output().unwrap();
    let claims = claims(&output);
    assert!(claims.get("exp").is_none() && claims.get("nonce").is_none(), "{claims}");
}

#[test]
fn what_would_be_left_out_in_silence_is_refused_with_what_to_write() {
    let folder = Folder::new("silence");
    let trace = folder.write("trace.json", "[]");
    for (line, words) in [
        (["token", "--fault", "[]"].as_slice(), "--fault []: the list is empty"),
        (&["token", "--client", ""], "a value is required for '--client <CLIENT_ID>'"),
        (&["token", "--user", ""], "a value is required for '--user <USERNAME>'"),
        (&["lint", &trace, "--tenant", "a"], "--tenant is for a running provider"),
        (&["lint", "nowhere.json"], "nowhere.json; give a file, or the URL"),
        (&["lint", "http://127.0.0.1:1", "--tenant", "a?b"], "/tenants/a%3Fb/lint: "),
        (&["lint", "http://127.0.0.1:1"], "names as its control API"),
        (&["keys", &trace], "choose a folder that can be made"),
    ] {
        let output = program(line).output().unwrap();

        assert!(output.status.code() == Some(2) && said(&output).contains(words), "{}", said(&output));
    }
}

#[test]
fn a_claim_without_a_name_is_refused() {
    let output = program(&["token", "--claim", "=1"]).output().unwrap();

    assert!(output.status.code() == Some(2) && said(&output).contains("NAME=JSON"), "{}", said(&output));
}

#[test]
fn a_value_that_cannot_be_read_is_refused_in_a_sentence_that_says_where_it_was_written() {
    let seed = "write a whole number from 0 to 9223372036854775807";
    for (line, words) in [
        (["--seed", "-1"].as_slice(), ["'-1' for '--seed <NUMBER>'", seed]),
        (&["token", "--seed", "18446744073709551615"], ["for '--seed <NUMBER>'", seed]),
        (&["--port", "-1"], ["'-1' for '--port <PORT>'", "a port from 0 to 65535"]),
    ] {
        let output = program(line).output().unwrap();

        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(words.iter().all(|words| text.contains(words)) && !text.contains("environment"), "{text}");
    }
    for line in [["--print-config"].as_slice(), &["healthcheck"]] {
        let output = program(line).env("MOCK_IDP_PORT", "http").output().unwrap();

        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(
            text.contains("'http' for '--port <PORT>'") && text.contains("variable MOCK_IDP_PORT."),
            "{text}"
        );
    }
}

#[test]
fn an_empty_variable_is_none_and_a_number_says_yes_or_no() {
    let mut command = program(&["--print-config"]);
    let output = command.env("MOCK_IDP_PORT", "").env("MOCK_IDP_CONFIG", "").env("MOCK_IDP_TLS", "0");

    let text = said(&output.output().unwrap());

    let line = text.lines().find(|line| line.starts_with("listen = ")).unwrap_or_else(|| panic!("{text}"));
    assert!(line.ends_with("# default"), "{line}");
    assert!(text.contains("tls = false"), "{text}");
}

#[test]
fn people_are_added_by_a_flag_and_take_the_place_of_their_namesakes() {
    let alice = r#"{"username": "alice", "sub": "another"}"#;
    let flags = ["--add-user", "zoe", "--add-user", alice, "--user", "zoe", "--print-config"];

    let shown = said(&program(&flags).output().unwrap());
    let refused = program(&["--add-user", r#"{"sub": "9"}"#]).output().unwrap();

    let settings: Settings = toml::from_str(&shown).unwrap_or_else(|error| panic!("{error}: {shown}"));
    let subs = |name: &str| -> Vec<String> {
        let namesakes = settings.users.iter().filter(|user| user.username == name);
        namesakes.map(|user| user.sub.clone()).collect()
    };
    assert_eq!((subs("zoe"), subs("alice")), (vec!["user-zoe".to_owned()], vec!["another".to_owned()]));
    assert!(subs("bob").len() == 1 && shown.contains("# flag --add-user"), "{shown}");
    assert!(
        refused.status.code() == Some(2) && said(&refused).contains("write a username"),
        "{}",
        said(&refused)
    );
}

#[test]
fn a_missing_file_is_told_once() {
    let output = program(&["--config", "/nonexist"]).output().unwrap();

    assert_eq!(said(&output).matches("os error 2").count(), 1, "{}", said(&output));
}

#[test]
fn folders_are_printed_so_that_they_mean_the_same_from_anywhere() {
    let folder = Folder::new("folders");
    folder.write("idp.toml", "tls_folder = \"tls\"\n");
    let mut command = program(&["--print-config", "--config", "idp.toml", "--keys", "keys"]);

    let text = said(&command.current_dir(&folder.0).output().unwrap());

    for name in ["tls", "keys"] {
        let path = folder.0.join(name);
        assert!(text.contains(&format!("\"{}\"", path.display())), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linter_that_is_given_another_server_says_so() {
    let stage = Stage::new().await;

    let output = program(&["lint", stage.provider.base_url()]).output().unwrap();

    assert!(said(&output).contains("not the control API"), "{}", said(&output));
}

#[test]
fn a_health_check_reads_where_the_provider_listens_and_tries_every_address() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let folder = Folder::new("health");
    let file = folder.write("idp.toml", &format!("listen = \"0.0.0.0:{port}\"\n"));
    std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        }
    });

    let by_file = program(&["healthcheck", "--config", &file]).output().unwrap();
    assert!(by_file.status.success(), "{}", said(&by_file));
    let name = format!("http://localhost:{port}");
    let by_name = program(&["healthcheck", &name]).output().unwrap();
    assert!(by_name.status.success(), "{}", said(&by_name));
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_health_check_without_tls_says_that_it_could_not_ask() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();

    let output = program(&["healthcheck", &format!("https://localhost:{port}")]).output().unwrap();

    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("built without TLS"), "{}", said(&output));
}

#[tokio::test]
async fn the_control_api_answers_under_other_names_only_if_the_settings_say_so() {
    let start = async |toml: &str| {
        let settings: mock_idp::Settings = toml::from_str(toml).unwrap();
        mock_idp::MockIdp::builder().settings(settings).control(([0, 0, 0, 0], 0).into()).start().await
    };
    assert!(start("").await.is_err());

    let provider = start("control_hosts = [\"mock-idp:9001\"]").await.unwrap();
    let ask = async |host: &str| {
        let call = super::stage::client().get(provider.control_url().unwrap()).header("host", host);
        call.send().await.unwrap().status().as_u16()
    };

    assert_eq!(ask("mock-idp:9001").await, 200);
    assert_eq!(ask("evil.test:9001").await, 403);
    let evil = super::stage::client().get(provider.control_url().unwrap()).header("host", "evil.test");
    let told = evil.send().await.unwrap().text().await.unwrap();
    assert!(told.contains("ask mock-idp:9001 instead"), "whoever is elsewhere cannot ask 0.0.0.0: {told}");
}
