//! Writing the effective settings down, each with where it comes from.

use toml::{Table, Value};

use super::{Origins, Settings};

/// The settings as a TOML file that would say the same, with a comment behind each that says where it comes
/// from.
pub fn shown(settings: &Settings, origins: &Origins) -> String {
    let table = Table::try_from(settings).expect("settings are TOML");
    let (later, first): (Vec<_>, Vec<_>) = table.into_iter().partition(|(_, value)| is_table(value));
    let lines: Vec<(String, String)> = first
        .iter()
        .map(|(name, value)| (format!("{name} = {value}"), origins.of(name).to_string()))
        .collect();
    let width = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or_default();
    let mut text: String =
        lines.iter().fold(String::new(), |text, (line, origin)| format!("{text}{line:width$}  # {origin}\n"));
    for (name, value) in later {
        if let ("tenant", Value::Table(tenants)) = (name.as_str(), &value) {
            for (slug, tenant) in tenants {
                text = section(
                    &text,
                    &name,
                    &origins.of(&format!("tenant.{slug}")).to_string(),
                    one(slug, tenant),
                );
            }
        } else {
            text = section(&text, &name, &origins.of(&name).to_string(), value);
        }
    }
    text
}

fn one(slug: &str, tenant: &Value) -> Value {
    Value::Table(Table::from_iter([(slug.to_owned(), tenant.clone())]))
}

fn section(text: &str, name: &str, origin: &str, value: Value) -> String {
    let section = toml::to_string(&Table::from_iter([(name.to_owned(), value)])).expect("settings are TOML");
    format!("{text}\n# {origin}\n{section}")
}

/// Whether a value has headings of its own in a file.
fn is_table(value: &Value) -> bool {
    match value {
        Value::Table(_) => true,
        Value::Array(entries) => entries.first().is_some_and(Value::is_table),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::{FromFile, Origin};

    #[test]
    fn what_is_shown_can_be_read_again_and_says_the_same() {
        let file = "rules = \"strict\"\n[tenant.a]\npolicy = \"bob\"\n[tenant.b]\nnow = 5\n[[tenant.b.user]]\n\
                    username = \"x\"\npassword = \"x\"\nsub = \"x\"\n";
        let mut read = FromFile::understand(Path::new("idp.toml"), file).unwrap();
        read.origins.note("policy", Origin::Flag("user".into()));

        let text = shown(&read.settings, &read.origins);

        assert_eq!(FromFile::understand(Path::new("x"), &text).unwrap().settings, read.settings, "{text}");
        let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
        assert!(line("rules").ends_with("# idp.toml:1"), "{text}");
        assert!(line("policy").ends_with("# flag --user"), "{text}");
        assert!(line("code_lifetime").ends_with("# default"), "{text}");
        assert!(text.contains("# idp.toml:4\n[tenant.b]\n"), "{text}");
    }
}
