//! Issuers, clocks and seeds from settings, and settings that change while a provider runs.

use mock_idp::{MockIdp, Settings};

use super::stage::{Stage, request, told};

fn settings(text: &str) -> Settings {
    let settings: Settings = toml::from_str(text).unwrap();
    settings.check().unwrap();
    settings
}

async fn stage(text: &str) -> Stage {
    Stage::with(MockIdp::builder().settings(settings(text)).start().await.unwrap())
}

const TWO: &str = r#"
policy = "alice"

[tenant.staff]
policy = "zoe"
now = 1767225600
seed = 7
id_token_lifetime = 60
[[tenant.staff.client]]
client_id = "intranet"
[[tenant.staff.user]]
username = "zoe"
password = "zoe"
sub = "user-zoe"
"#;

#[tokio::test]
async fn a_tenant_of_the_settings_is_there_from_the_start_with_all_its_own() {
    let stage = stage(TWO).await;
    let issuer = format!("{}/t/staff", stage.provider.base_url());

    let got = stage.get(&request(&issuer, &[("response_mode", "form_post")])).await;

    let (_, claims) = told(got.fields().first("id_token").unwrap());
    assert_eq!(claims["iss"], issuer);
    assert_eq!(claims["sub"], "user-zoe");
    assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), (Some(1_767_225_600), Some(1_767_225_660)));
    let (_, claims) = told(stage.fields().await.first("id_token").unwrap());
    assert_eq!(claims["sub"], "user-alice");
}

#[tokio::test]
async fn a_seed_and_a_time_make_two_providers_tell_the_same() {
    let claims = async |text: &str| {
        let (_, mut claims) = told(stage(text).await.fields().await.first("id_token").unwrap());
        // The one thing that is different: where it listens.
        claims.as_object_mut().unwrap().remove("iss").unwrap();
        claims
    };
    let text = "policy = \"alice\"\nseed = 7\nnow = 1767225600";

    let told = claims(text).await;

    assert_eq!(told, claims(text).await);
    assert_ne!(told, claims(&text.replace("seed = 7", "seed = 8")).await);
}

#[tokio::test]
async fn a_reload_changes_people_and_policy_and_keeps_what_runs() {
    let stage = stage(TWO).await;
    let before = stage.fields().await;
    let (before, _) = told(before.first("id_token").unwrap());
    stage.tenant().rotate_keys(mock_idp::Grace::DropOld);

    let new = "policy = \"new\"\n[[user]]\nusername = \"new\"\npassword = \"n\"\nsub = \"user-new\"\n\
               [tenant.other]\npolicy = \"ask\"";
    stage.provider.reload(&settings(new));

    let (header, claims) = told(stage.fields().await.first("id_token").unwrap());
    assert_eq!(claims["sub"], "user-new");
    assert_ne!(header["kid"], before["kid"], "the rotation was undone");
    let base = stage.provider.base_url();
    assert_eq!(
        stage.get(&format!("{base}/t/staff/healthz")).await.status,
        404,
        "a tenant that is gone is removed"
    );
    assert_eq!(stage.get(&format!("{base}/t/other/healthz")).await.status, 200, "a new one is made");
    stage.tenant().reset();
    assert!(
        stage.tenant().users().iter().any(|user| user.username == "new"),
        "a reset goes back to the file"
    );
}

#[tokio::test]
async fn consent_and_pause_are_settings_of_each_issuer_and_are_read_again() {
    let stage = stage("pause = true\n[tenant.asking]\nconsent = true\npause = false").await;
    let manners = || {
        let tenants = [stage.provider.tenant_of("asking").unwrap(), stage.tenant()];
        tenants.map(|tenant| tenant.manner()).map(|manner| (manner.consent, manner.pause))
    };
    assert_eq!(manners(), [(true, false), (false, true)]);

    stage.tenant().set_pause(false);
    stage.tenant().reset();
    assert_eq!(manners(), [(true, false), (false, true)], "a reset goes back to the file");

    stage.provider.reload(&settings("consent = true\n[tenant.asking]"));
    assert_eq!(manners(), [(true, false), (true, false)]);
}

#[tokio::test]
async fn a_tenant_that_was_made_by_hand_outlives_a_reload() {
    let stage = stage("").await;
    let made = stage.provider.new_tenant("mine", mock_idp::Clock::system(), mock_idp::Ids::random());

    stage.provider.reload(&settings("policy = \"bob\""));

    assert_eq!(stage.get(&format!("{}/healthz", made.issuer())).await.status, 200);
}

#[test]
fn what_needs_a_restart_is_known() {
    let (old, new) = (settings(""), settings("listen = \"127.0.0.1:9002\"\npolicy = \"bob\"\nseed = 1"));

    assert_eq!(old.needs_restart(&new), ["listen", "seed"]);
}
