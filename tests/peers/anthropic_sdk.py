#!/usr/bin/env python3
"""Compares what `onecred headers` places with what the vendor's own SDK sends, byte for byte, over a socket.

Usage: anthropic_sdk.py PATH_OF_ONECRED DIALECT, run by a Python that has the `anthropic` package. DIALECT is how this SDK
release places an API key: `x-api-key` (0.x) or `bearer` (2.x).
"""

import http.server
import json
import os
import subprocess
import sys
import threading

import anthropic

KEY = "sk-ant-api03-" + "k" * 95
TOKEN = "sk-ant-oat01-" + "t" * 95
CREDENTIAL_HEADERS = {"authorization", "x-api-key", "api-key"}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "hi"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}


class Recorder(http.server.BaseHTTPRequestHandler):
    """Answers every message and keeps the raw credential headers."""

    seen = []

    def do_POST(self):
        found = [(n.lower(), v) for n, v in self.headers.items() if n.lower() in CREDENTIAL_HEADERS]
        self.seen.append(sorted(found))
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = json.dumps(MESSAGE).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def sent_by(client):
    """What this client puts on one request."""
    Recorder.seen.clear()
    client.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "hi"}])
    assert len(Recorder.seen) == 1, Recorder.seen
    return Recorder.seen[0]


def ours(onecred, base, dialect, **variables):
    """What onecred places, or its exit code."""
    command = [onecred, "headers", "--target", "anthropic", "--base-url", base, "--dialect", dialect]
    command += ["--method", "POST", "--url", base + "/v1/messages", "--reveal", "--json"]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode != 0:
        return done.returncode
    headers = json.loads(done.stdout)["headers"]
    return sorted((n.lower(), v) for n, v in headers if n.lower() in CREDENTIAL_HEADERS)


def main():
    onecred, dialect = sys.argv[1:]
    for name in [n for n in os.environ if n.startswith("ANTHROPIC_")]:
        del os.environ[name]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    options = {"base_url": base, "max_retries": 0}

    checks = {
        "an API key": (
            sent_by(anthropic.Anthropic(api_key=KEY, **options)),
            ours(onecred, base, dialect, ANTHROPIC_API_KEY=KEY),
        ),
        "an auth token": (
            sent_by(anthropic.Anthropic(auth_token=TOKEN, **options)),
            ours(onecred, base, dialect, ANTHROPIC_AUTH_TOKEN=TOKEN),
        ),
    }
    failed = False
    for what, (sdk, us) in checks.items():
        same = sdk == us and len(us) == 1
        failed |= not same
        print(f"anthropic {anthropic.__version__}, {what}: {'the same' if same else 'DIFFERENT'} ({[n for n, _ in sdk]})")

    both = ours(onecred, base, dialect, ANTHROPIC_API_KEY=KEY, ANTHROPIC_AUTH_TOKEN=TOKEN)
    print(f"both variables: onecred exits with {both}")
    failed |= both != 2

    # The founding bug, as it still is in 0.x: the copy keeps the parent's key next to its own token.
    parent = anthropic.Anthropic(api_key=KEY, **options)
    child = [name for name, _ in sent_by(parent.copy(auth_token=TOKEN))]
    print(f"anthropic {anthropic.__version__}, copy(auth_token=…) of a key client sends {child}")
    if dialect == "x-api-key":
        failed |= child != ["authorization", "x-api-key"]
    server.shutdown()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
