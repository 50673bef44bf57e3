//! Takes an HTML document apart into plain data.
//!
//! The parsed document cannot cross threads, so it lives and ends in here.

use mock_idp::Params;
use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

use super::{Button, Form, Link, Page, collapsed};

/// A refresh that a user would hardly notice is followed; a slower one is a page to read.
const LONGEST_REFRESH_SECONDS: f64 = 1.0;

pub(super) fn fill(page: &mut Page) {
    let document = Html::parse_document(&page.body);
    let base = base(&document, &page.url);
    page.title = first(&document, "title")
        .map(|title| collapsed(&title.text().collect::<String>()))
        .unwrap_or_default();
    page.text = first(&document, "body").map(visible).unwrap_or_default();
    page.links = all(&document, "a").into_iter().map(|anchor| link(anchor, &base)).collect();
    page.script_buttons = script_buttons(&document);
    page.refresh = refresh(&document, &base, &page.url);
    let forms = all(&document, "form");
    let alone = forms.len() == 1 && submits_by_script(&document);
    page.forms =
        forms.into_iter().enumerate().map(|(index, form)| read_form(form, index, &base, page)).collect();
    for form in &mut page.forms {
        form.self_submitting &= alone;
    }
}

fn all<'a>(document: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("the selectors of this file are valid");
    document.select(&selector).collect()
}

fn within<'a>(element: ElementRef<'a>, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("the selectors of this file are valid");
    element.select(&selector).collect()
}

fn first<'a>(document: &'a Html, selector: &str) -> Option<ElementRef<'a>> {
    all(document, selector).into_iter().next()
}

fn base(document: &Html, url: &Url) -> Url {
    let named = first(document, "base[href]").and_then(|base| base.attr("href"));
    named.and_then(|href| url.join(href.trim()).ok()).unwrap_or_else(|| url.clone())
}

fn link(anchor: ElementRef<'_>, base: &Url) -> Link {
    let href = anchor.attr("href").map(str::trim).filter(|href| !href.starts_with('#'));
    let target =
        href.and_then(|href| base.join(href).ok()).filter(|url| matches!(url.scheme(), "http" | "https"));
    Link { text: visible(anchor), target }
}

/// Buttons that neither submit a form nor reset one.
fn script_buttons(document: &Html) -> Vec<String> {
    let buttons = all(document, "button, input[type=button]").into_iter();
    let dead = buttons.filter(|button| !is_submit(*button) || enclosing_form(*button).is_none());
    dead.map(button_text).collect()
}

fn enclosing_form(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    element.ancestors().filter_map(ElementRef::wrap).find(|ancestor| ancestor.value().name() == "form")
}

fn is_submit(control: ElementRef<'_>) -> bool {
    let kind = control.attr("type").unwrap_or_default().to_ascii_lowercase();
    match control.value().name() {
        "button" => !matches!(kind.as_str(), "button" | "reset"),
        "input" => matches!(kind.as_str(), "submit" | "image"),
        _ => false,
    }
}

fn button_text(button: ElementRef<'_>) -> String {
    match button.value().name() {
        "input" => collapsed(button.attr("value").unwrap_or("Submit")),
        _ => visible(button),
    }
}

fn submits_by_script(document: &Html) -> bool {
    let submits = |text: &str| {
        [".submit(", ".submit.call(", ".requestSubmit(", ".click("].iter().any(|call| text.contains(call))
    };
    let inline =
        all(document, "script").into_iter().any(|script| submits(&script.text().collect::<String>()));
    inline || first(document, "body[onload]").and_then(|body| body.attr("onload")).is_some_and(submits)
}

