//! A browser with a cookie jar and without opinions: which site a request comes from is up to the test.

use std::collections::BTreeMap;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use url::Url;

#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    base: String,
    pub(crate) jar: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    /// A parameter of the address the answer leads to.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let url = Url::parse(self.location()).ok()?;
        url.query_pairs().find(|(given, _)| given == name).map(|(_, value)| value.into_owned())
    }
}

impl Browser {
    pub(crate) fn new(base: String) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
        Self { client, base, jar: BTreeMap::new() }
    }

    /// One that trusts this certificate and no other.
    #[cfg(feature = "tls")]
    pub(crate) fn trusting(base: String, certificate: &str) -> Self {
        let trusted = reqwest::Certificate::from_pem(certificate.as_bytes()).expect("a certificate");
        let client = Client::builder().no_proxy().redirect(Policy::none()).tls_certs_only([trusted]);
        Self { client: client.build().expect("a client"), base, jar: BTreeMap::new() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.request(Method::GET, path, |request| request).await
    }

    /// What a script in the page does.
    pub(crate) async fn fetch(&mut self, path: &str) -> Answer {
        self.request(Method::GET, path, |request| request.header("sec-fetch-mode", "cors")).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.request(Method::POST, path, |request| request.form(form)).await
    }

    pub(crate) async fn request(
        &mut self,
        method: Method,
        path: &str,
        change: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Answer {
        let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        let response = change(request).send().await.expect("an answer");
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let answer = Answer {
            status: response.status().as_u16(),
            headers,
            body: response.text().await.expect("a body"),
        };
        self.take(&answer);
        answer
    }

    /// Does with its cookies what an answer says.
    pub(crate) fn take(&mut self, answer: &Answer) {
        for line in answer.cookies() {
            let (name, rest) = line.split_once('=').expect("a cookie has a name");
            if line.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), rest.split(';').next().unwrap_or_default().to_owned());
            }
        }
    }

    pub(crate) fn named(&self, part: &str) -> Vec<String> {
        self.jar.keys().filter(|name| name.contains(part)).cloned().collect()
    }
}
