//! Forms as the user fills them in.

use mock_idp::Params;
use url::Url;

use crate::agent::content_policy::ContentPolicy;
use crate::agent::error::AgentError;
use crate::agent::referrer::ReferrerPolicy;

/// A form of a page, with what is filled in so far.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it goes.
    pub action: Url,
    /// `GET` or `POST`.
    pub method: String,
    /// How the fields are written into the body.
    pub enctype: String,
    /// The fields that will be sent, in order.
    pub fields: Params,
    /// Every field it offers, sent or not: an unticked box is offered only.
    pub names: Vec<String>,
    /// The submit buttons, in order.
    pub buttons: Vec<Button>,
    /// Whether a script of the page submits it as soon as the page is shown.
    pub self_submitting: bool,
    /// The address of the page it is on: who the request will come from.
    pub origin: Url,
    /// Its place among the forms of its page.
    pub index: usize,
    /// The place of the pressed button among the buttons.
    pub pressed: Option<usize>,
    pub(in crate::agent) referrer_policy: ReferrerPolicy,
    pub(in crate::agent) policy: ContentPolicy,
}

/// A submit button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// The name under which pressing it is told; often none.
    pub name: Option<String>,
    /// The value that is told.
    pub value: String,
    /// The visible text.
    pub text: String,
    /// Where it goes instead of the form's own action.
    pub action: Option<Url>,
    /// The method it uses instead of the form's own.
    pub method: Option<String>,
    /// How it has the fields written instead of the form's own way.
    pub enctype: Option<String>,
    /// Whether it is a picture, which tells where it was hit instead of a value.
    pub picture: bool,
    /// How many names the form offers before it.
    pub(super) place: usize,
}

impl Button {
    /// What pressing it adds to the fields. A keyboard hits a picture in its corner, and so do we.
    fn fields(&self) -> Vec<(String, String)> {
        if self.picture {
            let prefix = self.name.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
            return ["x", "y"].map(|axis| (format!("{prefix}{axis}"), "0".to_owned())).into();
        }
        self.name.iter().map(|name| (name.clone(), self.value.clone())).collect()
    }
}

impl Form {
    /// Fills in a field of this name, replacing what is there.
    pub fn set(&mut self, name: &str, value: &str) -> Result<&mut Self, AgentError> {
        if !self.names.iter().any(|known| known == name) {
            return Err(AgentError::NoField { name: name.to_owned(), known: self.names.clone() });
        }
        if let Some((_, old)) = self.fields.0.iter_mut().find(|(known, _)| known == name) {
            value.clone_into(old);
        } else {
            let rank = self.names.iter().position(|known| known == name).map_or(usize::MAX, |at| at + 1);
            self.insert(rank, vec![(name.to_owned(), value.to_owned())]);
        }
        Ok(self)
    }

    /// Puts fields where the document has them: before the first whose name comes at this rank or later.
    fn insert(&mut self, rank: usize, fields: Vec<(String, String)>) {
        let rank_of = |name: &String| self.names.iter().position(|known| known == name);
        let later = |(name, _): &(String, String)| rank_of(name).is_some_and(|at| at >= rank);
        let place = self.fields.0.iter().position(later).unwrap_or(self.fields.0.len());
        self.fields.0.splice(place..place, fields);
    }

    /// Chooses the submit button with this visible text: its name and value go along, and its own action,
    /// method and enctype win.
    pub fn press(&mut self, text: &str) -> Result<&mut Self, AgentError> {
        let Some(at) = self.buttons.iter().position(|button| button.text == text) else {
            let known = self.buttons.iter().map(|button| button.text.clone()).collect();
            return Err(AgentError::NoButton { text: text.to_owned(), known });
        };
        let button = self.buttons[at].clone();
        self.insert(button.place, button.fields());
        if let Some(action) = button.action {
            self.action = action;
        }
        if let Some(method) = button.method {
            self.method = method;
        }
        if let Some(enctype) = button.enctype {
            self.enctype = enctype;
        }
        self.pressed = Some(at);
        Ok(self)
    }

    /// Whether the page's policy lets it go where it goes.
    pub(in crate::agent) fn may_go(&self) -> bool {
        self.policy.lets_form_go(&self.action, false)
    }
}
