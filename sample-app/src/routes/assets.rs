//! Style, scripts and icon, out of the binary.

use std::future::{Ready, ready};
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, header};
use axum::routing::get;

use crate::app::App;

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/assets/app.css", get(asset(STYLE, include_str!("../../assets/app.css"))))
        .route("/assets/app.js", get(asset(SCRIPT, include_str!("../../assets/app.js"))))
        .route("/assets/api.js", get(asset(SCRIPT, include_str!("../../assets/api.js"))))
        .route("/assets/leaving.js", get(asset(SCRIPT, include_str!("../../assets/leaving.js"))))
        .route("/assets/note.js", get(asset(SCRIPT, include_str!("../../assets/note.js"))))
        .route("/assets/notices.js", get(asset(SCRIPT, include_str!("../../assets/notices.js"))))
        .route("/assets/tabs.js", get(asset(SCRIPT, include_str!("../../assets/tabs.js"))))
        .route("/assets/icon.svg", get(asset("image/svg+xml", include_str!("../../assets/icon.svg"))))
}

type Asset = ([(HeaderName, &'static str); 2], &'static str);

/// The names are the same in every version, so a browser asks each time.
fn asset(content_type: &'static str, text: &'static str) -> impl Fn() -> Ready<Asset> + Clone {
    move || ready(([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")], text))
}
