#!/usr/bin/env python3
"""Lets curl send what `onecred headers` prints, and looks at the raw lines that arrive.

Usage: curl.py PATH_OF_ONECRED
"""

import json
import socket
import subprocess
import sys
import threading

KEY = "k3y-" + "0123456789abcdef" * 4


def serve_one(listener, lines):
    """Accepts one request, keeps its header lines as they came, answers 200."""
    connection, _ = listener.accept()
    with connection:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        lines.extend(data.split(b"\r\n\r\n")[0].decode().split("\r\n")[1:])
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")


def main():
    onecred = sys.argv[1]
    listener = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    command = [onecred, "headers", "--target", "custom", "--origin", base, "--key-header", "x-corp-key"]
    command += ["--key-env", "CORP_KEY", "--url", base + "/v1/things", "--reveal", "--json"]
    printed = subprocess.run(command, env={"CORP_KEY": KEY + "\n"}, capture_output=True, text=True, timeout=30, check=True)
    headers = json.loads(printed.stdout)["headers"]

    lines = []
    server = threading.Thread(target=serve_one, args=(listener, lines), daemon=True)
    server.start()
    # The headers go to curl by standard input, so that the key is in no argument list.
    config = "".join(f'header = "{name}: {value}"\n' for name, value in headers)
    subprocess.run(
        ["curl", "-sS", "--noproxy", "*", "--max-time", "10", "--fail", "-K", "-", base + "/v1/things"],
        input=config, text=True, check=True,
    )
    server.join(10)
    arrived = [line for line in lines if line.lower().startswith("x-corp-key:")]
    assert arrived == [f"x-corp-key: {KEY}"], "not exactly the one key"
    print(f"curl: {len(lines)} header lines arrived, one of them the key, without its newline")

    hidden = subprocess.run(
        [arg for arg in command if arg != "--reveal"], env={"CORP_KEY": KEY}, capture_output=True, text=True, timeout=30, check=True
    )
    assert KEY not in hidden.stdout + hidden.stderr, "the key is shown without --reveal"


if __name__ == "__main__":
    main()
