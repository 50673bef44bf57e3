//! Cookies that somebody else has put into the browser: under nearly the right name, beside the right ones, or as
//! pieces of them.

use crate::jar;
use crate::raw;
use harness::agent::{AgentError, Cookie};
use harness::trial::{FORGED, HONEST};
use harness::{Need, Outcome, Scenario, Stop, Trial, TrialAgent};

pub(crate) const SCENARIOS: &[Scenario] = &[PREFIX_CASE, TOSSED, PIECES];

const PREFIX_CASE: Scenario = Scenario::should("cookie/prefix-case")
    .clause("RFC 6265bis 5.4")
    .why("browsers protect the prefix __Host- however it is written; a server that reads other letter cases for its own undoes that in those that do not")
    .covers(&["CK-09"])
    .run(|t| Box::pin(prefix_case(t)));

async fn prefix_case(t: &mut Trial) -> Outcome {
    for prefix in ["__host-", "__HoSt-"] {
        let outcome = means_nothing(t, prefix).await;
        t.input(prefix, outcome);
    }
    Ok(())
}

/// A session, and a login under way, whose cookies are named so.
async fn means_nothing(t: &Trial, prefix: &str) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let session = renamed(&jar::session(t, &mut agent).await?, prefix)?;
    let start = t.position();
    let subject = jar::browser_with(t, &session).await?.probe().await?;
    let expected = format!("a session under a name that begins with {prefix} is none");
    t.demand(subject.is_none(), start, &expected, "somebody is signed in by it")?;
    let mut other = t.agent().await?;
    let pending = other.begin(FORGED).await?;
    let login = renamed(&jar::cookies(t, &mut other).await?, prefix)?;
    jar::browser_with(t, &login).await?.deliver(&pending.form.fields).await?.refused()
}

fn renamed(cookies: &[Cookie], prefix: &str) -> Result<Vec<Cookie>, Stop> {
    let rest = |cookie: &Cookie| cookie.name.strip_prefix("__Host-").map(|rest| format!("{prefix}{rest}"));
    let renamed: Vec<_> =
        cookies.iter().filter_map(|cookie| Some(Cookie { name: rest(cookie)?, ..cookie.clone() })).collect();
    if renamed.is_empty() {
        return Err(Trial::no_difference("the app names no such cookie with the prefix __Host-"));
    }
    Ok(renamed)
}

const TOSSED: Scenario = Scenario::harden("cookie/tossed-session")
    .clause("RFC 6265bis 5.8.3, 8.6")
    .why("a sibling host, or a page of another app on this one, can put a second session cookie beside the first: nobody may become its owner by that")
    .covers(&["CK-10"])
    .run(|t| Box::pin(tossed(t)));

/// The second cookie is sent before the app's own, or after it.
#[derive(Clone, Copy)]
enum Toss {
    DeeperPath,
    WiderDomain,
}

