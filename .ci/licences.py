#!/usr/bin/env python3
"""Checks the licence of every crate we compile against the list in deny.toml, for machines without cargo-deny."""

import json
import re
import subprocess
import sys
import tomllib

with open("deny.toml", "rb") as file:
    allowed = set(tomllib.load(file)["licenses"]["allow"])

metadata = json.loads(
    subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--all-features"], check=True, capture_output=True
    ).stdout
)


def accepted(expression):
    """SPDX, read as a condition on the list. Exceptions (WITH) only widen a licence."""
    expression = re.sub(r"\s+WITH\s+\S+", "", expression.replace("/", " OR "))
    words = re.findall(r"[()]|[^\s()]+", expression)
    known = {"AND": "and", "OR": "or", "(": "(", ")": ")"}
    condition = " ".join(known.get(word, str(word in allowed)) for word in words)
    return bool(eval(condition))  # only True, False, and, or, parentheses are left


bad = [
    f"{package['name']} {package['version']}: {package['license']}"
    for package in metadata["packages"]
    if not package["license"] or not accepted(package["license"])
]
print(f"{len(metadata['packages'])} crates, {len(bad)} with a licence that deny.toml does not allow")
for line in bad:
    print(f"  {line}")
sys.exit(1 if bad else 0)
