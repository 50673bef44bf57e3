//! Hashes of what really came with an ID Token, made in another way than its algorithm says.

use crate::flows::{HYBRID, IMPLICIT};
use crate::params::with;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::trial::FORGED;
use harness::{Outcome, Scenario, Trial};
use mock_idp::fault::ID_TOKEN;
use mock_idp::token::{half_hash, whole_hash};

pub(crate) const SCENARIOS: &[Scenario] = &[OTHER_HASH, OTHER_PART_OF_TOKEN, OTHER_PART_OF_CODE];

const OTHER_HASH: Scenario = Scenario::must("hashes/at-hash-by-another-hash")
    .clause("OIDC Core 3.1.3.6, 3.2.2.9")
    .why("the token's own algorithm says by which hash at_hash is made: another one vouches for nothing")
    .covers(&["HASH-03"])
    .variant(IMPLICIT)
    .run(|t| Box::pin(other_hash(t)));

async fn other_hash(t: &mut Trial) -> Outcome {
    for (label, alg) in [("SHA-512", "RS512"), ("SHA-384", "RS384")] {
        let outcome = vouched_for(t, ACCESS_TOKEN, |token| half_hash(alg, token)).await;
        t.input(label, outcome);
    }
    Ok(())
}

const OTHER_PART_OF_TOKEN: Scenario = Scenario::must("hashes/at-hash-of-another-part")
    .clause("OIDC Core 3.2.2.9")
    .why("at_hash is the left half of the hash: whoever looks for it anywhere in the hash takes what nobody has to send")
    .covers(&["HASH-02"])
    .variant(IMPLICIT)
    .run(|t| Box::pin(other_part(t, ACCESS_TOKEN)));

const OTHER_PART_OF_CODE: Scenario = Scenario::must("hashes/c-hash-of-another-part")
    .clause("OIDC Core 3.3.2.10")
    .why("c_hash is the left half of the hash: whoever looks for it anywhere in the hash takes what nobody has to send")
    .covers(&["HASH-05"])
    .variant(HYBRID)
    .run(|t| Box::pin(other_part(t, CODE)));

async fn other_part(t: &mut Trial, of: Vouched) -> Outcome {
    let outcome = vouched_for(t, of, |text| URL_SAFE_NO_PAD.encode(whole_hash(ALG, text))).await;
    t.input("the whole hash", outcome);
    let right = |text: &str| {
        let hash = whole_hash(ALG, text);
        URL_SAFE_NO_PAD.encode(&hash[hash.len() / 2..])
    };
    let outcome = vouched_for(t, of, right).await;
    t.input("the right half", outcome);
    Ok(())
}

/// What an ID Token vouches for: the parameter of the answer, and the claim.
type Vouched = (&'static str, &'static str);

const ACCESS_TOKEN: Vouched = ("access_token", "at_hash");
const CODE: Vouched = ("code", "c_hash");
const ALG: &str = "RS256";

/// One login whose token has this for a hash of what came with it.
async fn vouched_for(t: &Trial, (parameter, claim): Vouched, hash: impl Fn(&str) -> String) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let hash = ID_TOKEN.set(claim, hash(&pending.answer(parameter)));
    let token = t.mint(FORGED, Some(&pending.asked("nonce")), &[hash])?;
    agent.deliver(&with(&pending.form.fields, "id_token", &token)).await?.refused()
}
