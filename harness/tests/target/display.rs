//! Where the application shows what a token told it to show: in answers that have nothing to do with a login.

use axum::response::Response;
use serde_json::Value;
use std::sync::{Mutex, MutexGuard};

/// Where, and what.
static SHOWN: Mutex<(String, String)> = Mutex::new((String::new(), String::new()));

fn board() -> MutexGuard<'static, (String, String)> {
    SHOWN.lock().unwrap()
}

/// From now on this stands where the token says.
pub(crate) fn show(claims: &Value, text: &str) {
    *board() = (claims["where"].as_str().unwrap_or_default().to_owned(), text.to_owned());
}

/// What stands in such a place.
pub(crate) fn shown(place: &str) -> String {
    let board = board();
    if board.0 == place { format!("[{}]", board.1) } else { "nothing".to_owned() }
}

/// The next answer has a header more if that is the place, and then no other.
pub(crate) async fn in_a_header(mut answer: Response) -> Response {
    if board().0 == "a header" {
        answer.headers_mut().insert("x-debug", shown("a header").parse().unwrap());
        board().0.clear();
    }
    answer
}
