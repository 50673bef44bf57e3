//! Where to go after the login: a path of this app, or the home page.

use percent_encoding::percent_decode_str;
use url::Url;

/// Long enough for every path of the app. What does not fit its cookie once it is escaped is left out there.
const MAX_LENGTH: usize = 1024;
/// Places that would start, break or end a login instead of returning from it.
pub(crate) const NOT_A_PLACE: [&str; 4] = ["/login", "/callback", "/logout", "/backchannel-logout"];
/// Deeper escaping than this is not a path anyone typed.
const MAX_ESCAPES: usize = 4;

/// The local path that `wanted` means, or `/`.
pub(crate) fn local(wanted: &str, base: &Url) -> String {
    resolve(wanted, base).unwrap_or_else(|| "/".to_owned())
}

/// The path within this app that an absolute `target_link_uri` (OIDC Core 4) leads to; anything else as it is.
pub(crate) fn within<'a>(target: &'a str, base: &Url) -> &'a str {
    let origin = base.origin().ascii_serialization();
    target.strip_prefix(origin.as_str()).filter(|path| path.starts_with('/')).unwrap_or(target)
}

fn resolve(wanted: &str, base: &Url) -> Option<String> {
    if wanted.len() > MAX_LENGTH || !is_plain(wanted) {
        return None;
    }
    let url = base.join(wanted).ok()?;
    if url.origin() != base.origin() || !url.username().is_empty() || !is_plain(url.path()) {
        return None;
    }
    let path = url.path().trim_end_matches('/');
    if NOT_A_PLACE.contains(&path) {
        return None;
    }
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let fragment = url.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
    Some(format!("{}{query}{fragment}", url.path()))
}

/// Exactly one slash in front, no backslash and no control character, however often it is escaped.
fn is_plain(path: &str) -> bool {
    let mut text = path.to_owned();
    for _ in 0..MAX_ESCAPES {
        let rest = text.strip_prefix('/');
        let one_slash = rest.is_some_and(|rest| !rest.starts_with(['/', '\\']));
        if !one_slash || text.chars().any(|c| c == '\\' || c.is_control()) {
            return false;
        }
        let Ok(decoded) = percent_decode_str(&text).decode_utf8() else { return false };
        if decoded == text {
            return true;
        }
        text = decoded.into_owned();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(wanted: &str) -> String {
        local(wanted, &Url::parse("http://localhost:3000").unwrap())
    }

    #[test]
    fn a_local_path_is_kept_with_query_and_fragment() {
        for path in ["/", "/profile", "/a/b?x=1#frag", "/a%20b?u=https://x.example/", "/login-help", "/a//b"]
        {
            assert_eq!(to(path), path);
        }
    }

    #[test]
    fn everything_that_could_leave_the_app_becomes_the_home_page() {
        let table = [
            "",
            "profile",
            "https://evil.example/",
            "//evil.example",
            "///evil.example",
            "////",
            "/\\evil.example",
            "\\\\evil.example",
            "/\\/evil.example",
            "/%5cevil.example",
            "/%2f/evil.example",
            "/%2Fevil.example",
            "/%255cevil.example",
            "/%25252fevil.example",
            "/%09/evil.example",
            "/\t/evil.example",
            "/\n/evil",
            " //evil.example",
            "\0/",
            "/a\0",
            "/%00",
            "/a%0d%0aSet-Cookie:x=1",
            "/.//evil.example",
            "/a/..//evil.example",
            "/%2e//evil.example",
            "http://localhost:3000@evil.example",
            "http://localhost:3000/",
            "http://localhost:3001/",
            "https://localhost:3000/",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "\u{1}javascript:alert(1)",
            "/%ff",
        ];
        for wanted in table {
            assert_eq!(to(wanted), "/", "{wanted:?}");
        }
        assert_eq!(to(&format!("/{}", "a".repeat(5000))), "/");
    }

    #[test]
    fn the_pages_of_the_login_itself_are_no_place_to_return_to() {
        for wanted in
            ["/login", "/logout", "/callback", "/logout?x=1", "/a/../logout", "/logout/", "/login#x"]
        {
            assert_eq!(to(wanted), "/", "{wanted}");
        }
    }
}
