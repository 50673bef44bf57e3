//! An app of one's own behind the login: `cargo run -p rpcheck-sample-app --example own_app`, with the same settings
//! as the sample app.

use axum::Router;
use axum::routing::get;
use sample_app::{Ambient, Login, MaybeUser, RequireUser, Settings};

/// The pages: one for everybody, one for people who are signed in.
pub(crate) fn pages() -> Router {
    Router::new().route("/", get(home)).route("/mail", get(mail))
}

async fn home(MaybeUser(user): MaybeUser) -> String {
    user.map_or("Hello, whoever you are".to_owned(), |user| format!("Hello, {}", user.name()))
}

async fn mail(RequireUser(user): RequireUser) -> String {
    format!("Mail for {}", user.text("email").unwrap_or("nobody"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::from_env()?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", settings.port)).await?;
    let login = Login::new(settings, Ambient::system())?;
    Ok(axum::serve(listener, login.protect(pages())).await?)
}
