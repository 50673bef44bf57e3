//! Logging out here and at the provider, in both forms.

use mock_idp::Client;

use super::place::{Place, assert_signed_in};

/// Lets the provider lead back to the app.
fn leads_back(client: &mut Client) {
    let home = client.redirect_uris[0].trim_end_matches("/callback").to_owned();
    client.post_logout_redirect_uris = vec![home];
}

#[tokio::test]
async fn who_logs_out_is_logged_out_at_the_provider_and_back_home_in_either_form() {
    for (form, path) in [("standard", "/t/flows/end-session"), ("auth0", "/t/flows/v2/logout")] {
        let mut place = Place::with(&[("LOGOUT_FORM", form)], leads_back).await;
        assert_signed_in(&place.log_in().await, form);

        let page = place.visit("/logout").await;

        assert_eq!((page.status, page.url.path()), (200, "/"), "{form}: {}", page.text);
        assert!(page.text.contains("browsing anonymously"), "{form}: {}", page.text);
        let hops: Vec<_> = page.hops.iter().map(|hop| hop.url.path()).collect();
        assert!(hops.contains(&path), "{form}: {hops:?}");
    }
}
