#!/usr/bin/env python3
"""What it costs to build mock-idp for one's tests: a clean debug build of a crate with the library, without its command
line, as its only dependency, beside one of a crate with axum, tokio and jsonwebtoken only, in processor time (user and
system) of cargo and all it starts.

    mock-idp/benches/build.py

Both use the versions of the workspace's Cargo.lock, which have to be downloaded already, and build into a temporary folder.
"""

import os
import pathlib
import resource
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BARE = """\
axum = "0.8"
jsonwebtoken = { version = "11", default-features = false, features = ["aws_lc_rs"] }
tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
"""
OURS = f'rpcheck-mock-idp = {{ path = "{ROOT}/mock-idp", default-features = false }}\n'
MANIFEST = """\
[package]
name = "an-app"
version = "0.0.0"
edition = "2024"

[workspace]

[dev-dependencies]
"""


def cost(folder, dependencies):
    """Seconds of processor time for the tests of a crate with these dependencies."""
    (folder / "src").mkdir(parents=True)
    (folder / "src/lib.rs").touch()
    (folder / "Cargo.toml").write_text(MANIFEST + dependencies)
    shutil.copy(ROOT / "Cargo.lock", folder / "Cargo.lock")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    build = ["cargo", "test", "--no-run", "--offline", "--quiet"]
    subprocess.run(build, cwd=folder, check=True, env=os.environ | {"CARGO_TARGET_DIR": str(folder / "target")})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


with tempfile.TemporaryDirectory() as temporary:
    place = pathlib.Path(temporary)
    bare = cost(place / "bare", BARE)
    ours = cost(place / "ours", OURS)
    print(f"axum, tokio, jsonwebtoken: {bare:.0f} s; mock-idp: {ours:.0f} s = {ours / bare:.2f} x (target 1.5 x)")
