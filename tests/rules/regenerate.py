"""Writes what is made from the code: `python -m tests.rules.regenerate`, after `jlpm install` in extensions/."""

import json
import subprocess
import tempfile
from pathlib import Path

from openpaas_workspace.app.domains import DOMAINS
from openpaas_workspace.openapi import described, document
from tests.rules.reference import pages
from tests.rules.sources import ROOT

TYPES = ROOT / "extensions/api/src/schema.ts"
REFERENCE = ROOT / "share/doc/openpaas_workspace/reference"
GENERATOR = ROOT / "extensions/node_modules/.bin/openapi-typescript"


def typescript() -> str:
    """The types of the page, from the description of our own domains."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "openapi.json"), Path(folder, "schema.ts")
        source.write_text(json.dumps(document(described(DOMAINS)), sort_keys=True), "utf-8")
        command = [GENERATOR, source, "--output", target, "--alphabetize"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"openapi-typescript failed:\n{done.stdout}{done.stderr}")
        return target.read_text("utf-8")


def main() -> None:
    """Write all of it."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, "utf-8")
    TYPES.write_text(typescript(), "utf-8")


if __name__ == "__main__":
    main()
