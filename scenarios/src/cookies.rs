//! Two cookies matter: the transaction's, which must come back with a cross-site POST, and the session's,
//! which must not be read, guessed or changed by anybody.

use harness::agent::{Cookie, SameSite};
use harness::trial::HONEST;
use harness::{Need, Outcome, Scenario, Stop, Trial};

pub(crate) const SCENARIOS: &[Scenario] = &[
    TRANSACTION_COMES_BACK,
    TRANSACTION_HIDDEN,
    TRANSACTION_SHORT_LIVED,
    SLOW_LOGIN,
    SESSION_HIDDEN,
    SESSION_SECURE,
    SESSION_ATTRIBUTES,
    TAMPERED,
];

const TRANSACTION_COMES_BACK: Scenario = Scenario::must("cookie/transaction-comes-back")
    .clause("RFC 6265bis 4.1.2.7, 5.7, 8.8.6")
    .why("only a cookie with SameSite=None and Secure is sent with the provider's POST for as long as a login takes")
    .covers(&["CK-01"])
    .unsandwiched()
    .run(|t| Box::pin(transaction_comes_back(t)));

async fn transaction_comes_back(t: &mut Trial) -> Outcome {
    let cookies = transaction_cookies(t).await?;
    let returns = |cookie: &Cookie| cookie.same_site == Some(SameSite::None) && cookie.secure;
    t.demand(
        cookies.iter().any(returns),
        0,
        "a cookie with SameSite=None and Secure is set when the login starts",
        list(&cookies),
    )
}

const TRANSACTION_HIDDEN: Scenario = Scenario::should("cookie/transaction-http-only")
    .clause("RFC 6265bis 4.1.2.6, 8.8.6")
    .why("no script needs to read what binds a login to its browser")
    .covers(&["CK-01"])
    .unsandwiched()
    .run(|t| Box::pin(transaction_hidden(t)));

async fn transaction_hidden(t: &mut Trial) -> Outcome {
    let cookies = transaction_cookies(t).await?;
    t.demand(
        cookies.iter().all(|cookie| cookie.http_only),
        0,
        "every cookie of the login is HttpOnly",
        list(&cookies),
    )
}

const TRANSACTION_SHORT_LIVED: Scenario = Scenario::should("cookie/transaction-short-lived")
    .clause("RFC 6265bis 4.1.2.2; RFC 9700 4.7")
    .why("a login that was not finished within a day never will be; what it left behind should go away")
    .covers(&["CK-01"])
    .unsandwiched()
    .run(|t| Box::pin(transaction_short_lived(t)));

async fn transaction_short_lived(t: &mut Trial) -> Outcome {
    let cookies = transaction_cookies(t).await?;
    let latest = t.facts().now + 86_400;
    let short = |cookie: &Cookie| cookie.expires.is_some_and(|expires| expires <= latest);
    t.demand(cookies.iter().all(short), 0, "every cookie of the login expires within a day", list(&cookies))
}

/// The cookies that the start of a login leaves in an empty browser.
async fn transaction_cookies(t: &Trial) -> Result<Vec<Cookie>, Stop> {
    let mut agent = t.agent().await?;
    agent.begin(HONEST).await?;
    let cookies = agent.cookies().await?;
    t.demand(!cookies.is_empty(), 0, "the start of a login leaves a cookie that binds it", "it leaves none")?;
    Ok(cookies)
}

const SLOW_LOGIN: Scenario = Scenario::tolerate("cookie/slow-login")
    .clause("RFC 6265bis 5.6.7.2")
    .why("people take minutes to sign in; a cookie without SameSite is sent for two of them only, so every fast test passes")
    .covers(&["CK-02"])
    .needs(&[Need::AgedCookies])
    .run(|t| Box::pin(slow_login(t)));

async fn slow_login(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    t.age_cookies(180);
    agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)
}

const SESSION_HIDDEN: Scenario = Scenario::must("cookie/session-http-only")
    .clause("OAuth Browser-Based Apps 6.1.3.2")
    .why("a session that scripts can read is a session that one injected script can take away")
    .covers(&["CK-07"])
    .unsandwiched()
    .run(|t| Box::pin(session_hidden(t)));

async fn session_hidden(t: &mut Trial) -> Outcome {
    let lines = session_lines(t).await?;
    demand_attribute(t, &lines, "HttpOnly")
}

const SESSION_SECURE: Scenario = Scenario::harden("cookie/session-secure")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RFC 6265bis 4.1.2.5")
    .why("over https Secure is a must; on loopback it shows what production will do")
    .covers(&["CK-07"])
    .unsandwiched()
    .run(|t| Box::pin(session_secure(t)));

async fn session_secure(t: &mut Trial) -> Outcome {
    let lines = session_lines(t).await?;
    demand_attribute(t, &lines, "Secure")
}

const SESSION_ATTRIBUTES: Scenario = Scenario::should("cookie/session-attributes")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RFC 6265bis 4.1.3.2")
    .why("SameSite keeps the session out of foreign requests; without Domain no sibling host receives it")
    .covers(&["CK-07"])
    .unsandwiched()
    .run(|t| Box::pin(session_attributes(t)));

