#!/usr/bin/env python3
"""Checks which foreign types the public API of each crate shows, by rustdoc's JSON.

A type of another crate in our API ties our major version to theirs, so the crates that may appear are listed below.
"""

import json
import os
import subprocess
import sys

STD = {"std", "core", "alloc"}
HTTP = {"http", "bytes"}  # the vocabulary of every Rust HTTP client

ALLOWED = {
    # tokio: TokioRuntime takes a Handle. serde: Serialize of reports, behind a feature.
    "onecred-core": HTTP | {"tokio", "serde", "serde_core"},
    "onecred-testkit": HTTP | {"onecred_core"},
    "onecred-tower": HTTP | {"onecred_core", "http_body", "tower_layer", "tower_service"},
    # reqwest and reqwest-middleware are what it adapts; url and serde come with their builders.
    "onecred-reqwest": HTTP | {"onecred_core", "reqwest", "reqwest_middleware", "url", "serde", "serde_core"},
    # schemars: the schema of the types, behind a feature. serde: what a factory deserializes.
    "onecred-config": HTTP | {"onecred_core", "serde", "serde_core", "schemars", "serde_json"},
    "onecred-anthropic": HTTP | {"onecred_core"},
    # onecred_config: its factories, behind a feature.
    "onecred-static": HTTP | {"onecred_core", "onecred_config"},
    # tracing levels and the metrics recorder stay inside; core's events come out.
    "onecred-observe": HTTP | {"onecred_core"},
    "onecred": HTTP
    | {"onecred_core", "onecred_anthropic", "onecred_static", "onecred_tower", "onecred_reqwest", "onecred_config", "onecred_observe", "tokio"},
}


def references(node):
    """Every {"id": …, "path": …} below a node: how rustdoc names types and traits."""
    if isinstance(node, dict):
        if "id" in node and "path" in node and isinstance(node["path"], str):
            yield node["id"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def is_blanket_or_auto(item):
    impl = item["inner"].get("impl")
    return impl is not None and (impl.get("blanket_impl") or impl.get("is_synthetic"))


def foreign_crates(doc):
    crates = {int(i): c["name"] for i, c in doc["external_crates"].items()}
    found = {}
    for item in doc["index"].values():
        if item["crate_id"] != 0 or is_blanket_or_auto(item):
            continue
        for ref in references(item["inner"]):
            path = doc["paths"].get(str(ref)) or doc["paths"].get(ref)
            # What a macro puts into an impl of its own is no part of anybody's API.
            if path and path["crate_id"] != 0 and "__private" not in path["path"]:
                name = crates[path["crate_id"]]
                found.setdefault(name, "::".join(path["path"]))
    return found


def document(package, target):
    env = dict(os.environ, RUSTC_BOOTSTRAP="1", CARGO_TARGET_DIR=target)
    command = ["cargo", "rustdoc", "-q", "-p", package, "--lib", "--all-features", "--"]
    command += ["-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"]
    subprocess.run(command, check=True, env=env)
    name = package.replace("-", "_")
    with open(os.path.join(target, "doc", f"{name}.json"), encoding="utf-8") as file:
        return json.load(file)


def main():
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    failed = False
    for package, allowed in ALLOWED.items():
        found = foreign_crates(document(package, target))
        strange = {n: e for n, e in found.items() if n not in STD | allowed}
        shown = ", ".join(sorted(n for n in found if n not in STD)) or "none"
        print(f"{package}: foreign crates in the public API: {shown}")
        for name, example in sorted(strange.items()):
            failed = True
            print(f"  not on the list: {name}, for example {example}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
