"""Floors and rooms, checked by import-linter; and the check checked, with faults planted in a copy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.rules.sources import PACKAGE, ROOT

FAULTS = {
    "core/planted.py": ("from openpaas_workspace.accounts import models\n", "Floors"),
    "audit/engine.py": ("from openpaas_workspace.kernels import config\n", "Floors"),
    "unplaced/__init__.py": ("", "Floors"),
    "audit/stray.py": ("", "Rooms"),
    "sharing/schemas.py": ("from openpaas_workspace.sharing import service\n", "Rooms"),
    "audit/routes.py": ("from openpaas_workspace.accounts import models\n", "Tables"),
    "sharing/service/tree.py": ("from openpaas_workspace.core import web\n", "Rules know no HTTP"),
    "files/engine/__init__.py": ("import sqlalchemy\n", "Engines are pure"),
    "client/__init__.py": ("from openpaas_workspace.accounts import service\n", "The client"),
}


def lint(folder: Path) -> tuple[int, str]:
    command = [
        Path(sys.executable).with_name("lint-imports"),
        "--config",
        ROOT / "pyproject.toml",
        "--no-cache",
    ]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_every_import_keeps_to_floors_and_rooms() -> None:
    code, said = lint(ROOT)
    assert code == 0, said


def test_planted_faults_are_caught(tmp_path) -> None:
    shutil.copytree(
        PACKAGE,
        tmp_path / "openpaas_workspace",
        ignore=shutil.ignore_patterns("__pycache__", "labextensions", "*.json", "*.csv"),
    )
    for place, (line, _) in FAULTS.items():
        path = tmp_path / "openpaas_workspace" / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{path.read_text('utf-8') if path.exists() else ''}\n{line}")
    code, said = lint(tmp_path)
    assert code != 0
    broken = said.split("Broken contracts", 1)[1]
    unseen = [
        place
        for place in FAULTS
        if place.removesuffix(".py").removesuffix("/__init__").replace("/", ".") not in broken
    ]
    assert not unseen, said
