//! Real clients log in at the provider, each with its own validation: npm's openid-client and
//! express-openid-connect, PyPI's Authlib. The drivers in `tests/interop` play client and browser.

#[path = "interop/drivers.rs"]
mod drivers;

use std::process::ExitCode;
use std::sync::Arc;

use drivers::{Driver, Found};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use mock_idp::{MockIdp, StartError};
use tokio::runtime::Runtime;

const OPENID_CLIENT: Driver = Driver {
    program: "node",
    script: "openid-client.mjs",
    cases: &[
        "id_token_form_post",
        "code_with_pkce_and_userinfo",
        "code_of_a_public_client",
        "a_state_with_plus_and_percent_comes_back_as_it_was",
        "refresh_rotates",
        "hybrid_with_detached_signature",
        "pushed_authorization_request",
        "signed_request_object",
        "device_flow",
        "introspection_and_revocation",
        "dynamic_registration",
        "client_credentials",
        "end_session",
        "every_client_authentication",
        "every_id_token_algorithm",
        "signed_userinfo",
    ],
};
const EXPRESS_OPENID_CONNECT: Driver = Driver {
    program: "node",
    script: "express-openid-connect.mjs",
    cases: &[
        "id_token_by_form_post",
        "code_with_a_secret",
        "hybrid_by_form_post",
        "pushed_authorization_request",
        "back_channel_logout",
    ],
};
const AUTHLIB: Driver =
    Driver { program: "python", script: "authlib_peer.py", cases: &["code_with_pkce", "id_token_form_post"] };

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let found = Arc::new(Found::default());
    let mut tests = Vec::new();
    for driver in [OPENID_CLIENT, EXPRESS_OPENID_CONNECT, AUTHLIB] {
        for case in driver.cases {
            let found = Arc::clone(&found);
            let name = format!("{}::{case}", driver.script.split('.').next().unwrap_or_default());
            tests.push(Trial::ignorable_test(name, move || run(driver, case, &found)));
        }
    }
    libtest_mimic::run(&arguments, tests).exit_code()
}

fn run(driver: Driver, case: &str, found: &Found) -> Result<Completion, Failed> {
    let folder = match found.of(driver) {
        Ok(folder) => folder,
        Err(why) if is_required(driver.program) => {
            return Err(format!("RPCHECK_REQUIRE asks for {}: {why}", driver.program).into());
        }
        Err(why) => return Ok(Completion::ignored_with(format!("not run: {why}"))),
    };
    let runtime = Runtime::new()?;
    let provider = runtime.block_on(provider())?;
    let control = provider.control_url().unwrap_or_default();
    runtime.block_on(driver.drive(&folder, case, provider.base_url(), control))?;
    Ok(Completion::Completed)
}

async fn provider() -> Result<MockIdp, StartError> {
    MockIdp::builder().control(([127, 0, 0, 1], 0).into()).start().await
}

fn is_required(program: &str) -> bool {
    let list = std::env::var("RPCHECK_REQUIRE").unwrap_or_default();
    list.split(',').any(|name| name.trim() == program)
}
