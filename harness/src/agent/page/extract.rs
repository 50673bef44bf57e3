//! Takes an HTML document apart into plain data.
//!
//! The parsed document cannot cross threads, so it lives and ends in here.

use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

use super::{Link, Page, collapsed, controls, first_header, script};
use crate::agent::address::join;
use crate::agent::referrer::ReferrerPolicy;

/// A refresh that a user would hardly notice is followed; a slower one is a page to read.
const LONGEST_REFRESH_SECONDS: f64 = 1.0;

pub(super) fn fill(page: &mut Page) {
    let document = Html::parse_document(&page.body);
    let base = base(&document, &page.url);
    page.title = first(&document, "title")
        .map(|title| collapsed(&title.text().collect::<String>()))
        .unwrap_or_default();
    page.text = first(&document, "body").map(visible).unwrap_or_default();
    let metas =
        all(&document, "meta[name][content]").into_iter().filter(|meta| named(*meta, "name", "referrer"));
    let policies = metas.filter_map(|meta| ReferrerPolicy::from_meta(meta.attr("content")?));
    page.referrer_policy = policies.last().unwrap_or(page.referrer_policy);
    page.links = all(&document, "a").into_iter().map(|anchor| link(anchor, &base, page)).collect();
    page.script_buttons = controls::script_buttons(&document);
    page.refresh =
        soonest(header_refresh(page).into_iter().chain(element_refreshes(&document, &base, &page.url)));
    let (policy, submits) = script::run(&document, page);
    page.forms = controls::forms(&document, &base, page, &policy);
    let alone = page.forms.len() == 1 && submits;
    for form in &mut page.forms {
        form.self_submitting &= alone && form.may_go();
    }
    page.policy = policy;
}

pub(super) fn all<'a>(document: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("the selectors of this file are valid");
    document.select(&selector).collect()
}

pub(super) fn within<'a>(element: ElementRef<'a>, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("the selectors of this file are valid");
    element.select(&selector).collect()
}

pub(super) fn first<'a>(document: &'a Html, selector: &str) -> Option<ElementRef<'a>> {
    all(document, selector).into_iter().next()
}

fn base(document: &Html, url: &Url) -> Url {
    let named = first(document, "base[href]").and_then(|base| base.attr("href"));
    named.and_then(|href| join(url, href)).unwrap_or_else(|| url.clone())
}

/// What a browser would load for the page.
pub(super) fn assets(page: &Page) -> Vec<Url> {
    let document = Html::parse_document(&page.body);
    let base = base(&document, &page.url);
    let mut found = Vec::new();
    for element in all(&document, "script[src], img[src], link[rel][href]") {
        let address = element.attr("src").or_else(|| element.attr("href")).map(str::trim);
        let url = address.and_then(|address| join(&base, address));
        found.extend(url.filter(|url| matches!(url.scheme(), "http" | "https") && !found.contains(url)));
    }
    found
}

/// Whether an attribute has this value, whatever its case.
pub(super) fn named(element: ElementRef<'_>, attribute: &str, value: &str) -> bool {
    element.attr(attribute).is_some_and(|known| known.trim().eq_ignore_ascii_case(value))
}

fn link(anchor: ElementRef<'_>, base: &Url, page: &Page) -> Link {
    let href = anchor.attr("href").map(str::trim).filter(|href| !href.starts_with('#'));
    let target =
        href.and_then(|href| join(base, href)).filter(|url| matches!(url.scheme(), "http" | "https"));
    let referrer_policy = page.referrer_policy.of_link(anchor.attr("rel"), anchor.attr("referrerpolicy"));
    Link { text: visible(anchor), target, referrer_policy }
}

/// A refresh: after how many seconds, and where to.
type Refresh = (f64, Url);

/// Where the `Refresh` header leads, whatever the kind of document.
pub(super) fn header_refresh(page: &Page) -> Option<Refresh> {
    refresh(first_header(&page.headers, "refresh")?, &page.url, &page.url)
}

fn element_refreshes(document: &Html, base: &Url, page: &Url) -> Vec<Refresh> {
    let metas = all(document, "meta[http-equiv][content]").into_iter();
    let metas = metas.filter(|meta| named(*meta, "http-equiv", "refresh"));
    metas.filter_map(|meta| refresh(meta.attr("content")?, base, page)).collect()
}

/// Where a page goes by itself without a user noticing much. As in Chromium the shortest delay wins, and of
/// equal ones the last.
pub(super) fn soonest(refreshes: impl Iterator<Item = Refresh>) -> Option<Url> {
    let chosen = refreshes.reduce(|kept, next| if next.0 <= kept.0 { next } else { kept })?;
    (chosen.0 <= LONGEST_REFRESH_SECONDS).then_some(chosen.1)
}

/// Reads `0; url=…` (HTML, shared declarative refresh steps).
fn refresh(content: &str, base: &Url, page: &Url) -> Option<Refresh> {
    let (delay, rest) = content.split_once([';', ',']).unwrap_or((content, ""));
    let delay = delay.trim().parse::<f64>().ok()?;
    let rest = rest.trim();
    let named = match rest.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("url") => {
            rest[3..].trim_start().strip_prefix('=').unwrap_or(rest)
        }
        _ => rest,
    };
    let named = named.trim().trim_matches(['"', '\'']);
    // Without an address a page reloads itself for ever: nothing a login needs.
    let to = (!named.is_empty()).then(|| join(base, named)).flatten()?;
    (to != *page && matches!(to.scheme(), "http" | "https")).then_some((delay, to))
}

/// The text a user can read, words of neighbouring blocks kept apart.
pub(super) fn visible(element: ElementRef<'_>) -> String {
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