fn read_form(form: ElementRef<'_>, index: usize, base: &Url, page: &Page) -> Form {
    let mut read = Form {
        action: target(form.attr("action"), base, &page.url),
        method: method(form.attr("method")),
        enctype: form.attr("enctype").unwrap_or("application/x-www-form-urlencoded").to_ascii_lowercase(),
        fields: Params::default(),
        names: Vec::new(),
        buttons: Vec::new(),
        self_submitting: true,
        origin: page.url.clone(),
        index,
        pressed: None,
        referrer_policy: page.referrer_policy,
    };
    for control in within(form, "input, button, select, textarea") {
        if control.attr("disabled").is_none() {
            read_control(control, base, &mut read);
        }
    }
    read
}

fn target(action: Option<&str>, base: &Url, page: &Url) -> Url {
    let named = action.map(str::trim).filter(|action| !action.is_empty());
    named.and_then(|action| base.join(action).ok()).unwrap_or_else(|| page.clone())
}

fn method(method: Option<&str>) -> String {
    if method.is_some_and(|method| method.eq_ignore_ascii_case("post")) { "POST" } else { "GET" }.to_owned()
}

fn read_control(control: ElementRef<'_>, base: &Url, form: &mut Form) {
    if is_submit(control) {
        form.buttons.push(Button {
            name: control.attr("name").filter(|name| !name.is_empty()).map(ToOwned::to_owned),
            value: control.attr("value").unwrap_or_default().to_owned(),
            text: button_text(control),
            action: control.attr("formaction").and_then(|action| base.join(action.trim()).ok()),
            method: control.attr("formmethod").map(|named| method(Some(named))),
        });
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
    if let Some(value) = preset(control, &kind) {
        form.fields.0.push((name.to_owned(), value));
    }
}

/// The value a control sends if nobody touches it.
fn preset(control: ElementRef<'_>, kind: &str) -> Option<String> {
    match control.value().name() {
        "select" => {
            let options = within(control, "option");
            let chosen =
                options.iter().find(|option| option.attr("selected").is_some()).or(options.first())?;
            Some(chosen.attr("value").map_or_else(|| visible(*chosen), ToOwned::to_owned))
        }
        "textarea" => Some(control.text().collect()),
        _ if matches!(kind, "checkbox" | "radio") => {
            control.attr("checked").map(|_| control.attr("value").unwrap_or("on").to_owned())
        }
        _ if kind == "file" => None,
        _ => Some(control.attr("value").unwrap_or_default().to_owned()),
    }
}

fn refresh(document: &Html, base: &Url, page: &Url) -> Option<Url> {
    let metas = all(document, "meta[http-equiv]").into_iter();
    let meta = metas
        .into_iter()
        .find(|meta| meta.attr("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("refresh")))?;
    let content = meta.attr("content")?;
    let (delay, rest) = content.split_once([';', ',']).unwrap_or((content, ""));
    if delay.trim().parse::<f64>().ok()? > LONGEST_REFRESH_SECONDS {
        return None;
    }
    let rest = rest.trim();
    let named = match rest.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("url") => {
            rest[3..].trim_start().strip_prefix('=').unwrap_or(rest)
        }
        _ => rest,
    };
    let named = named.trim().trim_matches(['"', '\'']);
    // Without an address a page reloads itself for ever: nothing a login needs.
    let to = (!named.is_empty()).then(|| base.join(named).ok()).flatten()?;
    (to != *page).then_some(to)
}

/// The text a user can read, words of neighbouring blocks kept apart.
fn visible(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    collect(element, &mut text);
    collapsed(&text)
}

fn collect(element: ElementRef<'_>, text: &mut String) {
    let name = element.value().name();
    if matches!(name, "script" | "style" | "noscript" | "template" | "head")
        || element.attr("hidden").is_some()
    {
        return;
    }
    let inline = matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "cite"
            | "code"
            | "dfn"
            | "em"
            | "i"
            | "kbd"
            | "label"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "u"
            | "var"
    );
    if !inline {
        text.push(' ');
    }
    for child in element.children() {
        match child.value() {
            Node::Text(words) => text.push_str(words),
            Node::Element(_) => ElementRef::wrap(child).into_iter().for_each(|child| collect(child, text)),
            _ => {}
        }
    }
    if !inline {
        text.push(' ');
    }
}
