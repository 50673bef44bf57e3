//! The response to the application stops at a page, where a person may change it.

use mock_idp::Params;

use super::stage::{CALLBACK, CLIENT, Got, Stage, request, told, verified};

async fn paused(changes: &[(&str, &str)]) -> (Stage, String) {
    let stage = Stage::alice().await;
    stage.tenant().set_pause(true);
    let answer = stage.authorize(changes).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let page = answer.header("location").to_owned();
    assert!(page.starts_with(&format!("{}/pause?id=", stage.provider.base_url())), "{page}");
    (stage, page)
}

/// Presses a button of the page, with changes to its fields.
async fn press(stage: &Stage, page: &str, button: &str, changes: &[(&str, &str)]) -> Got {
    let id = page.split_once("id=").unwrap().1;
    let shown = stage.get(page).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let mut form: Vec<(&str, String)> = vec![("id", id.to_owned()), ("press", button.to_owned())];
    for (name, value) in fields(&shown).iter() {
        form.push(("name", name.to_owned()));
        let change = changes.iter().find(|(changed, _)| *changed == name);
        form.push(("value", change.map_or(value, |(_, value)| value).to_owned()));
    }
    for (name, value) in changes {
        form.push((name, (*value).to_owned()));
    }
    let url = page.split('?').next().unwrap();
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    stage.post(url, &form).await
}

/// The fields that the page shows.
fn fields(page: &Got) -> Params {
    let name = |line: &str| Some(line.split_once("name=\"name\" value=\"")?.1.split_once('"')?.0.to_owned());
    let lines: Vec<&str> = page.body.lines().collect();
    let found = lines.windows(2).filter_map(|pair| {
        let value = pair[1].split_once("</textarea>")?.0;
        Some((name(pair[0]).filter(|name| !name.is_empty())?, value.to_owned()))
    });
    found.collect()
}

#[tokio::test]
async fn what_is_sent_untouched_is_what_would_have_been_sent() {
    let (stage, page) = paused(&[]).await;

    let sent = press(&stage, &page, "send", &[]).await;

    assert!(sent.header("location").starts_with(&format!("{CALLBACK}#")), "{sent:?}");
    let claims = verified(&stage, &stage.tenant(), sent.fragment().first("id_token").unwrap()).await.unwrap();
    assert_eq!((&claims["nonce"], &claims["aud"]), (&"the-nonce".into(), &CLIENT.into()));
    assert_eq!(sent.fragment().first("state"), Some("the-state"));
    assert_eq!(stage.tenant().trace().snapshot().last().unwrap().faults, []);
}

#[tokio::test]
async fn a_response_is_sent_once() {
    let (stage, page) = paused(&[]).await;
    press(&stage, &page, "send", &[]).await;

    assert_eq!(stage.get(&page).await.status, 404);
    assert_eq!(stage.get(&page.replace("id=", "id=x")).await.status, 404);
}

#[tokio::test]
async fn a_person_can_edit_any_field_and_the_trace_says_so() {
    let (stage, page) = paused(&[]).await;

    let sent = press(&stage, &page, "send", &[("state", "another"), ("mode", "form_post")]).await;

    assert_eq!(sent.fields().first("state"), Some("another"));
    let trace = stage.tenant().trace().snapshot();
    let told: Vec<&str> = trace.last().unwrap().faults.iter().map(|fired| fired.clause.as_str()).collect();
    assert_eq!(
        told,
        [
            "a person edited the authorization response",
            "a person sent the authorization response as form_post"
        ]
    );
}

#[tokio::test]
async fn a_person_can_tell_a_well_known_lie() {
    let (stage, page) = paused(&[]).await;

    let again = press(&stage, &page, "lie", &[("lie", "nonce-missing")]).await;
    assert!(again.body.contains("the id_token&#39;s nonce is missing"), "{}", again.body);
    let sent = press(&stage, &page, "send", &[]).await;

    let claims = verified(&stage, &stage.tenant(), sent.fragment().first("id_token").unwrap()).await.unwrap();
    assert!(claims.get("nonce").is_none() && claims["sub"] == "user-alice", "{claims}");
}

