//! Where the application shows what a token told it to show: in answers that have nothing to do with a login.

use crate::app::Settings;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard};

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

/// What stands in such a place, after more than reports keep of an answer.
pub(crate) fn at_the_end_of_much(place: &str) -> String {
    format!("{}{}", " ".repeat(100_000), shown(place))
}

/// The next answer has a header more if that is the place, and then no other.
pub(crate) async fn in_a_header(mut answer: Response) -> Response {
    if board().0 == "a header" {
        answer.headers_mut().insert("x-debug", shown("a header").parse().unwrap());
        board().0.clear();
    }
    answer
}

/// Leads over the provider with the token as a hint, and says so in the body as servers do; or to a page of its own.
pub(crate) async fn logout(State(settings): State<Arc<Settings>>) -> Response {
    let (place, token) = board().clone();
    let to = if place == "a logout" { format!("{}/end-session", settings.issuer) } else { "/".to_owned() };
    let address = format!("{to}?id_token_hint={token}&x=y");
    let body = format!("<a href=\"{}\">There</a>", address.replace('&', "&amp;"));
    (StatusCode::FOUND, [("location", address)], body).into_response()
}
