//! The forms of a document and the controls that belong to them.

use mock_idp::Params;
use scraper::{ElementRef, Html};
use url::Url;

use super::extract::{all, named, visible, within};
use super::{Button, Form, Page, collapsed};
use crate::agent::address::join;
use crate::agent::content_policy::ContentPolicy;

const URLENCODED: &str = "application/x-www-form-urlencoded";

pub(super) fn forms(document: &Html, base: &Url, page: &Page, policy: &ContentPolicy) -> Vec<Form> {
    let forms = all(document, "form");
    let controls = all(document, "input, button, select, textarea");
    let owned = |form: &ElementRef<'_>| {
        let of_form =
            |control: &&ElementRef<'_>| owner(**control, &forms).is_some_and(|owner| owner == *form);
        controls.iter().filter(of_form).copied().collect::<Vec<_>>()
    };
    let each = forms.iter().enumerate().map(|(index, form)| {
        let mut read = empty_form(*form, index, base, page, policy);
        for control in owned(form).into_iter().filter(|control| !is_disabled(*control)) {
            read_control(control, base, &mut read);
        }
        read
    });
    each.collect()
}

/// Buttons that neither submit a form nor reset one.
pub(super) fn script_buttons(document: &Html) -> Vec<String> {
    let forms = all(document, "form");
    let buttons =
        all(document, "button, input[type=button]").into_iter().filter(|button| !is_disabled(*button));
    let dead = buttons.filter(|button| !is_submit(*button) || owner(*button, &forms).is_none());
    dead.map(button_text).collect()
}

/// The form a control belongs to: the one it names, or else the one it is in.
fn owner<'d>(control: ElementRef<'d>, forms: &[ElementRef<'d>]) -> Option<ElementRef<'d>> {
    match control.attr("form") {
        Some(id) => forms.iter().copied().find(|form| !id.is_empty() && form.attr("id") == Some(id)),
        None => ancestors(control).find(|ancestor| ancestor.value().name() == "form"),
    }
}

fn ancestors(element: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    element.ancestors().filter_map(ElementRef::wrap)
}

/// Disabled by itself, or by a fieldset around it unless it stands in the first legend of that.
fn is_disabled(control: ElementRef<'_>) -> bool {
    let mut inner = control;
    for outer in ancestors(control) {
        if outer.value().name() == "fieldset" && outer.attr("disabled").is_some() {
            let legend = outer.child_elements().find(|child| child.value().name() == "legend");
            if legend != Some(inner) {
                return true;
            }
        }
        inner = outer;
    }
    control.attr("disabled").is_some()
}

fn is_submit(control: ElementRef<'_>) -> bool {
    let kind = control.attr("type").unwrap_or_default().to_ascii_lowercase();
    match control.value().name() {
        "button" => !matches!(kind.as_str(), "button" | "reset"),
        "input" => matches!(kind.as_str(), "submit" | "image"),
        _ => false,
    }
}

fn is_picture(control: ElementRef<'_>) -> bool {
    control.value().name() == "input" && named(control, "type", "image")
}

fn button_text(button: ElementRef<'_>) -> String {
    let label = if is_picture(button) { "alt" } else { "value" };
    let usual = if is_submit(button) { "Submit" } else { "" };
    match button.value().name() {
        "input" => collapsed(button.attr(label).unwrap_or(usual)),
        _ => visible(button),
    }
}

fn empty_form(form: ElementRef<'_>, index: usize, base: &Url, page: &Page, policy: &ContentPolicy) -> Form {
    Form {
        action: target(form.attr("action"), base, &page.url),
        method: method(form.attr("method")),
        enctype: enctype(form.attr("enctype")),
        fields: Params::default(),
        names: Vec::new(),
        buttons: Vec::new(),
        self_submitting: true,
        origin: page.url.clone(),
        index,
        pressed: None,
        referrer_policy: page.referrer_policy,
        policy: policy.clone(),
    }
}

fn target(action: Option<&str>, base: &Url, page: &Url) -> Url {
    let named = action.map(str::trim).filter(|action| !action.is_empty());
    named.and_then(|action| join(base, action)).unwrap_or_else(|| page.clone())
}

fn method(method: Option<&str>) -> String {
    if method.is_some_and(|method| method.eq_ignore_ascii_case("post")) { "POST" } else { "GET" }.to_owned()
}

fn enctype(enctype: Option<&str>) -> String {
    let kind = enctype.unwrap_or_default().to_ascii_lowercase();
    if matches!(kind.as_str(), "text/plain" | "multipart/form-data") { kind } else { URLENCODED.to_owned() }
}

fn read_control(control: ElementRef<'_>, base: &Url, form: &mut Form) {
    if is_submit(control) {
        form.buttons.push(read_button(control, base, form.names.len()));
        return;
    }
    let kind = control.attr("type").unwrap_or("text").to_ascii_lowercase();
    if control.value().name() == "button" || matches!(kind.as_str(), "button" | "reset") {
        return;
    }
    form.self_submitting &= control.value().name() == "input" && kind == "hidden";
    let Some(name) = control.attr("name").filter(|name| !name.is_empty()) else { return };
    if !form.names.iter().any(|known| known == name) {
        form.names.push(name.to_owned());
    }
    form.fields.0.extend(presets(control, &kind).into_iter().map(|value| (name.to_owned(), value)));
}

fn read_button(control: ElementRef<'_>, base: &Url, place: usize) -> Button {
    Button {
        name: control.attr("name").filter(|name| !name.is_empty()).map(ToOwned::to_owned),
        value: control.attr("value").unwrap_or_default().to_owned(),
        text: button_text(control),
        action: control.attr("formaction").and_then(|action| join(base, action)),
        method: control.attr("formmethod").map(|named| method(Some(named))),
        enctype: control.attr("formenctype").map(|named| enctype(Some(named))),
        picture: is_picture(control),
        place,
    }
}

/// The values a control sends if nobody touches it.
fn presets(control: ElementRef<'_>, kind: &str) -> Vec<String> {
    let value = || control.attr("value");
    match control.value().name() {
        "select" => options(control),
        "textarea" => vec![control.text().collect()],
        _ if matches!(kind, "checkbox" | "radio") => {
            control.attr("checked").map(|_| value().unwrap_or("on").to_owned()).into_iter().collect()
        }
        _ if kind == "file" => Vec::new(),
        _ => vec![value().unwrap_or_default().to_owned()],
    }
}

/// What is selected; a list of one line selects its last such option, or else its first.
fn options(list: ElementRef<'_>) -> Vec<String> {
    let all = within(list, "option");
    let lives = |option: &&ElementRef<'_>| {
        let group = ancestors(**option).find(|ancestor| ancestor.value().name() == "optgroup");
        option.attr("disabled").is_none() && group.is_none_or(|group| group.attr("disabled").is_none())
    };
    let text =
        |option: &ElementRef<'_>| option.attr("value").map_or_else(|| visible(*option), ToOwned::to_owned);
    let selected = || all.iter().filter(|option| option.attr("selected").is_some());
    if list.attr("multiple").is_some() {
        return selected().filter(lives).map(text).collect();
    }
    let chosen = selected().next_back().or_else(|| all.iter().find(lives));
    chosen.filter(lives).map(text).into_iter().collect()
}
