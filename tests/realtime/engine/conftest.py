"""Yjs in node as the independent reader of what the engine writes, and writer of what it reads."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NODE = Path(__file__).parents[1] / "node"


class Yjs:
    """One node process; `call` asks it one thing."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", "oracle.cjs"], cwd=NODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def call(self, op: str, **args: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": op, **args}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer
        return answer.get("value")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)


@pytest.fixture(scope="session")
def yjs() -> Iterator[Yjs]:
    if not (NODE / "node_modules" / "yjs").is_dir():
        command = ["npm", "ci", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=NODE, check=True, capture_output=True, timeout=300)
    oracle = Yjs()
    yield oracle
    oracle.close()
