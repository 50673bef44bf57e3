//! Documents as providers and applications write them.

use super::*;
use crate::agent::AgentError;

fn page(body: &str) -> Page {
    let headers = vec![("Content-Type".to_owned(), "text/html".to_owned())];
    Page::read(Url::parse("http://localhost:1/dir/page?q#f").unwrap(), 200, headers, body.to_owned())
}

#[test]
fn the_text_is_what_a_person_reads() {
    let page = page(
        "<title> A\n title </title><style>p{}</style><p>Hello <b>big</b> <i>wo</i>rld</p><p>Next</p>\
         <script>var hidden</script><noscript>off</noscript><template>later</template><p hidden>no</p>",
    );

    assert_eq!(page.title, "A title");
    assert_eq!(page.text, "Hello big world Next");
}

#[test]
fn a_form_submits_itself_if_it_is_alone_hidden_and_has_a_script() {
    let form = |inner: &str| {
        format!("<form method=post action=/cb><input type=hidden name=a value=1>{inner}</form>")
    };
    let script = "<script>document.forms[0].submit()</script>";
    let button = "<noscript><input type=submit value=Go></noscript>";

    for yes in [
        form("") + script,
        form(button) + script,
        format!("<body onload='document.forms[0].submit()'>{}</body>", form("")),
        form("") + "<script>HTMLFormElement.prototype.submit.call(document.forms[0])</script>",
    ] {
        assert!(page(&yes).self_submitting_form().is_some(), "{yes}");
    }
    for no in [
        form(""),
        form("<input name=user>") + script,
        form("<textarea name=t></textarea>") + script,
        form("") + &form("") + script,
        form("") + "<script>console.log('submit')</script>",
    ] {
        assert!(page(&no).self_submitting_form().is_none(), "{no}");
    }
}

#[test]
fn a_form_knows_what_it_would_send() {
    let page = page(
        "<base href=http://127.0.0.1:2/idp/><form method=POST action=enter><input name=a value='1&amp;2'>\
         <input type=checkbox name=on checked><input type=checkbox name=off value=x><input name=b disabled>\
         <select name=s><option>one<option value=2 selected>two</select><textarea name=t>long</textarea>\
         <button name=as value=x formaction=/other formmethod=get>Other way</button><button type=button>Script</button>\
         </form>",
    );
    let mut form = page.forms[0].clone();

    assert_eq!(form.action.as_str(), "http://127.0.0.1:2/idp/enter");
    assert_eq!(form.fields.encode(), "a=1%262&on=on&s=2&t=long");
    form.set("off", "x").unwrap().set("a", "").unwrap().press("Other way").unwrap();
    assert_eq!(form.fields.encode(), "a=&on=on&off=x&s=2&t=long&as=x");
    assert_eq!((form.action.as_str(), form.method.as_str()), ("http://127.0.0.1:2/other", "GET"));
    assert_eq!(page.script_buttons, ["Script"]);
}

#[test]
fn wrong_names_are_answered_with_the_right_ones() {
    let mut form = page("<form><input name=user><button>Sign in</button></form>").forms[0].clone();

    let field = form.set("username", "x").unwrap_err();
    let button = form.press("Log in").unwrap_err();

    assert_eq!(field.to_string(), "the form has no field “username”; its fields are: “user”");
    assert_eq!(button.to_string(), "the form has no submit button “Log in”; its buttons are: “Sign in”");
    assert!(matches!(field, AgentError::NoField { .. }));
}

#[test]
fn links_and_refreshes_lead_to_whole_addresses() {
    let read = page(
        "<a href=../up>Up</a><a href='#here'>Here</a><a href='javascript:go()'>Go</a><a>None</a>\
         <meta http-equiv=Refresh content=\"0; URL='/next'\">",
    );
    let targets: Vec<Option<&str>> =
        read.links.iter().map(|link| link.target.as_ref().map(Url::as_str)).collect();

    assert_eq!(targets, [Some("http://localhost:1/up"), None, None, None]);
    assert_eq!(read.refresh.unwrap().as_str(), "http://localhost:1/next");
    assert!(page("<meta http-equiv=refresh content='5;url=/slow'>").refresh.is_none());
    assert!(page("<noscript><meta http-equiv=refresh content='0;url=/x'></noscript>").refresh.is_none());
}

#[test]
fn what_is_not_html_is_shown_as_it_is() {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let page = Page::read(Url::parse("http://localhost/").unwrap(), 401, headers, "{\"a\":\n 1}".to_owned());

    assert_eq!(page.text, "{\"a\": 1}");
    assert!(page.forms.is_empty());
}

#[test]
fn what_a_page_loads_is_named_once_and_its_links_are_not() {
    let page = page(
        "<base href=http://127.0.0.1:2/x/><link rel=stylesheet href=a.css><script src=/b.js></script>\
         <script>inline()</script><img src=a.css><img src='data:,x'><a href=/c>c</a>",
    );

    let named: Vec<_> = page.assets().iter().map(url::Url::to_string).collect();
    assert_eq!(named, ["http://127.0.0.1:2/x/a.css", "http://127.0.0.1:2/b.js"]);
}
