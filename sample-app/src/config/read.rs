//! From variables to settings.

use std::collections::BTreeMap;
use std::time::Duration;

use super::needed::{self, Given};
use super::{
    ApiUnauthenticated, CookiePrefix, IssuerSettings, Origin, SHORTEST_SECRET, Secret, Settings,
    SettingsError,
};

pub(super) struct Variables<'a>(&'a BTreeMap<String, String>);

impl<'a> Variables<'a> {
    pub(super) fn new(values: &'a BTreeMap<String, String>) -> Self {
        Self(values)
    }

    /// The trimmed value; an empty one counts as not set, as a `.env` template leaves it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    pub(super) fn number<T: std::str::FromStr>(
        &self,
        variable: &'static str,
        default: T,
        instead: &'static str,
    ) -> Result<T, SettingsError> {
        let Some(value) = self.get(variable) else { return Ok(default) };
        value.parse().map_err(|_| SettingsError::BadValue { variable, value: value.into(), instead })
    }

    pub(super) fn choice<T: Copy>(
        &self,
        variable: &'static str,
        choices: &[(&str, T)],
        instead: &'static str,
    ) -> Result<T, SettingsError> {
        let value = self.get(variable).unwrap_or(choices[0].0);
        let chosen = choices.iter().find(|(name, _)| value.eq_ignore_ascii_case(name));
        chosen.map(|(_, choice)| *choice).ok_or_else(|| SettingsError::BadValue {
            variable,
            value: value.into(),
            instead,
        })
    }
}

pub(super) fn settings(values: &BTreeMap<String, String>) -> Result<Settings, SettingsError> {
    let variables = Variables::new(values);
    let port = variables.number("PORT", 3000, "a port number such as 3000")?;
    let tls = super::tls::read(&variables)?;
    let mut settings = if let Some(given) = needed::read(&variables)? {
        with_login(&variables, given)?
    } else {
        let idle = needed::idle(&variables);
        if !idle.is_empty() {
            tracing::warn!("of no use, because no login is configured: {}", idle.join(", "));
        }
        Settings::unauthenticated(Origin::local(port, tls.is_some())?)
    };
    settings.port = port;
    settings.app_name = variables.get("APP_NAME").map(str::to_owned);
    settings.tls = tls;
    settings.provider_ca = variables.get("PROVIDER_CA").map(Into::into);
    settings.cookie_prefix = variables.choice(
        "COOKIE_PREFIX",
        &[("__Host-", CookiePrefix::Host), ("host", CookiePrefix::Host), ("none", CookiePrefix::None)],
        "`host` or `none`",
    )?;
    settings.api_unauthenticated = variables.choice(
        "API_UNAUTHENTICATED",
        &[("302", ApiUnauthenticated::Redirect), ("401", ApiUnauthenticated::Status401)],
        "302 or 401",
    )?;
    settings.session = super::session::read(&variables)?;
    settings.session_store = variables.get("SESSION_STORE").map(Into::into);
    settings.http_timeout = Duration::from_millis(timeout(&variables)?);
    settings.check()?;
    Ok(settings)
}

/// Less than half a second turns every slow moment of the provider into an outage, as does 0.
fn timeout(variables: &Variables<'_>) -> Result<u64, SettingsError> {
    let (variable, instead) = ("HTTP_TIMEOUT_MS", "milliseconds from 500 to 60000, such as 5000");
    let millis = variables.number(variable, 5000, instead)?;
    if (500..=60_000).contains(&millis) {
        return Ok(millis);
    }
    Err(SettingsError::BadValue { variable, value: millis.to_string(), instead })
}

fn with_login(variables: &Variables<'_>, given: [Given<'_>; 4]) -> Result<Settings, SettingsError> {
    let [(_, issuers), (_, clients), (_, base_url), (variable, secret)] = given;
    if secret.len() < SHORTEST_SECRET {
        return Err(SettingsError::ShortSecret { variable, length: secret.len() });
    }
    let issuers: Vec<_> = split(issuers).collect();
    let clients: Vec<_> = split(clients).collect();
    if issuers.is_empty() || clients.is_empty() || (clients.len() != 1 && clients.len() != issuers.len()) {
        return Err(SettingsError::ClientCount { clients: clients.len(), issuers: issuers.len() });
    }
    let previous = split(variables.get("PREVIOUS_SECRETS").unwrap_or_default());
    let wishes = super::wishes::read(variables)?;
    let scope = variables.get("SCOPE").unwrap_or("openid profile email");
    let trusted: Vec<String> =
        split(variables.get("TRUSTED_AUDIENCES").unwrap_or_default()).map(str::to_owned).collect();
    let issuer = |(at, issuer): (usize, &&str)| {
        let mut issuer = IssuerSettings {
            trusted_audiences: trusted.clone(),
            scope: scope.to_owned(),
            wishes: wishes.clone(),
            ..IssuerSettings::new(*issuer, clients[at % clients.len()])
        };
        super::flow::read(variables, &mut issuer)?;
        super::client_auth::read(variables, &mut issuer, (at, issuers.len()))?;
        super::endpoints::read(variables, &mut issuer)?;
        Ok(issuer)
    };
    Ok(Settings {
        issuers: issuers.iter().enumerate().map(issuer).collect::<Result<_, _>>()?,
        secrets: std::iter::once(secret).chain(previous).map(Secret::new).collect(),
        response_mode: super::flow::response_mode(variables)?,
        silent_login: super::endpoints::switch(variables, "SILENT_LOGIN")?,
        ..Settings::unauthenticated(Origin::parse(base_url)?)
    })
}

