//! What documents ask for: refreshes, the details of forms, how their fields are written.

use harness::agent::{Agent, AgentError};

use crate::stage::{Stage, with};

/// The address of a document of the application.
pub(crate) fn document(stage: &Stage, html: &str) -> url::Url {
    stage.app(&with("/document", &[("html", html)]))
}

/// `Refresh` as a header, and which of several refreshes counts.
pub(crate) async fn refreshes(agent: &mut dyn Agent, stage: &Stage) {
    let (one, two) = (stage.app("/one"), stage.app("/two"));
    let header = |delay: &str| format!("refresh: {delay}; URL='{one}'");
    let meta = |delay: &str, to: &url::Url| format!("<meta http-equiv=refresh content='{delay};url={to}'>");
    for (what, header, html, ends) in [
        ("a header alone", header("0"), String::new(), "/one"),
        ("an element after a header", header("0"), meta("0", &two), "/two"),
        ("a slower element after a header", header("0"), meta("9", &two), "/one"),
        ("an element after a slower header", header("9"), meta("1", &two), "/two"),
        ("two elements", header("9"), meta("0", &one) + &meta("0", &two), "/two"),
    ] {
        let html = format!("<!doctype html>{html}Wait");
        let from = stage.app(&with("/wait", &[("header", header.as_str()), ("html", &html)]));
        let page = agent.visit(&from).await.unwrap();
        assert_eq!(page.url.path(), ends, "{what}");
        let seen = stage.app.last(ends);
        assert_eq!(seen.header("sec-fetch-site"), Some("same-origin"), "{what}");
        assert_eq!(seen.header("sec-fetch-user"), None, "{what}");
        assert_eq!(seen.header("referer"), Some(from.as_str()), "{what}");
    }
    let late = format!("refresh: 9; url={one}");
    let page = agent.visit(&stage.app(&with("/late", &[("header", &late)]))).await.unwrap();
    assert_eq!(page.text, "This is late");
    let text = ["header", "refresh: 0;url=/two"];
    let plain = [(text[0], text[1]), ("header", "x-content-type-options: nosniff")];
    let page = agent.visit(&stage.app(&with("/plain", &plain))).await.unwrap();
    assert_eq!(page.url.path(), "/two");
}

/// A redirect, a link and a refresh to an address that begins with more slashes than two.
pub(crate) async fn slashes(agent: &mut dyn Agent, stage: &Stage) {
    let end = stage.idp("/end");
    let rest = &end[url::Position::BeforeHost..];
    for start in ["///", "////", "/\\/"] {
        let address = format!("{start}{rest}");
        let page =
            agent.visit(&stage.app(&with("/moved", &[("status", "302"), ("location", &address)]))).await;
        assert_eq!(page.unwrap().url, end, "a redirect to {address}");
        let link = format!("<!doctype html><a href='{address}'>Go</a>");
        agent.visit(&document(stage, &link)).await.unwrap();
        assert_eq!(agent.click("Go").await.unwrap().url, end, "a link to {address}");
    }
}

/// Every newline of a name or a value is sent as CR LF, whatever the document says.
pub(crate) async fn newlines(agent: &mut dyn Agent, stage: &Stage) {
    let end = stage.app("/end");
    let form = |method: &str, enctype: &str| {
        format!(
            "<!doctype html><form method={method} action='{end}' enctype='{enctype}'>\
             <input type=hidden name='a&#10;b' value='1&#13;2&#10;3&#13;&#10;4'>\
             <textarea name=t>\n5\n6</textarea><button>Send</button></form>"
        )
    };
    for (enctype, body) in [
        ("", "a%0D%0Ab=1%0D%0A2%0D%0A3%0D%0A4&t=5%0D%0A6"),
        ("text/plain", "a\r\nb=1\r\n2\r\n3\r\n4\r\nt=5\r\n6\r\n"),
        ("multipart/form-data", "name=\"a%0D%0Ab\"\r\n\r\n1\r\n2\r\n3\r\n4\r\n--"),
    ] {
        agent.visit(&document(stage, &form("post", enctype))).await.unwrap();
        agent.click("Send").await.unwrap();
        let seen = stage.app.last("/end");
        assert!(seen.body.contains(body), "{enctype}: {seen:?}");
    }
    agent.visit(&document(stage, &form("get", ""))).await.unwrap();
    let page = agent.click("Send").await.unwrap();
    assert_eq!(page.url.query(), Some("a%0D%0Ab=1%0D%0A2%0D%0A3%0D%0A4&t=5%0D%0A6"));
}