#[tokio::test]
async fn every_lie_of_the_menu_can_be_told() {
    let (stage, page) = paused(&[]).await;
    let menu = stage.get(&page).await.body;
    let names: Vec<&str> =
        menu.split("<option value=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    assert!(names.contains(&"extra-audience") && names.contains(&"state-missing"), "{names:?}");

    for name in names {
        let page = stage.authorize(&[]).await.header("location").to_owned();
        let again = press(&stage, &page, "lie", &[("lie", name)]).await;
        assert_eq!((again.status, again.body.matches("class=\"told\"").count()), (200, 1), "{name}");
    }
}

#[tokio::test]
async fn a_person_can_rewrite_the_claims_which_are_signed_anew() {
    let (stage, page) = paused(&[]).await;
    let claims = format!("{{\"iss\":\"{}\",\"aud\":\"{CLIENT}\",\"sub\":\"me\"}}", stage.provider.base_url());

    let wrong = press(&stage, &page, "sign", &[("claims", "{")]).await;
    assert!(wrong.status == 400 && wrong.body.contains("no JSON object"), "{}", wrong.body);
    press(&stage, &page, "sign", &[("claims", &claims)]).await;
    let sent = press(&stage, &page, "send", &[]).await;

    let token = sent.fragment().first("id_token").unwrap().to_owned();
    assert_eq!(verified(&stage, &stage.tenant(), &token).await.unwrap()["sub"], "me");
    assert_eq!(told(&token).1.as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn a_person_can_deny_with_any_error() {
    let (stage, page) = paused(&[]).await;

    let sent = press(&stage, &page, "deny", &[("error", "server_error")]).await;

    let params = sent.fragment();
    assert_eq!((params.first("error"), params.first("state")), (Some("server_error"), Some("the-state")));
    assert!(!params.has("id_token"));
}

#[tokio::test]
async fn the_page_sends_to_the_checked_redirect_uri_and_nowhere_else() {
    let (stage, page) = paused(&[]).await;
    let evil = "https://attacker.example/";

    let sent = press(
        &stage,
        &page,
        "send",
        &[("target", evil), ("redirect_uri", evil), ("url", evil), ("action", evil), ("location", evil)],
    )
    .await;

    assert!(sent.header("location").starts_with(&format!("{CALLBACK}#")), "{sent:?}");
    assert!(!sent.header("location").contains("attacker"), "{sent:?}");
    let asked: Vec<_> = stage.tenant().trace().snapshot();
    assert!(asked.iter().all(|exchange| !exchange.request.url.contains("attacker")));
}

#[tokio::test]
async fn a_hostile_state_stays_text_on_the_page() {
    let (stage, page) = paused(&[("state", "</textarea><script>alert(1)</script>")]).await;

    let shown = stage.get(&page).await;

    assert!(!shown.body.contains("<script>alert"), "{}", shown.body);
    assert!(shown.body.contains("&#60;script&#62;alert"), "{}", shown.body);
    assert_eq!(shown.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn an_error_stops_as_well_and_nothing_stops_when_the_switch_is_off() {
    let (stage, page) = paused(&[("nonce", "")]).await;
    assert!(stage.get(&page).await.body.contains("invalid_request"));

    stage.tenant().set_pause(false);
    let sent = stage.get(&request(stage.provider.base_url(), &[])).await;

    assert!(sent.header("location").starts_with(CALLBACK));
}

#[tokio::test]
async fn what_the_page_does_not_have_is_refused_with_what_it_has_and_the_response_goes_on_waiting() {
    let (stage, page) = paused(&[]).await;

    for (button, changes, words) in [
        ("shred", [].as_slice(), "the button &#34;shred&#34;; press send, deny, sign or lie"),
        ("send", &[("mode", "pigeon")], "the response mode &#34;pigeon&#34;; choose form_post"),
        ("lie", &[("lie", "white")], "unknown lie &#34;white&#34;; use one of: alg-none"),
    ] {
        let refused = press(&stage, &page, button, changes).await;

        assert!(refused.status == 400 && refused.body.contains(words), "{refused:?}");
    }
    assert_eq!(press(&stage, &page, "send", &[]).await.status, 303);
}
