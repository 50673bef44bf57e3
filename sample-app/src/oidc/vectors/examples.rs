//! The examples of RFC 7515, RFC 7520 and RFC 8037: tokens as they stand there, with their keys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::algorithm::scheme;
use super::super::keys::verify;
use super::super::token::{STRICT, Token, header_rules};
use super::key;
use crate::config::IdTokenAlg;
use crate::rule::check;

/// One example.
struct Example {
    /// Where it stands.
    place: &'static str,
    alg: IdTokenAlg,
    /// The published key, or null for a MAC.
    published: &'static str,
    /// The secret of a MAC, as base64url.
    secret: &'static str,
    /// Header, payload and signature.
    signed: [&'static str; 3],
}

/// RFC 7515 A.1 to A.5: `{"iss":"joe", …}`.
const JOE: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// RFC 7520 4: "It's a dangerous business, Frodo, going out your door. …"
const FRODO: &str = "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9h\
             ZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";

const EXAMPLES: [Example; 6] = [
    Example {
        place: "RFC 7515 A.1",
        alg: IdTokenAlg::Hs256,
        published: "null",
        secret: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        signed: [
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
            JOE,
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ],
    },
    Example {
        place: "RFC 7515 A.2",
        alg: IdTokenAlg::Rs256,
        published: "{ \"kty\": \"RSA\", \"e\": \"AQAB\", \"n\": \"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26m\
             PddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb\
             _7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh\
             9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\" }",
        secret: "",
        signed: [
            "eyJhbGciOiJSUzI1NiJ9",
            JOE,
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb\
             F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_d\
             O--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_I\
                 oypGlUPQGe77Rw",
        ],
    },
    Example {
        place: "RFC 7515 A.3",
        alg: IdTokenAlg::Es256,
        published: "{ \"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\", \"y\"\
            : \"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
        secret: "",
        signed: [
            "eyJhbGciOiJFUzI1NiJ9",
            JOE,
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ],
    },
    Example {
        place: "RFC 7520 4.1",
        alg: IdTokenAlg::Rs256,
        published: "{ \"kty\": \"RSA\", \"use\": \"sig\", \"kid\": \"bilbo.baggins@hobbiton.example\", \"e\": \"AQAB\"\
            , \"n\": \"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_A\
             JmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1\
             E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq\
             _mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw\" }",
        secret: "",
        signed: [
            "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9",
            FRODO,
            "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB\
             -BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0e\
             PPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kD\
                 quDg",
        ],
    },
    Example {
        place: "RFC 7520 4.4",
        alg: IdTokenAlg::Hs256,
        published: "null",
        secret: "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
        signed: [
            "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9",
            FRODO,
            "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0",
        ],
    },
    Example {
        place: "RFC 8037 A.4",
        alg: IdTokenAlg::EdDsa,
        published: "{ \"kty\": \"OKP\", \"crv\": \"Ed25519\", \"x\": \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
        secret: "",
        signed: [
            "eyJhbGciOiJFZERTQSJ9",
            "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        ],
    },
];

/// What the app says of a token that is to be of this algorithm: nothing, or the reason for its refusal.
fn said(example: &Example, alg: IdTokenAlg, token: &str) -> Option<&'static str> {
    let verified = || {
        let token = Token::parse(token, STRICT)?;
        check(&header_rules(), &token.header, alg.name())?;
        let secret = URL_SAFE_NO_PAD.decode(example.secret).unwrap();
        let published = serde_json::from_str(example.published).unwrap();
        let keys: Vec<_> = key(alg, &published, &secret).into_iter().collect();
        verify(&token, &keys, scheme(alg).algorithm)
    };
    verified().err().map(|refusal| refusal.reason)
}

#[test]
fn the_examples_of_the_specifications_verify_for_their_own_algorithm_and_no_other() {
    for example in EXAMPLES {
        for alg in IdTokenAlg::ALL {
            let expected = (alg != example.alg).then_some("alg-pinning");
            assert_eq!(
                said(&example, alg, &example.signed.join(".")),
                expected,
                "{} as {alg:?}",
                example.place
            );
        }
    }
}

#[test]
fn no_character_of_an_example_can_be_another_one() {
    for example in EXAMPLES {
        let text = example.signed.join(".");
        for at in 0..text.len() {
            let old = text.as_bytes()[at];
            for new in [b'A', b'_', b'.', b'=', b' '].into_iter().filter(|new| *new != old) {
                let mut token = text.clone().into_bytes();
                token[at] = new;
                let token = String::from_utf8(token).unwrap();
                let reason = said(&example, example.alg, &token);
                assert!(reason.is_some(), "{}, octet {at} is {:?}", example.place, char::from(new));
            }
        }
    }
}

#[test]
fn an_example_that_is_not_signed_is_refused_for_every_algorithm() {
    let unsigned = format!("eyJhbGciOiJub25lIn0.{JOE}.");
    for example in EXAMPLES {
        let [header, payload, _] = example.signed;
        let without = format!("{header}.{payload}.");
        assert_eq!(said(&example, example.alg, &without), Some("signature-check"), "{}", example.place);
        // RFC 7515 A.5.
        assert_eq!(said(&example, example.alg, &unsigned), Some("alg-pinning"), "{}", example.place);
    }
}
