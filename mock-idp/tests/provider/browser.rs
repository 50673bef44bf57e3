//! A browser: it keeps cookies, follows nothing by itself, and knows the provider's pages.

use super::stage::{Got, Stage, read, request};

pub(crate) struct Browser<'s> {
    stage: &'s Stage,
    jar: Vec<(String, String)>,
    headers: Vec<(&'static str, &'static str)>,
}

impl Stage {
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { stage: self, jar: Vec::new(), headers: Vec::new() }
    }
}

impl Browser<'_> {
    /// The same browser, sent by another site: it then leaves `Lax` cookies out of a POST.
    pub(crate) fn sent_from_elsewhere(&mut self) -> &mut Self {
        self.headers = vec![("sec-fetch-site", "cross-site")];
        self
    }

    pub(crate) fn cookies(&self) -> &[(String, String)] {
        &self.jar
    }

    pub(crate) async fn get(&mut self, url: &str) -> Got {
        self.send(self.stage.http.get(url), true).await
    }

    pub(crate) async fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Got {
        let sends_cookies = self.headers.is_empty();
        self.send(self.stage.http.post(url).form(form), sends_cookies).await
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder, with_cookies: bool) -> Got {
        let jar: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if with_cookies && !jar.is_empty() {
            request = request.header("cookie", jar.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let got = read(request.send().await.unwrap()).await;
        for line in got.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.jar.retain(|(known, _)| known != name);
            if !line.contains("Max-Age=0") {
                self.jar.push((name.to_owned(), value.to_owned()));
            }
        }
        got
    }

    /// Asks for a login at the default issuer.
    pub(crate) async fn authorize(&mut self, changes: &[(&str, &str)]) -> Got {
        let url = request(self.stage.provider.base_url(), changes);
        self.get(&url).await
    }

    /// Asks for a login, is asked, and signs in by one click.
    pub(crate) async fn sign_in(&mut self, person: &str, changes: &[(&str, &str)]) -> Got {
        self.answer(&[("person", person)], changes).await
    }

    /// Asks for a login, is asked, and answers the login page.
    pub(crate) async fn answer(&mut self, form: &[(&str, &str)], changes: &[(&str, &str)]) -> Got {
        let asked = self.authorize(changes).await;
        assert_eq!(asked.status, 302, "{asked:?}");
        let url = asked.header("location").to_owned();
        assert_eq!(self.get(&url).await.status, 200);
        self.post(&url, form).await
    }

    /// The session cookie.
    #[track_caller]
    pub(crate) fn session(&self) -> &str {
        let named = |(name, _): &&(String, String)| name.starts_with("mock_idp_session.");
        &self.jar.iter().find(named).expect("a session cookie").1
    }
}

impl Got {
    /// Where the page's form is posted to.
    #[track_caller]
    pub(crate) fn action(&self) -> String {
        let (_, rest) = self.body.split_once("action=\"").unwrap_or_else(|| panic!("no form in {self:?}"));
        rest.split_once('"').unwrap().0.replace("&#38;", "&")
    }

    /// The claims in the ID Token of a response in the fragment.
    #[track_caller]
    pub(crate) fn claims(&self) -> serde_json::Value {
        let answer = self.fragment();
        super::stage::told(answer.first("id_token").unwrap_or_else(|| panic!("no token in {answer:?}"))).1
    }

    /// The error of a response in the fragment.
    #[track_caller]
    pub(crate) fn error(&self) -> String {
        self.fragment().first("error").unwrap_or_else(|| panic!("no error in {self:?}")).to_owned()
    }
}
