//! Forms as the user fills them in.

use mock_idp::Params;
use url::Url;

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
}

impl Form {
    /// Fills in a field of this name, replacing what is there.
    pub fn set(&mut self, name: &str, value: &str) -> Result<&mut Self, AgentError> {
        if !self.names.iter().any(|known| known == name) {
            return Err(AgentError::NoField { name: name.to_owned(), known: self.names.clone() });
        }
        match self.fields.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.fields.0.push((name.to_owned(), value.to_owned())),
        }
        Ok(self)
    }

    /// Chooses the submit button with this visible text: its name and value go along, and its own action
    /// and method win.
    pub fn press(&mut self, text: &str) -> Result<&mut Self, AgentError> {
        let Some(at) = self.buttons.iter().position(|button| button.text == text) else {
            let known = self.buttons.iter().map(|button| button.text.clone()).collect();
            return Err(AgentError::NoButton { text: text.to_owned(), known });
        };
        let button = &self.buttons[at];
        if let Some(name) = &button.name {
            self.fields.0.push((name.clone(), button.value.clone()));
        }
        if let Some(action) = &button.action {
            self.action = action.clone();
        }
        if let Some(method) = &button.method {
            self.method.clone_from(method);
        }
        self.pressed = Some(at);
        Ok(self)
    }
}