/// A form with everything that decides what belongs to it.
const CONTROLS: &str = "<input name=before form=f value=1>\
    <form id=f method=post action='/end'><input name=a value=2><input name=stranger form=other value=no>\
    <fieldset disabled><legend><input name=first value=3></legend><legend><input name=second value=no></legend>\
    <input name=off value=no><button name=as value=off>Off</button>\
    <fieldset><legend><input name=inner value=no></legend></fieldset></fieldset>\
    <select name=none></select><select name=s><option disabled>no<option>4<option>no</select>\
    <select name=m multiple><option selected>5<option selected>6<option selected disabled>no</select>\
    <input type=image name=i alt=Picture src='data:,'><input type=image alt=Nameless src='data:,'>\
    <button disabled>Dead</button><input type=submit name=as value='Elsewhere' formaction='/elsewhere' \
    formmethod=get><button name=as value=plain formenctype=text/plain>Plain</button></form>\
    <input name=after form=f value=7><button form=f name=as value=outside>Outside</button>\
    <button form=f formenctype=nonsense formmethod=nonsense>Nonsense</button>\
    <form id=other action='/other'></form>";

/// What belongs to a form, and what its buttons change.
pub(crate) async fn form_details(agent: &mut dyn Agent, stage: &Stage) {
    let address = document(stage, &format!("<!doctype html>{CONTROLS}"));
    let fields = "before=1&a=2&first=3&s=4&m=5&m=6&after=7";
    let page = agent.visit(&address).await.unwrap();
    assert_eq!(page.forms[0].fields.encode(), fields);
    let texts: Vec<&str> = page.forms[0].buttons.iter().map(|button| button.text.as_str()).collect();
    assert_eq!(texts, ["Picture", "Nameless", "Elsewhere", "Plain", "Outside", "Nonsense"]);

    agent.click("Outside").await.unwrap();
    assert_eq!(stage.app.last("/end").body, format!("{fields}&as=outside"));
    agent.visit(&address).await.unwrap();
    agent.click("Plain").await.unwrap();
    let seen = stage.app.last("/end");
    assert_eq!(seen.header("content-type"), Some("text/plain"));
    assert!(seen.body.ends_with("m=6\r\nas=plain\r\nafter=7\r\n"), "{seen:?}");
    agent.visit(&address).await.unwrap();
    let page = agent.click("Elsewhere").await.unwrap();
    assert_eq!(page.url.path(), "/elsewhere");
    assert_eq!(page.url.query(), Some("before=1&a=2&first=3&s=4&m=5&m=6&as=Elsewhere&after=7"));
    agent.visit(&address).await.unwrap();
    let page = agent.click("Nonsense").await.unwrap();
    assert_eq!((page.url.path(), page.url.query()), ("/end", Some(fields)));
    for dead in ["Dead", "Off"] {
        agent.visit(&address).await.unwrap();
        let error = agent.click(dead).await.unwrap_err();
        assert!(matches!(error, AgentError::NotFound { .. }), "{dead}: {error}");
    }
}

/// Pictures that submit tell where they were hit.
pub(crate) async fn pictures(agent: &mut dyn Agent, stage: &Stage) {
    let address = document(stage, &format!("<!doctype html>{CONTROLS}"));
    for (picture, body) in [
        ("Picture", "before=1&a=2&first=3&s=4&m=5&m=6&i.x=0&i.y=0&after=7"),
        ("Nameless", "before=1&a=2&first=3&s=4&m=5&m=6&x=0&y=0&after=7"),
    ] {
        let page = agent.visit(&address).await.unwrap();
        let mut form = page.forms[0].clone();
        form.press(picture).unwrap();
        agent.submit(&form).await.unwrap();
        assert_eq!(stage.app.last("/end").body, body);
    }
    agent.visit(&address).await.unwrap();
    agent.click("Picture").await.unwrap();
    assert!(stage.app.last("/end").body.contains("&i.x="));
}
