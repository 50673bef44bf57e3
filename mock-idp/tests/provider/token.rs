//! ID Tokens as an application verifies them.

use mock_idp::token::KeyName;
use mock_idp::{Client, Clock, Grace, Ids, Keys, MockIdp};
use serde_json::json;

use super::stage::{CLIENT, Stage, told, verified};

#[tokio::test]
async fn an_honest_token_verifies_and_says_who_where_and_when() {
    let provider =
        MockIdp::builder().clock(Clock::frozen(1_000_000)).ids(Ids::seeded(1)).start().await.unwrap();
    let stage = Stage::with(provider);
    let tenant = stage.tenant();

    let token = tenant.mint("alice", CLIENT, Some("n"), &[]).unwrap();

    let claims = verified(&stage, &tenant, &token).await.unwrap();
    assert_eq!(claims["iss"], tenant.issuer());
    assert_eq!(claims["sub"], "user-alice");
    assert_eq!(claims["nonce"], "n");
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(1_000_000), &json!(1_003_600)));
    assert_eq!(claims["email"], "alice@example.test");
    assert_eq!(told(&token).0, json!({"alg": "RS256", "typ": "JWT", "kid": "rsa-1"}));
}

#[tokio::test]
async fn equal_clock_and_seed_give_equal_bytes() {
    let stage = Stage::new().await;

    let mint = |slug: &str| {
        let tenant = stage.provider.new_tenant(slug, Clock::frozen(5), Ids::seeded(9));
        tenant.mint("alice", CLIENT, None, &[]).unwrap()
    };

    assert_eq!(mint("same"), mint("same"));
}

#[tokio::test]
async fn the_scope_of_the_request_decides_what_is_told() {
    let stage = Stage::alice().await;

    let answer = stage.authorize(&[("scope", "openid email")]).await.fragment();

    let (_, claims) = told(answer.first("id_token").unwrap());
    assert_eq!(claims["email"], "alice@example.test");
    assert_eq!(claims.get("name"), None);
    assert_eq!(claims["nonce"], "the-nonce");
}

#[tokio::test]
async fn after_a_rotation_a_new_key_signs_and_the_old_one_stays_only_if_told() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let before = tenant.mint("alice", CLIENT, None, &[]).unwrap();

    tenant.rotate_keys(Grace::KeepOld);
    let after = tenant.mint("alice", CLIENT, None, &[]).unwrap();
    assert_eq!(told(&after).0["kid"], "rsa-2");
    verified(&stage, &tenant, &before).await.unwrap();
    verified(&stage, &tenant, &after).await.unwrap();

    tenant.rotate_keys(Grace::DropOld);
    assert!(verified(&stage, &tenant, &after).await.is_err());
    verified(&stage, &tenant, &tenant.mint("alice", CLIENT, None, &[]).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_key_that_was_dropped_stays_away_for_two_rotations_whatever_its_kind() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    for (alg, first, second) in
        [("RS256", "rsa-1", "rsa-2"), ("ES256", "ec-p256", "ec-p256-2"), ("EdDSA", "ed25519", "ed25519-2")]
    {
        let id_token_signed_response_alg = Some(alg.to_owned());
        tenant.add_client(Client { id_token_signed_response_alg, ..Client::unregistered(CLIENT) });
        let minted = || tenant.mint("alice", CLIENT, None, &[]).unwrap();
        let before = minted();
        assert_eq!(told(&before).0["kid"], first);

        for _ in 0..2 {
            tenant.rotate_keys(Grace::DropOld);
            assert!(verified(&stage, &tenant, &before).await.is_err(), "{alg}");
            verified(&stage, &tenant, &minted()).await.unwrap();
        }
        tenant.rotate_keys(Grace::KeepOld);
        verified(&stage, &tenant, &before).await.unwrap();
        tenant.rotate_keys(Grace::KeepOld);
        verified(&stage, &tenant, &before).await.unwrap();
        assert_eq!(told(&minted()).0["kid"], second);
        tenant.reset();
    }
}

#[tokio::test]
async fn of_a_chosen_key_set_the_first_key_of_each_kind_signs() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    tenant.add_client(Client {
        id_token_signed_response_alg: Some("ES256".to_owned()),
        ..Client::unregistered(CLIENT)
    });
    let published = vec![KeyName::Rsa3, KeyName::Ec2, KeyName::Ec];

    tenant.set_keys(Keys { signing: KeyName::Rsa3, published, junk: vec![] }).unwrap();

    let token = tenant.mint("alice", CLIENT, None, &[]).unwrap();
    assert_eq!(told(&token).0["kid"], "ec-p256-2");
    verified(&stage, &tenant, &token).await.unwrap();
}

#[tokio::test]
async fn a_frozen_clock_is_honoured_and_can_be_moved() {
    let stage = Stage::new().await;
    let tenant = stage.provider.new_tenant("later", Clock::frozen(100), Ids::random());

    tenant.clock().advance(50);

    let (_, claims) = told(&tenant.mint("bob", CLIENT, None, &[]).unwrap());
    assert_eq!((&claims["iat"], &claims["auth_time"]), (&json!(150), &json!(150)));
}

#[tokio::test]
async fn minting_for_nobody_names_everybody() {
    let stage = Stage::new().await;

    let error = stage.tenant().mint("zoe", CLIENT, None, &[]).unwrap_err();

    assert!(error.to_string().contains("alice"), "{error}");
}
