//! Style, script and icon, out of the binary.

use std::future::{Ready, ready};
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, header};
use axum::routing::get;

use crate::app::App;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/assets/app.css", get(asset("text/css; charset=utf-8", include_str!("../../assets/app.css"))))
        .route(
            "/assets/app.js",
            get(asset("text/javascript; charset=utf-8", include_str!("../../assets/app.js"))),
        )
        .route("/assets/icon.svg", get(asset("image/svg+xml", include_str!("../../assets/icon.svg"))))
}

type Asset = ([(HeaderName, &'static str); 2], &'static str);

/// The names are the same in every version, so a browser asks each time.
fn asset(content_type: &'static str, text: &'static str) -> impl Fn() -> Ready<Asset> + Clone {
    move || ready(([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")], text))
}
