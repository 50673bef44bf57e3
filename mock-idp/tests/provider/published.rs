//! Metadata and key set are kept as they were written last: whatever they tell of must show at once.

use mock_idp::fault::{DISCOVERY, JWKS};
use mock_idp::token::{Junk, KeyName};
use mock_idp::{AuthMethod, Client, Grace, Keys, MockIdp, Offer, Rules, Settings, Tenant};

use super::stage::Stage;

const METADATA: &str = "/.well-known/openid-configuration";

type Change = fn(&Tenant);

const CHANGES: &[(&str, &str, Change)] = &[
    ("a rotation", "/jwks", |tenant| tenant.rotate_keys(Grace::KeepOld)),
    ("a rotation without grace", "/jwks", |tenant| tenant.rotate_keys(Grace::DropOld)),
    ("a key for encryption", "/jwks", |tenant| {
        publish(tenant, vec![KeyName::Rsa2, KeyName::Encryption], vec![]);
    }),
    ("junk", "/jwks", |tenant| publish(tenant, vec![KeyName::Rsa2], vec![Junk::UnknownKty])),
    ("other junk", "/jwks", |tenant| publish(tenant, vec![KeyName::Rsa2], vec![Junk::NoKid])),
    ("a client with an algorithm of its own", "/jwks", |tenant| tenant.add_client(with_alg("PS256"))),
    ("the same client with another", "/jwks", |tenant| tenant.add_client(with_alg("RS512"))),
    ("rules", METADATA, |tenant| tenant.set_rules(Rules::Strict)),
    ("the issuer parameter", METADATA, |tenant| tenant.set_issuer_parameter(true)),
    ("an offer", METADATA, |tenant| offer(tenant, |offer| offer.claims_parameter = false)),
    ("another offer", METADATA, |tenant| {
        offer(tenant, |offer| offer.auth_methods = vec![AuthMethod::ClientSecretPost]);
    }),
];

fn publish(tenant: &Tenant, published: Vec<KeyName>, junk: Vec<Junk>) {
    tenant.set_keys(Keys { signing: KeyName::Rsa2, published, junk }).unwrap();
}

fn with_alg(alg: &str) -> Client {
    Client { id_token_signed_response_alg: Some(alg.to_owned()), ..Client::unregistered("picky") }
}

fn offer(tenant: &Tenant, change: fn(&mut Offer)) {
    let mut offer = tenant.offer();
    change(&mut offer);
    tenant.set_offer(offer).unwrap();
}

#[tokio::test]
async fn what_changes_an_issuer_shows_in_the_next_document() {
    // With a token registration is open under all rules, so that they alone make the difference.
    let settings = Settings { registration_token: Some("let-me-in".into()), ..Settings::default() };
    let stage = Stage::with(MockIdp::builder().settings(settings).start().await.unwrap());
    let tenant = stage.tenant();
    for (what, path, change) in CHANGES {
        let url = format!("{}{path}", tenant.issuer());
        let before = (stage.get(&url).await.body, stage.get(&url).await.body);

        change(&tenant);

        let after = (stage.get(&url).await.body, stage.get(&url).await.body);
        assert!(before.0 == before.1 && after.0 == after.1, "{what}");
        assert_ne!(before.0, after.0, "{what}");
    }
}

#[tokio::test]
async fn a_lie_about_a_document_shows_at_once_and_is_forgotten_when_it_is_disarmed() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    for (path, lie) in
        [(METADATA, DISCOVERY.set("issuer", "http://a-lie")), ("/jwks", JWKS.set("keys", "a-lie"))]
    {
        let url = format!("{}{path}", tenant.issuer());
        let honest = stage.get(&url).await.body;

        let guard = tenant.arm(vec![lie]).unwrap();
        let told = stage.get(&url).await.body;
        drop(guard);

        assert!(told.contains("a-lie") && !honest.contains("a-lie"), "{path}: {told}");
        assert_eq!(stage.get(&url).await.body, honest, "{path}");
    }
}

#[tokio::test]
async fn the_trace_has_the_document_that_was_sent_then() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let url = format!("{}/jwks", tenant.issuer());

    let first = stage.get(&url).await.body;
    tenant.rotate_keys(Grace::DropOld);
    let second = stage.get(&url).await.body;

    let bodies: Vec<String> =
        tenant.trace().snapshot().into_iter().filter_map(|exchange| Some(exchange.response?.body)).collect();
    assert_eq!(bodies, [first, second]);
}