async fn tossed(t: &mut Trial) -> Outcome {
    for (label, toss) in [
        ("sent first, by a deeper path", Toss::DeeperPath),
        ("sent last, by a wider domain", Toss::WiderDomain),
    ] {
        let outcome = stays_who_they_are(t, toss).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn stays_who_they_are(t: &Trial, toss: Toss) -> Outcome {
    let mut victim = t.signed_in(HONEST).await?;
    let names: Vec<_> = jar::session(t, &mut victim).await?.into_iter().map(|cookie| cookie.name).collect();
    let mut attacker = t.signed_in(FORGED).await?;
    let mut theirs = jar::cookies(t, &mut attacker).await?;
    theirs.retain(|cookie| names.contains(&cookie.name));
    let start = t.position();
    let own = victim.cookies().await?;
    for cookie in &theirs {
        throw(t, &mut victim, cookie, toss).await?;
    }
    let now = victim.cookies().await?;
    if own.iter().any(|cookie| names.contains(&cookie.name) && !now.contains(cookie)) {
        return Err(Trial::no_difference("a host of one word, as localhost, has no wider domain"));
    }
    let subject = victim.probe().await?;
    let expected = "the person is who they were, or nobody";
    t.demand(subject != Some(t.subject(FORGED)?), start, expected, "they have become the attacker")
}

/// As a page elsewhere on the host would set it. A browser that refuses the line protects its user.
async fn throw(t: &Trial, victim: &mut TrialAgent, cookie: &Cookie, toss: Toss) -> Outcome {
    let probe = t.stage().url(&t.profile().probe.path);
    let place = match toss {
        Toss::DeeperPath => format!("Path={}", probe.path()),
        Toss::WiderDomain => format!("Path=/; Domain={}", probe.host_str().unwrap_or_default()),
    };
    let secure = if cookie.secure { "; Secure" } else { "" };
    let line = format!("{}={}; {place}; SameSite=Lax{secure}", cookie.name, cookie.value);
    match victim.agent().plant_cookie(&probe, &line).await {
        Ok(()) | Err(AgentError::CookieRefused { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

const PIECES: Scenario = Scenario::harden("cookie/pieces")
    .clause("RFC 6265bis 6.1, 8.6")
    .why("a session in several cookies is all of them: with one missing or under another name it is none, and a thousand of them are no work")
    .covers(&["CK-17"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(pieces(t)));

async fn pieces(t: &mut Trial) -> Outcome {
    let outcome = one_more(t).await;
    t.input("one more at the end", outcome);
    for (label, change) in [
        ("the second one missing", (|_| None) as fn(&str) -> Option<String>),
        ("the second one under x", |base| Some(format!("{base}.x"))),
        ("the second one under -1", |base| Some(format!("{base}.-1"))),
        ("the second one under 1e0", |base| Some(format!("{base}.1e0"))),
        ("the second one under 01", |base| Some(format!("{base}.01"))),
    ] {
        let outcome = is_nobody(t, change).await;
        t.input(label, outcome);
    }
    let outcome = a_thousand(t).await;
    t.input("a thousand", outcome);
    Ok(())
}

/// The cookies of a session that is too large for one, and what their names have in common.
pub(crate) async fn in_pieces(t: &Trial) -> Result<(Vec<Cookie>, String), Stop> {
    let pieces = jar::pieces(t).await?;
    let base = pieces.first().and_then(|piece| piece.name.strip_suffix(".0")).map(str::to_owned);
    match base {
        Some(base) => Ok((pieces, base)),
        None => Err(Trial::no_difference("the cookies of a large session are not numbered with a dot")),
    }
}

/// A piece too many leaves the session what it was, or spoils it; it makes no other.
async fn one_more(t: &Trial) -> Outcome {
    let (mut pieces, base) = in_pieces(t).await?;
    let name = format!("{base}.{}", pieces.len() + 1);
    pieces.push(Cookie { name, value: "AAAA".to_owned(), ..pieces[0].clone() });
    let start = t.position();
    let subject = jar::browser_with(t, &pieces).await?.probe().await?;
    let same = subject.is_none() || subject == Some(t.subject(HONEST)?);
    t.demand(same, start, "the same person, or nobody", format!("{subject:?}"))
}

async fn is_nobody(t: &Trial, change: fn(&str) -> Option<String>) -> Outcome {
    let (mut pieces, base) = in_pieces(t).await?;
    match change(&base) {
        None => drop(pieces.remove(1)),
        Some(name) => pieces[1].name = name,
    }
    let start = t.position();
    let subject = jar::browser_with(t, &pieces).await?.probe().await?;
    t.demand(subject.is_none(), start, "a part of a session is none", format!("{subject:?} is signed in"))
}

/// What browsers would not keep: the app answers in time, and with fewer lines than it was sent.
async fn a_thousand(t: &Trial) -> Outcome {
    const MOST: usize = 110;
    let (_, base) = in_pieces(t).await?;
    let all: Vec<_> = (0..1000).map(|number| format!("{base}.{number}=x")).collect();
    let start = t.position();
    let url = t.stage().url(&t.profile().home);
    let answer = raw::send(t, "GET", &url, &[("cookie", &all.join("; "))], "").await?;
    let lines = answer.headers_named("set-cookie").len();
    t.demand(lines <= MOST, start, &format!("at most {MOST} cookies in the answer"), lines.to_string())
}