async fn session_attributes(t: &mut Trial) -> Outcome {
    let lines = session_lines(t).await?;
    for line in &lines {
        let strict = has(line, "SameSite=Lax") || has(line, "SameSite=Strict");
        t.demand(strict, 0, "SameSite=Lax or Strict", masked(line))?;
        t.demand(
            has(line, "Path=/") && !line.to_ascii_lowercase().contains("domain="),
            0,
            "Path=/ and no Domain",
            masked(line),
        )?;
    }
    let prefixed = |line: &&String| line.starts_with("__Host-");
    if lines.iter().find(prefixed).is_none() {
        t.observe("the session cookie has no __Host- prefix, so a sibling host could overwrite it");
    }
    Ok(())
}

/// The Set-Cookie lines by which the answer to a callback opens a session.
async fn session_lines(t: &Trial) -> Result<Vec<String>, Stop> {
    let landing = t.agent().await?.log_in(HONEST).await?;
    let lines = landing.answer.as_ref().map(|answer| answer.headers_named("set-cookie")).unwrap_or_default();
    let opens = |line: &&str| {
        let value =
            line.split(';').next().and_then(|pair| pair.split_once('=')).map_or("", |(_, value)| value);
        !value.is_empty()
    };
    let lines: Vec<String> = lines.into_iter().filter(opens).map(str::to_owned).collect();
    if lines.is_empty() {
        return Err(landing.found("the answer to the callback sets a session cookie", landing.seen()));
    }
    Ok(lines)
}

fn demand_attribute(t: &Trial, lines: &[String], attribute: &str) -> Outcome {
    match lines.iter().find(|line| !has(line, attribute)) {
        Some(line) => Err(t.found(0, format!("{attribute} on the session cookie"), masked(line))),
        None => Ok(()),
    }
}

fn has(line: &str, attribute: &str) -> bool {
    line.split(';').skip(1).any(|part| part.trim().eq_ignore_ascii_case(attribute))
}

fn masked(line: &str) -> String {
    let name = line.split('=').next().unwrap_or_default();
    let attributes = line.split_once(';').map_or("", |(_, attributes)| attributes);
    format!("{name}=…;{attributes}")
}

fn list(cookies: &[Cookie]) -> String {
    let one = |cookie: &Cookie| {
        let same_site =
            cookie.same_site.map_or("no SameSite".to_owned(), |value| format!("SameSite={value:?}"));
        let secure = if cookie.secure { "Secure" } else { "not Secure" };
        let hidden = if cookie.http_only { "HttpOnly" } else { "not HttpOnly" };
        let ends = if cookie.expires.is_some() { "expires" } else { "no expiry" };
        format!(
            "{}: {same_site}, {secure}, {hidden}, {ends}",
            cookie.name.split('.').next().unwrap_or_default()
        )
    };
    cookies.iter().map(one).collect::<Vec<_>>().join("; ")
}

const TAMPERED: Scenario = Scenario::must("cookie/session-tampered")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RFC 6265bis 8.4")
    .why("a session cookie that was changed, cut or put in another's place is no session")
    .covers(&["CK-11"])
    .run(|t| Box::pin(tampered(t)));

async fn tampered(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    agent.begin(HONEST).await?;
    let transaction = agent.cookies().await?.pop().map(|cookie| cookie.value).unwrap_or_default();
    let mut agent = t.signed_in(HONEST).await?;
    let session = agent.cookies().await?;
    let all = |change: &dyn Fn(&str) -> String| -> Vec<(String, String)> {
        session.iter().map(|cookie| (cookie.name.clone(), change(&cookie.value))).collect()
    };
    let variants = [
        ("the first character", all(&|value| flipped(value, 0))),
        ("a character in the middle", all(&|value| flipped(value, value.len() / 2))),
        ("a character near the end", all(&|value| flipped(value, value.len().saturating_sub(4)))),
        ("cut in half", all(&|value| value[..value.len() / 2].to_owned())),
        ("the value of a transaction cookie", all(&|_| transaction.clone())),
        ("nothing but dots", all(&|_| "....".to_owned())),
    ];
    for (label, cookies) in variants {
        let outcome = nobody(t, &cookies).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// A browser with these cookies is nobody, and the app does not crash over them.
async fn nobody(t: &Trial, cookies: &[(String, String)]) -> Outcome {
    let mut agent = t.agent().await?;
    for (name, value) in cookies {
        agent.plant(&format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax")).await?;
    }
    let home = t.profile().home.clone();
    let landing = agent.visit(&home).await?;
    if let Some(subject) = &landing.subject {
        return Err(landing.found("nobody is signed in", format!("{subject} is")));
    }
    landing.refused()
}

fn flipped(value: &str, at: usize) -> String {
    let swap = |(index, char): (usize, char)| match char {
        'A' if index == at => 'B',
        _ if index == at => 'A',
        other => other,
    };
    value.chars().enumerate().map(swap).collect()
}
