//! A request as a line for a shell.

use std::fmt::Write as _;

use super::exchange::Request;

/// Headers that curl writes itself, or that mean nothing in another connection.
const LEFT_OUT: &[&str] = &["host", "content-length", "connection", "accept-encoding", "transfer-encoding"];

impl Request {
    /// The request as a `curl` line that can be pasted into a POSIX shell.
    pub fn curl(&self) -> String {
        let mut line = String::from("curl -i");
        match self.method.as_str() {
            "GET" => {}
            // With -X, curl would wait for a body that is announced and never comes.
            "HEAD" => line.push_str(" --head"),
            other => {
                let _ = write!(line, " -X {}", quoted(other));
            }
        }
        if self.url.contains(['[', ']', '{', '}']) {
            // Or they would stand for several URLs.
            line.push_str(" --globoff");
        }
        for (name, value) in &self.headers {
            if !LEFT_OUT.contains(&name.to_ascii_lowercase().as_str()) {
                // A header that is empty has a semicolon; with a colon it would be left out.
                let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
                let _ = write!(line, " -H {}", quoted(&header));
            }
        }
        if !self.body.is_empty() {
            let _ = write!(line, " --data-raw {}", quoted(&self.body));
        }
        let _ = write!(line, " {}", quoted(&self.url));
        line
    }
}

/// Nothing means anything between single quotes but the quote itself.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_curl_takes_for_something_else_is_written_so_that_it_does_not() {
        let request = Request {
            method: "HEAD".into(),
            url: "http://x/authorize?claims={}".into(),
            headers: vec![("x-empty".into(), String::new())],
            body: String::new(),
        };

        assert_eq!(request.curl(), "curl -i --head --globoff -H 'x-empty;' 'http://x/authorize?claims={}'");
    }

    #[test]
    fn a_hostile_request_stays_text_in_the_shell() {
        let request = Request {
            method: "POST".into(),
            url: "http://x/token?a='b".into(),
            headers: vec![("Host".into(), "x".into()), ("x-y".into(), "$(rm)".into())],
            body: "a=`id`&b='; rm -r /".into(),
        };

        assert_eq!(
            request.curl(),
            r"curl -i -X 'POST' -H 'x-y: $(rm)' --data-raw 'a=`id`&b='\''; rm -r /' 'http://x/token?a='\''b'"
        );
    }
}
