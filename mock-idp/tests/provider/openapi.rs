//! The OpenAPI document against the routes: what is documented is there, and what is there is documented.

use serde_json::{Value, json};

use super::control::Desk;

/// The operations of the document: method, path and the operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if method != "parameters" {
                operations.push((method.to_ascii_uppercase(), path.clone(), operation.clone()));
            }
        }
    }
    operations
}

/// A path with things in it that exist.
fn filled(path: &str) -> String {
    let item = if path.contains("/clients/") {
        "sample-app"
    } else if path.contains("/users/") {
        "alice"
    } else {
        "1"
    };
    path.replace("{tenant}", "_default").replace("{item}", item).replace("/wait", "/wait?timeout_millis=0")
}

async fn document(desk: &Desk) -> Value {
    desk.ok("GET", "/openapi.json", None).await
}

#[tokio::test]
async fn every_documented_route_is_there_and_the_list_of_routes_has_the_same() {
    let desk = Desk::new().await;
    let document = document(&desk).await;
    let mut listed: Vec<String> =
        desk.ok("GET", "/", None).await["routes"].as_object().unwrap().keys().cloned().collect();
    let mut documented = Vec::new();

    for (method, path, _) in operations(&document) {
        documented.push(format!("{method} {path}"));
        let call =
            desk.stage.http.request(method.parse().unwrap(), format!("{}{}", desk.control, filled(&path)));
        let response = call.send().await.unwrap();
        let status = response.status().as_u16();
        if status == 404 {
            let body = response.text().await.unwrap();
            assert!(!body.contains("no such route"), "{method} {path}");
        }
        assert_ne!(status, 405, "{method} {path}");
    }

    listed.sort();
    documented.sort();
    assert_eq!(listed, documented);
    let wrong = desk.call("PATCH", "/tenants", None).await;
    assert_eq!((wrong.status, wrong.header("allow").contains("POST")), (405, true));
    assert_eq!(desk.call("GET", "/nothing", None).await.status, 404);
}

#[tokio::test]
async fn every_example_is_accepted_and_unknown_members_are_refused_as_documented() {
    let desk = Desk::new().await;
    let document = document(&desk).await;

    for (method, path, operation) in operations(&document) {
        let Some(examples) = operation.pointer("/requestBody/content/application~1json/examples") else {
            continue;
        };
        assert!(!examples.as_object().unwrap().is_empty(), "{method} {path} has no example");
        for example in examples.as_object().unwrap().values() {
            let good = example["value"].clone();
            let got = desk.call(&method, &filled(&path), Some(good.clone())).await;
            // 409: understood, and nothing there to do it to, such as a device that waits.
            assert!(got.status < 300 || got.status == 409, "{method} {path}: {got:?}");
            if let Value::Object(mut bad) = good {
                bad.insert("surely_unknown".into(), json!(1));
                desk.refused(&method, &filled(&path), Value::Object(bad)).await;
            }
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_good_status_is_the_documented_one() {
    let desk = Desk::new().await;
    let document = document(&desk).await;
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }

    for (method, path, operation) in operations(&document) {
        let example = operation.pointer("/requestBody/content/application~1json/examples/example-1/value");
        if path.ends_with("/stream") || path.ends_with("/rows") || path.ends_with("/wait") {
            continue;
        }
        let call =
            desk.stage.http.request(method.parse().unwrap(), format!("{}{}", desk.control, filled(&path)));
        let call = match example {
            Some(body) => call.json(body),
            None => call,
        };
        let status = call.send().await.unwrap().status();
        assert!(
            !status.is_success() || operation["responses"].get(status.as_str()).is_some(),
            "{method} {path}: {status}"
        );
    }
}

#[tokio::test]
async fn the_words_of_the_schemas_are_those_of_the_types() {
    let desk = Desk::new().await;
    let document = document(&desk).await;
    let schemas = &document["components"]["schemas"];
    let lies = schemas["NamedLie"]["oneOf"].as_array().unwrap();
    let lies: Vec<&str> =
        lies.iter().map(|lie| lie["properties"]["named"]["const"].as_str().unwrap()).collect();
    let known = mock_idp::fault::LIES.iter().map(|lie| lie.name).filter(|name| *name != "short-key");

    assert_eq!(lies, known.collect::<Vec<_>>());
    for (group, seam) in [
        ("JsonFault", "userinfo"),
        ("SealFault", "id-token-seal"),
        ("ResponseFault", "authorization-response"),
        ("WireFault", "wire"),
    ] {
        let verbs: Vec<&str> = schemas[group]["oneOf"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| fault["properties"]["verb"]["const"].as_str().unwrap())
            .collect();
        let seams = desk.ok("GET", "/faults/seams", None).await;
        let found = seams.as_array().unwrap().iter().find(|found| found["seam"] == seam).unwrap();
        assert_eq!(json!(verbs), found["verbs"], "{group}");
    }
    let users =
        [("Client", "/tenants/_default/clients/sample-app"), ("User", "/tenants/_default/users/alice")];
    for (schema, path) in users {
        for member in desk.ok("GET", path, None).await.as_object().unwrap().keys() {
            assert!(schemas[schema]["properties"].get(member).is_some(), "{schema}: {member}");
        }
    }
}