fn split(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(pairs: &[(&str, &str)]) -> String {
        let mut values = BTreeMap::from(
            [
                ("ISSUER_BASE_URL", "https://idp.example"),
                ("CLIENT_ID", "c"),
                ("BASE_URL", "http://localhost:3000"),
            ]
            .map(|(k, v)| (k.to_owned(), v.to_owned())),
        );
        values.insert("SECRET".into(), "long enough".into());
        values.extend(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        settings(&values).expect_err("refused").to_string()
    }

    #[test]
    fn nothing_set_means_no_login() {
        let settings = settings(&BTreeMap::new()).unwrap();

        assert!(!settings.has_login());
        assert_eq!(settings.base_url.to_string(), "http://localhost:3000");
    }

    #[test]
    fn a_partial_set_names_what_is_missing_and_never_fails_open() {
        let values = BTreeMap::from([("APP_SECRET".to_owned(), "long enough".to_owned())]);

        let message = settings(&values).unwrap_err().to_string();

        assert!(message.starts_with("missing ISSUER_BASE_URL, CLIENT_ID, BASE_URL: with APP_SECRET alone"));
    }

    #[test]
    fn a_short_secret_is_told_by_the_name_that_it_was_given() {
        for name in ["SECRET", "APP_SESSION_SECRET", "APP_SECRET"] {
            let message = complaint(&[("SECRET", ""), (name, "short")]);

            assert!(message.starts_with(&format!("{name} holds a secret of 5 bytes")), "{message}");
        }
    }

    fn assert_named(table: &[(&str, &str, &str)]) {
        for (variable, value, instead) in table {
            let message = complaint(&[(variable, value)]);
            assert!(message.contains(variable) && message.contains(instead), "{variable}={value}: {message}");
        }
    }

    #[test]
    fn each_bad_value_is_named_with_what_to_write_instead() {
        assert_named(&[
            ("ISSUER_BASE_URL", "tenant.example", "write `https://tenant.example`"),
            ("BASE_URL", "http:/localhost:3000", "write `http://localhost:3000`"),
            ("BASE_URL", "localhost:3000", "write `http://localhost:3000`"),
            ("BASE_URL", "http://localhost:3000/app", "write `http://localhost:3000`"),
            ("BASE_URL", "http://app.example", "write https"),
            ("TLS_CERT", "cert.pem", "TLS_KEY is missing"),
            ("TLS_KEY", "key.pem", "TLS_CERT is missing"),
            ("ISSUER_BASE_URL", "https://idp.example?x=1", "neither query nor fragment"),
            ("ISSUER_BASE_URL", "ftp://idp.example", "write an https URL"),
            ("SECRET", "short", "SECRET holds a secret of 5 bytes, at least 8"),
            ("PREVIOUS_SECRETS", "long enough, short", "PREVIOUS_SECRETS holds a secret of 5 bytes"),
            ("MAX_AGE", "-1", "write seconds from 0"),
            ("MAX_AGE", "300.5", "write seconds from 0"),
            ("MAX_AGE", "an hour", "write seconds from 0"),
            ("PROMPT", "login none", "PROMPT is `none`: write one or more of `login`"),
            ("SESSION_ROLLING", "yes", "`true` or `false`"),
            ("SESSION_IDLE", "1d", "write seconds from 60"),
            ("SESSION_IDLE", "604801", "no more than SESSION_ABSOLUTE"),
            ("SESSION_ABSOLUTE", "59", "write seconds from 60"),
            ("PORT", "many", "a port number"),
            ("API_UNAUTHENTICATED", "403", "302 or 401"),
            ("COOKIE_PREFIX", "__Secure-", "`host` or `none`"),
            ("SCOPE", "profile", "openid profile email"),
            ("CLIENT_ID", "a,b", "one for each"),
            ("HTTP_TIMEOUT_MS", "499", "from 500"),
            ("HTTP_TIMEOUT_MS", "0", "from 500"),
            ("HTTP_TIMEOUT_MS", "60001", "to 60000"),
            ("HTTP_TIMEOUT_MS", "5s", "such as 5000"),
            ("ISSUER_BASE_URL", "https://idp.example, https://idp.example", "write each issuer once"),
        ]);
    }

    #[test]
    fn so_is_each_bad_value_of_the_flow() {
        assert_named(&[
            ("RESPONSE_TYPE", "token", "`code id_token token`"),
            ("CLIENT_AUTH", "client_secret_post", "set CLIENT_SECRET"),
            ("RESPONSE_MODE", "fragment", "`form_post` or `query`"),
            ("RESPONSE_MODE", "query", "set RESPONSE_TYPE to `code`"),
            ("SCOPE", "openid offline_access", "set RESPONSE_TYPE to one with `code`"),
            ("USERINFO", "true", "set RESPONSE_TYPE to one with `code` or `token`"),
            ("USERINFO", "yes", "`true` or `false`"),
            ("SILENT_LOGIN", "1", "`true` or `false`"),
            ("PAR", "required", "`true` or `false`"),
            ("LOGOUT_FORM", "v2", "`standard` or `auth0`"),
            ("ID_TOKEN_ALG", "none", "`RS256`, `PS256`, `ES256`, `EdDSA` or `HS256`"),
            ("ID_TOKEN_ALG", "HS256", "CLIENT_SECRET to a secret of at least 32 bytes"),
            (
                "CLIENT_AUTH",
                "tls",
                "`client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`",
            ),
            ("CLIENT_AUTH", "private_key_jwt", "set CLIENT_KEY"),
            ("CLIENT_KEY", "no/such.pem", "the path of a PEM file"),
            ("CLIENT_KEY", "Cargo.toml", "no private key that can sign"),
        ]);
    }

    #[test]
    fn one_issuer_has_one_secret_and_several_have_one_each_or_all_the_same() {
        let secrets = |issuers: &str, secret: &str| {
            let mut values: BTreeMap<_, _> = [
                ("ISSUER_BASE_URL", issuers),
                ("CLIENT_ID", "c"),
                ("BASE_URL", "http://localhost:3000"),
                ("SECRET", "long enough"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
            values.insert("CLIENT_SECRET".to_owned(), secret.to_owned());
            let settings = settings(&values).map_err(|error| error.to_string())?;
            let secret = |issuer: IssuerSettings| issuer.client_secret.map(|one| one.text().to_owned());
            Ok::<Vec<_>, String>(settings.issuers.into_iter().filter_map(secret).collect())
        };
        let two = "https://one.example, https://two.example";

        assert_eq!(secrets("https://one.example", "a, b").unwrap(), ["a, b"]);
        assert_eq!(secrets(two, "a, b").unwrap(), ["a", "b"]);
        assert_eq!(secrets(two, "a").unwrap(), ["a", "a"]);
        for (wrong, count) in [("sesame,b,c", "3 secrets for 2 issuers"), ("sesame,", "none of them empty")] {
            let message = secrets(two, wrong).unwrap_err();
            assert!(message.contains(count) && !message.contains("sesame"), "{message}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_never_repeated() {
        let table = [
            "https://anna:sesame@idp.example",
            "https://sesame@idp.example",
            "https://anna:ses@me:sesame@idp.example/x",
            "https:/anna:sesame@idp.example",
            "anna:sesame@idp.example",
            "https://anna:sesame@",
            "https://an\tna:sesame@idp.example",
            "ftp://anna:sesame@idp.example?sesame@",
            "https://@idp.example",
            "https:\\\\anna:sesame@idp.example",
        ];
        for (variable, value) in
            table.iter().flat_map(|value| [("ISSUER_BASE_URL", value), ("BASE_URL", value)])
        {
            let message = complaint(&[(variable, value)]);
            assert!(message.contains(variable) && !message.contains("sesame"), "{value}: {message}");
        }
        let message = complaint(&[("ISSUER_BASE_URL", table[0])]);
        assert!(message.contains("`https://…@idp.example`"), "{message}");
        assert!(message.contains("user name or password has no place"), "{message}");
    }

    #[test]
    fn the_secret_may_have_its_older_names_and_never_shows() {
        let values = BTreeMap::from(
            [
                ("ISSUER_BASE_URL", "http://127.0.0.1:9000"),
                ("CLIENT_ID", "c"),
                ("BASE_URL", "http://localhost:3000/"),
                ("APP_SESSION_SECRET", "sesame sesame"),
            ]
            .map(|(k, v)| (k.to_owned(), v.to_owned())),
        );

        let settings = settings(&values).unwrap();

        assert_eq!(settings.secrets[0].bytes(), b"sesame sesame");
        assert!(!format!("{settings:?}").contains("sesame"));
        assert_eq!(settings.base_url.join("/callback"), "http://localhost:3000/callback");
    }

    #[test]
    fn a_list_of_nothing_but_commas_never_fails_open() {
        let values = [
            ("ISSUER_BASE_URL", ","),
            ("CLIENT_ID", "c"),
            ("BASE_URL", "http://localhost:3000"),
            ("SECRET", "0123456789abcdef"),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert!(Settings::from_map(&values).is_err());
    }
}
