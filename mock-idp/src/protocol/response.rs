//! The authorization response: one encoder for successes and errors in every mode.

use std::borrow::Cow;
use std::sync::LazyLock;

use askama::Template;
use bytes::Bytes;

use super::authorization::Destination;
use super::error::ProtocolError;
use super::params::{Params, ResponseMode};
use crate::pages::{self, Policy, Referrer};

/// Only a reader without scripts sees the page of a form response.
const FORM_STYLE: &str = "body{font:1rem system-ui,sans-serif;margin:2rem;color-scheme:light dark}";

/// A response to the application, about to be sent through the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationResponse {
    /// What it says, in order.
    pub params: Params,
    /// How it travels.
    pub mode: ResponseMode,
    /// Where it goes: the redirect URI.
    pub target: String,
    /// The form's enctype, if it is not the usual one.
    pub enctype: Option<String>,
}

/// The name of a header, in lower case, and its value.
pub type Header = (&'static str, Cow<'static, str>);

/// A response as HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The status code.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Bytes,
}

impl AuthorizationResponse {
    /// A response with what was granted.
    pub fn success(destination: &Destination, granted: Params) -> Self {
        Self::new(destination, granted)
    }

    /// A response with an error.
    pub fn error(destination: &Destination, code: &str, description: Option<&str>) -> Self {
        let mut params = Params::default();
        params.append("error", code);
        if let Some(description) = description {
            params.append("error_description", description);
        }
        Self::new(destination, params)
    }

    /// A response that says what is wrong with the request.
    pub fn refusal(destination: &Destination, error: &ProtocolError) -> Self {
        Self::error(destination, error.code.as_str(), Some(&error.description))
    }

    fn new(destination: &Destination, mut params: Params) -> Self {
        if let Some(state) = &destination.state {
            params.append("state", state.as_str());
        }
        Self { params, mode: destination.mode, target: destination.redirect_uri.clone(), enctype: None }
    }

    /// Names the issuer in the response (RFC 9207).
    pub fn name_issuer(&mut self, issuer: &str) {
        self.params.append("iss", issuer);
    }

    /// The response as HTTP: a redirect, or a page whose form posts itself.
    pub fn encode(&self) -> Encoded {
        match self.mode {
            ResponseMode::Query => self.redirect(if self.target.contains('?') { '&' } else { '?' }),
            ResponseMode::Fragment => self.redirect('#'),
            ResponseMode::FormPost => self.form(),
        }
    }

    fn redirect(&self, separator: char) -> Encoded {
        let location = format!("{}{separator}{}", self.target, self.params.encode());
        Encoded {
            status: 303,
            headers: vec![("location", location.into()), ("cache-control", "no-store".into())],
            body: Bytes::new(),
        }
    }

    fn form(&self) -> Encoded {
        static POLICY: LazyLock<Policy> =
            LazyLock::new(|| Policy::new(&[FORM_STYLE], &[pages::SUBMIT_SCRIPT]));
        let page = FormPost {
            style: FORM_STYLE,
            script: pages::SUBMIT_SCRIPT,
            action: &self.target,
            enctype: self.enctype.as_deref(),
            fields: &self.params.0,
        };
        // Room for all of it at once: a token is longer than the page around it.
        let fields: usize = page.fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        let mut body = String::with_capacity(2 * FormPost::SIZE_HINT + fields);
        page.render_into(&mut body).expect("writing to a string cannot fail");
        Encoded { status: 200, headers: POLICY.headers(Referrer::Origin), body: body.into() }
    }
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'p> {
    style: &'static str,
    script: &'static str,
    action: &'p str,
    enctype: Option<&'p str>,
    fields: &'p [(String, String)],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(uri: &str, mode: ResponseMode) -> Destination {
        Destination { redirect_uri: uri.into(), mode, state: Some("a b&c".into()) }
    }

    fn text(page: &Encoded) -> &str {
        std::str::from_utf8(&page.body).unwrap()
    }

    #[test]
    fn the_own_query_of_a_redirect_uri_is_kept_in_every_mode() {
        let uri = "http://localhost/cb?tenant=1&x=y";
        let sent = |mode| AuthorizationResponse::error(&to(uri, mode), "access_denied", None).encode();

        let query = sent(ResponseMode::Query);
        let fragment = sent(ResponseMode::Fragment);
        let form = sent(ResponseMode::FormPost);

        assert_eq!(query.headers[0].1, format!("{uri}&error=access_denied&state=a+b%26c"));
        assert_eq!(fragment.headers[0].1, format!("{uri}#error=access_denied&state=a+b%26c"));
        assert!(text(&form).contains("action=\"http://localhost/cb?tenant=1&#38;x=y\""), "{}", text(&form));
    }

    #[test]
    fn the_form_has_exactly_the_fields_of_the_response() {
        let destination = Destination { state: None, ..to("http://localhost/cb", ResponseMode::FormPost) };

        let page =
            AuthorizationResponse::success(&destination, [("id_token", "x.y.z")].into_iter().collect())
                .encode();

        assert_eq!(text(&page).matches("<input").count(), 1);
        assert!(text(&page).contains(r#"<input type="hidden" name="id_token" value="x.y.z">"#));
        assert_eq!(text(&page).matches("<form").count(), 1);
        assert!(text(&page).contains("<noscript>"));
    }

    #[test]
    fn a_hostile_state_or_redirect_uri_stays_text() {
        let hostile = r#""><script>alert('1')</script>"#;
        let destination = Destination {
            redirect_uri: format!("http://localhost/{hostile}"),
            mode: ResponseMode::FormPost,
            state: Some(hostile.into()),
        };

        let page = AuthorizationResponse::error(&destination, "access_denied", Some(hostile)).encode();

        assert!(!text(&page).contains("alert('1')"), "{}", text(&page));
        assert_eq!(text(&page).matches("<script").count(), 1);
    }
}
