#!/usr/bin/env python3
"""What the release binary costs as a process: size, start, memory and CPU, beside `openssl speed` on the same core.

    cargo build --profile dist -p rpcheck-mock-idp
    mock-idp/benches/process.py [path/to/mock-idp] [--logins 100000]

After the start, the provider runs on one core, and the client that asks it on another. Prints the second and the third table
of docs/speed.md.
Needs Linux, Python 3 and openssl; nothing here asserts anything.
"""

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import time
import urllib.request

PAGE = (
    "/authorize?client_id={client}&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback&response_type={kind}"
    "&response_mode={mode}&scope=openid%20profile%20email&state=the-state&nonce=n{number}"
)
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
AT_ONCE = 16
DISCOVERY = "/.well-known/openid-configuration"
# The name of an algorithm there, and the line of its figures: how long, or how many in a second, before the verifications.
OPENSSL = {"RS256": ("rsa2048", r"^\+F2:\d+:2048:"), "ES256": ("ecdsap256", r"^\+F4:\d+:256:"), "EdDSA": ("ed25519", r"^\+F6:\d+:253:\w+:")}


class Provider:
    """The binary, started with `alice` signed in, pinned to a core if one is given."""

    def __init__(self, binary, core):
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [*(["taskset", "-c", str(core)] if core is not None else []), binary, "--port", "0", "--control-port", "0", "--user", "alice"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        ready = json.loads(self.process.stdout.readline())
        self.address = ready["issuer"].removeprefix("http://").split(":")
        self.control = ready["control"]
        self.lines = []

    def register(self):
        """A client for each algorithm."""
        for alg in OPENSSL:
            client = json.dumps({"client_id": alg, "id_token_signed_response_alg": alg}).encode()
            head = {"content-type": "application/json"}
            url = f"{self.control}/tenants/_default/clients"
            urllib.request.urlopen(urllib.request.Request(url, client, head)).close()

    def ask(self, method, path, body=""):
        return self.ask_all([(method, path, body)])[0]

    def ask_all(self, requests):
        """Asks on as many connections at once, so that the provider does not fall asleep between two requests."""
        while len(self.lines) < len(requests):
            line = socket.create_connection((self.address[0], int(self.address[1])))
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.lines.append(line)
        for line, (method, path, body, *more) in zip(self.lines, requests):
            kind = "content-type: application/x-www-form-urlencoded\r\n" if body else ""
            more = "".join(more)
            head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\n{kind}{more}content-length: {len(body)}\r\n\r\n"
            line.sendall((head + body).encode())
        return [received(line) for line in self.lines[: len(requests)]]

    def pages(self, numbers, client="RS256"):
        paths = [PAGE.format(client=client, kind="id_token", mode="form_post", number=number) for number in numbers]
        for answer in self.ask_all([("GET", path, "") for path in paths]):
            assert 'name="id_token"' in answer, answer

    def logins(self, numbers, client="RS256"):
        proof = f"&code_challenge={CHALLENGE}&code_challenge_method=S256"
        paths = [PAGE.format(client=client, kind="code", mode="query", number=number) + proof for number in numbers]
        codes = [
            re.search(r"[?&]code=([^&\r]+)", head)[1] for head in self.ask_all([("GET", path, "") for path in paths])
        ]
        form = "grant_type=authorization_code&client_id={}&code={}&code_verifier={}&redirect_uri={}"
        uri = "http%3A%2F%2Flocalhost%3A3000%2Fcallback"
        for answer in self.ask_all([("POST", "/token", form.format(client, code, VERIFIER, uri)) for code in codes]):
            assert "id_token" in answer, answer

    def documents(self, numbers, path):
        for answer in self.ask_all([("GET", path, "") for _ in numbers]):
            assert " 200 " in answer, answer

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024

    def cpu(self):
        # To the microsecond, where the kernel counts so: the first number of schedstat is nanoseconds.
        total = 0
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def stop(self):
        self.process.kill()
        self.process.wait()


def received(line):
    answer = b""
    while True:
        answer += line.recv(65536)
        head, end, rest = answer.partition(b"\r\n\r\n")
        if end and len(rest) >= int(re.search(rb"content-length: (\d+)", head)[1]):
            return answer.decode()


def many(job, times):
    """Does it so often, sixteen at once."""
    for start in range(0, times, AT_ONCE):
        job(range(start, min(start + AT_ONCE, times)))


def started(binary, path, expected):
    """Milliseconds from the start of the process to the answer."""
    provider = Provider(binary, None)
    answer = provider.ask("GET", path)
    took = (time.perf_counter() - provider.started) * 1e3
    assert expected in answer, answer
    provider.stop()
    return took


def per_request(provider, job, times):
    """CPU microseconds of the provider's process for one."""
    before = provider.cpu()
    many(job, times)
    return (provider.cpu() - before) / times * 1e6


def openssl(core, alg="RS256"):
    """CPU microseconds of one signature."""
    name, line = OPENSSL[alg]
    command = ["taskset", "-c", str(core), "openssl", "speed", "-mr", "-seconds", "3", name]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    # Some versions write signatures per second, others seconds per signature.
    figure = float(re.search(line + "([0-9.e-]+)", output, re.M)[1])
    return 1e6 / figure if figure > 1 else figure * 1e6


def waited(job, times):
    """Microseconds that half of the requests, and all but one in a hundred, took from end to end, one after the other."""
    took = []
    for number in range(times):
        start = time.perf_counter()
        job([number])
        took.append((time.perf_counter() - start) * 1e6)
    took.sort()
    return took[times // 2], took[times * 99 // 100]


def row(what, figure, target=""):
    print(f"| {what} | {figure} | {target} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", nargs="?", default="target/dist/mock-idp")
    parser.add_argument("--logins", type=int, default=100_000)
    options = parser.parse_args()
    binary, cores = options.binary, sorted(os.sched_getaffinity(0))
    core = cores[-1]

    print("| what | measured | target |\n| --- | --: | --: |")
    row("binary", f"{os.path.getsize(binary) / 1e6:.2f} MB", "under 8 MB")
    first_page = PAGE.format(client="app", kind="id_token", mode="form_post", number=0)
    for what, path, expected, target in [
        ("discovery answered, from process start, median of nine", DISCOVERY, "jwks_uri", "under 10 ms"),
        ("first token, from process start, median of nine", first_page, 'name="id_token"', "under 40 ms"),
    ]:
        times = [started(binary, path, expected) for _ in range(9)]
        row(what, f"{statistics.median(times):.1f} ms", target)

    os.sched_setaffinity(0, {cores[0]})
    provider = Provider(binary, core)
    provider.register()
    provider.ask("GET", DISCOVERY)
    row("resident at rest", f"{provider.resident():.1f} MB", "under 10 MB")
    many(provider.pages, 2000)
    many(provider.logins, 2000)
    rounds = [(openssl(core), per_request(provider, provider.pages, 4000), per_request(provider, provider.logins, 4000))
              for _ in range(5)]
    signature, page, login = (statistics.median(column) for column in zip(*rounds))
    row("CPU of one RSA-2048 signature, openssl speed", f"{signature:.0f} µs")
    row("CPU of a form page with an RS256 ID Token", f"{page:.0f} µs = {page / signature:.2f} ×", "1.25 ×")
    row("CPU of a code login", f"{login:.0f} µs = {login / signature:.2f} ×", "1.6 ×")
    provider.stop()

    for what, target in [("pages", "under 20 MB"), ("logins", "under 20 MB")]:
        provider = Provider(binary, core)
        provider.register()
        job = getattr(provider, what)
        many(job, options.logins)
        kind = "ID Token" if what == "pages" else "code"
        row(f"resident after {options.logins:,} {kind} logins", f"{provider.resident():.1f} MB", target)
        provider.stop()

    print("\n| what | p50 | p99 | CPU | per core and second | times | of |\n| --- | --: | --: | --: | --: | --: | --- |")
    provider = Provider(binary, core)
    provider.register()
    for alg in OPENSSL:
        signature = openssl(core, alg)
        print(f"| signature {alg}, openssl speed | | | {signature:.0f} µs | {1e6 / signature:.0f} | 1.00 | itself |", flush=True)
        for what, job in [("form page", provider.pages), ("code login", provider.logins)]:
            costs(provider, f"{what}, {alg}", lambda numbers, job=job, alg=alg: job(numbers, alg), signature, f"signature {alg}")
    page = per_request(provider, provider.pages, 4000)
    for what, path in [("discovery", DISCOVERY), ("JWKS", "/jwks")]:
        costs(provider, what, lambda numbers, path=path: provider.documents(numbers, path), page, "form page, RS256")
    provider.stop()


def costs(provider, what, job, measure, beside):
    """A line of the third table."""
    many(job, 2000)
    p50, p99 = waited(job, 2000)
    cpu = per_request(provider, job, 4000)
    print(f"| {what} | {p50:.0f} µs | {p99:.0f} µs | {cpu:.0f} µs | {1e6 / cpu:.0f} | {cpu / measure:.2f} | {beside} |", flush=True)


if __name__ == "__main__":
    main()
