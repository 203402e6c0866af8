"""The files of the project, as git lists them: what these rules speak of."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "openpaas_workspace"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is committed, or would be by `git add` (so that a new file cannot hide)."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(path for name in sorted(filter(None, out.split("\0"))) if (path := ROOT / name).is_file())


def below(*folders: str, suffixes: tuple[str, ...]) -> list[Path]:
    """Tracked files below folders of the project, by ending."""
    roots = tuple(f"{folder}/" for folder in folders)
    return [
        path
        for path in tracked()
        if path.suffix in suffixes and path.relative_to(ROOT).as_posix().startswith(roots)
    ]


def name(path: Path) -> str:
    """How a file is named in messages and in lists of exceptions."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(path.read_text("utf-8"), name(path))
