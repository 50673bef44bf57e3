#!/usr/bin/env python3
"""What the release binary costs as a process: start, memory and CPU, with mock-idp as its provider.

    cargo build --release
    sample-app/benches/program.py [path/to/sample-app] [path/to/mock-idp] [--logins 50000]

The app runs on one core, provider and client on another. Prints the first table of docs/speed.md.
Needs Linux and Python 3; nothing here asserts a time.
"""

import argparse
import html
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "mock-idp/benches"))
from process import AT_ONCE, Provider, many, row  # noqa: E402


class App(Provider):
    """The binary with a login at this issuer, pinned to a core if one is given."""

    def __init__(self, binary, issuer, core):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        settings = {
            "ISSUER_BASE_URL": issuer,
            "CLIENT_ID": "app",
            "BASE_URL": f"http://localhost:{port}",
            "SECRET": "a-secret-of-more-than-32-bytes-for-speed",
            "PORT": port,
            "RUST_LOG": "error",
        }
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [*(["taskset", "-c", str(core)] if core is not None else []), binary],
            env={"PATH": os.environ["PATH"], **settings},
            stdout=subprocess.PIPE,
            cwd="/",
        )
        assert self.process.stdout.readline().startswith(b"sample-app is ready")
        self.address = ("127.0.0.1", port)
        self.lines = []

    def logins(self, provider, count):
        """So many people log in at once, each in a browser of their own."""
        begun = self.ask_all([("GET", "/login", "")] * count)
        pages = provider.ask_all([("GET", path(header(answer, "location")), "") for answer in begun])
        forms = [("POST", "/callback", form(page), f"cookie: {cookie(answer)}\r\n") for page, answer in zip(pages, begun)]
        for answer in self.ask_all(forms):
            assert "appSession=" in answer, answer


def header(answer, name):
    return re.search(rf"^{name}: (.*?)\r?$", answer, re.M)[1]


def cookie(answer):
    return header(answer, "set-cookie").split(";")[0]


def path(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.path}?{parts.query}"


def form(page):
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', page)
    return urllib.parse.urlencode([(name, html.unescape(value)) for name, value in fields])


def ready(binary, issuer):
    """Milliseconds from the start of the process to the first answer."""
    app = App(binary, issuer, None)
    answer = app.ask("GET", "/healthz")
    took = (time.perf_counter() - app.started) * 1e3
    assert answer.endswith("ok"), answer
    app.stop()
    return took


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", nargs="?", default="target/release/sample-app")
    parser.add_argument("provider", nargs="?", default="target/release/mock-idp")
    parser.add_argument("--logins", type=int, default=50_000)
    options = parser.parse_args()
    binary, cores = os.path.abspath(options.binary), sorted(os.sched_getaffinity(0))

    print("| what | measured | target |\n| --- | --: | --: |")
    provider = Provider(options.provider, cores[0])
    issuer = "http://" + ":".join(provider.address)
    times = [ready(binary, issuer) for _ in range(9)]
    row("first answer, from process start, median of nine", f"{statistics.median(times):.1f} ms", "under 20 ms")

    os.sched_setaffinity(0, {cores[0]})
    app = App(binary, issuer, cores[-1])
    app.ask("GET", "/healthz")
    row("resident at rest", f"{app.resident():.1f} MB", "under 10 MB")

    def login(numbers):
        app.logins(provider, len(numbers))

    many(login, 1600)
    row("resident after 1,600 logins", f"{app.resident():.1f} MB", "under 10 MB")
    rounds = []
    for _ in range(5):
        before = app.cpu()
        many(login, 100 * AT_ONCE)
        rounds.append((app.cpu() - before) / (100 * AT_ONCE) * 1e6)
    row("CPU of a whole login, median of five rounds", f"{statistics.median(rounds):.0f} µs", "under 400 µs")
    many(login, options.logins - 6 * 100 * AT_ONCE)
    row(f"resident after {options.logins:,} logins within an hour", f"{app.resident():.1f} MB")
    app.stop()
    provider.stop()


if __name__ == "__main__":
    main()
