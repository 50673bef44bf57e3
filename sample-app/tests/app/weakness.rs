//! An app with one check left out is still an app: honest logins succeed.

use sample_app::Weakness;

use super::world::World;

#[tokio::test]
async fn an_honest_login_succeeds_under_every_weakness() {
    for weakness in Weakness::ALL {
        let mut world = World::weak(*weakness).await;

        let answer = world.log_in().await;

        let expected = if weakness.name() == "see-other" { 307 } else { 303 };
        assert_eq!(answer.status, expected, "{weakness:?}: {}", answer.body);
        assert_eq!(world.subject().await.as_deref(), Some("alice"), "{weakness:?}");
    }
}
