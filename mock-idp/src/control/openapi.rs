//! The control API as an OpenAPI 3.1 document, made from the table of routes and the schemas beside this file.

use serde_json::{Map, Value, json};

use super::answer::{Query, Refused};
use super::table::{Route, routes};
use crate::trace::Endpoint;

/// The schemas of bodies and answers, each body's with examples, and the parameters.
const SCHEMAS: &str = include_str!("openapi/schemas.json");
const PARAMETERS: &str = include_str!("openapi/parameters.json");

pub(super) async fn show(query: Query) -> Result<axum::Json<Value>, Refused> {
    query.only(&[])?;
    Ok(axum::Json(document()))
}

fn document() -> Value {
    let mut schemas: Value = serde_json::from_str(SCHEMAS).expect("the schemas are JSON");
    schemas["Endpoint"]["enum"] = Endpoint::ALL.iter().map(|endpoint| endpoint.as_str()).collect();
    let ours = Endpoint::ALL.iter().filter(|endpoint| endpoint.is_ours());
    schemas["WireEndpoint"]["enum"] = ours.map(|endpoint| endpoint.as_str()).collect();
    let parameters: Value = serde_json::from_str(PARAMETERS).expect("the parameters are JSON");
    let mut paths = Map::new();
    for route in routes() {
        let item = paths.entry(route.path).or_insert_with(|| json!({ "parameters": in_path(route.path) }));
        item[route.method.to_ascii_lowercase()] = operation(route, &schemas);
    }
    let media = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "mock-idp control API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the mock provider is, knows and tells, changed while it runs. It answers on loopback, \
                            to programs and to its own pages only.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters,
            "responses": {
                "Refused": { "description": "What is wrong, and what to write instead", "content": media },
            },
        },
    })
}

/// The parameters between braces.
fn in_path(path: &str) -> Value {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| reference("parameters", if name == "item" { item(path) } else { name })).collect()
}

/// What the last part of a path is.
fn item(path: &str) -> &'static str {
    match path.split('/').nth(3) {
        Some("clients") => "client_id",
        Some("users") => "username",
        _ => "number",
    }
}

fn operation(route: &Route, schemas: &Value) -> Value {
    let (status, media_type, schema) = route.gives;
    let mut answer = json!({ "description": route.purpose });
    if !schema.is_empty() {
        answer["content"] = json!({ media_type: { "schema": reference("schemas", schema) } });
    }
    let mut operation = json!({
        "summary": route.purpose,
        "operationId": operation_id(route),
        "responses": { status.to_string(): answer, "4XX": reference("responses", "Refused") },
    });
    if !route.query.is_empty() {
        operation["parameters"] = route.query.iter().map(|name| reference("parameters", name)).collect();
    }
    if let Some(schema) = route.takes {
        let examples: Map<String, Value> = schemas[schema]["examples"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, example)| (format!("example-{}", index + 1), json!({ "value": example })))
            .collect();
        let body = json!({ "schema": reference("schemas", schema), "examples": examples });
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": body } });
    }
    operation
}

/// `PUT /tenants/{tenant}/clock` → `put-tenants-tenant-clock`.
fn operation_id(route: &Route) -> String {
    let path = route.path.replace(['{', '}'], "").replace(['/', '.'], "-");
    format!("{}{path}", route.method.to_ascii_lowercase()).trim_end_matches('-').to_owned()
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

#[cfg(test)]
mod tests {
    use super::super::settings::Change;
    use super::*;
    use crate::client::Client;
    use crate::login::User;
    use crate::logout::Logout;
    use crate::settings::names_of;
    use crate::tenant::Keys;

    #[test]
    fn every_member_that_is_read_stands_in_its_schema_and_no_other() {
        let schemas = &document()["components"]["schemas"];
        for (schema, mut names) in [
            ("Client", names_of::<Client>().to_vec()),
            ("User", names_of::<User>().to_vec()),
            ("Keys", names_of::<Keys>().to_vec()),
            ("SettingsChange", names_of::<Change>().to_vec()),
            ("Logout", names_of::<Logout>().to_vec()),
        ] {
            let mut documented: Vec<&String> =
                schemas[schema]["properties"].as_object().unwrap().keys().collect();

            documented.sort_unstable();
            names.sort_unstable();
            assert_eq!(documented, names, "{schema}");
        }
    }
}
