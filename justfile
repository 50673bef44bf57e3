# The few things one does here. Each is one plain command; `just` alone lists them.

target := "fixtures/targets/express-openid-connect"

_list:
    @just --list --unsorted

# Check the bundled sample application: `just run`, or `just run id-token`
run *ARGS:
    cargo run --release -- run {{ ARGS }}

# Everything that `cargo test` runs, browser included if Chromium is there
test *ARGS:
    cargo test {{ ARGS }}

# All that a change must pass before it lands
check:
    .ci/run

# The story in a real Chromium only
browser *ARGS:
    cargo test -p rpcheck --test browser {{ ARGS }}

# Check an external application: `just target`, or `just target path/to/profile.toml`
target PROFILE=(target / "profile.toml") *ARGS:
    cargo run --release -- run --target {{ PROFILE }} {{ ARGS }}

# Each weakness of the sample against the whole catalogue
matrix:
    RPCHECK_MATRIX=full cargo test --release -p rpcheck --test weaknesses

# The whole catalogue with both agents, which have to agree: half an hour on two cores
agents:
    RPCHECK_AGENTS=full cargo test --release -p rpcheck --test browser

# What is too slow or too seldom there for every day: Chromium's real two minutes, and Firefox (firefox-esr, geckodriver)
nightly:
    RPCHECK_NIGHTLY=1 RPCHECK_REQUIRE=chromium,firefox cargo test -p rpcheck-harness --test agent calibration

# How the time of a run grows with the number of scenarios
growth:
    cargo build --release
    for of in 8 4 2 1; do target/release/rpcheck run --shard 1/$of --report target/growth | grep planned: ; done

# Look at changed snapshots one by one and accept or reject them
review:
    cargo insta review
