"""No page of ours asks a foreign host, and nothing of the machine or of a secret is committed."""

import re

import pytest

from tests.rules.sources import ROOT, below, name, tracked

PAGES = (".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".svg", ".json")
GENERATED = {"extensions/api/src/schema.ts"}
FETCHED = re.compile(
    r"""(?:https?|wss?)://(?P<host>[\w.\-]+)|(?:url\(|src=|href=|@import)\s*["']?//(?P<bare>[\w.\-]+)""", re.I
)
NAMES = {"www.w3.org", "json-schema.org", "localhost", "127.0.0.1", "example.org", "example.com", "x", "host"}
"""Names of things (XML name spaces), and hosts that exist for examples only."""

SECRETS = {
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a token of a forge": re.compile(rb"\b(ghp|gho|ghs|github_pat|glpat|npm)_[A-Za-z0-9_]{20,}"),
    "a key of a cloud": re.compile(rb"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a personal token of a workspace": re.compile(rb"\bopw_[A-Za-z0-9_-]{40,}"),
    "a password in an address": re.compile(rb"[a-z]+://[^\s/:@\"'{}<>]+:[^\s/:@\"'{}<>]{3,}@[a-z0-9.]+"),
    "a registry": re.compile(
        rb"registry\.(npmjs|yarnpkg)\.(org|com)|files\.pythonhosted\.org|pypi\.org/simple|index-url"
    ),
    "a path of a machine": re.compile(
        rb"(?<![\w.])/(work|root|home/(?!member\b)\w+)/(main|shared|\.pyenv|\.venv|src)\b"
    ),
}

PUBLIC = {"openpaas_workspace/kernels/config.py", "share/doc/openpaas_workspace/reference/settings.md"}
"""Where the public index is named as the default of a setting: nothing is asked there until an administrator allows it."""


def foreign(text: str) -> list[str]:
    hosts = [match["host"] or match["bare"] for match in FETCHED.finditer(text)]
    return [host for host in hosts if host.lower() not in NAMES]


def test_no_source_of_a_page_names_a_foreign_host() -> None:
    sources = below("extensions", "openpaas_workspace", suffixes=PAGES)
    found = {
        name(path): hosts
        for path in sources
        if "/src/" in name(path)
        or "/style/" in name(path)
        or "/templates/" in name(path)
        or path.suffix == ".svg"
        if name(path) not in GENERATED and (hosts := foreign(path.read_text("utf-8")))
    }
    assert not found


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("fetch('https://cdn.evil.net/x.js')", ["cdn.evil.net"]),
        ('<script src="//cdn.evil.net/x.js">', ["cdn.evil.net"]),
        ("background: url(//cdn.evil.net/x.png)", ["cdn.evil.net"]),
        ("new WebSocket('wss://evil.net')", ["evil.net"]),
        ('xmlns="http://www.w3.org/2000/svg"', []),
        ("// a comment", []),
        ("fetch('/api/workspace/v1/me')", []),
    ],
)
def test_the_rule_sees_foreign_hosts(text: str, hosts: list[str]) -> None:
    assert foreign(text) == hosts


def test_no_committed_file_holds_a_secret_or_a_place_of_one_machine() -> None:
    me = "tests/rules/test_foreign.py"
    found = {
        name(path): what
        for path in tracked()
        if name(path) != me and path.stat().st_size < 2_000_000
        for what, pattern in SECRETS.items()
        if pattern.search(path.read_bytes()) and not (what == "a registry" and name(path) in PUBLIC)
    }
    assert not found
    assert (ROOT / me).is_file()
