"""The server as a service account: no root, a user namespace for each kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from openpaas_workspace.kernels import bubblewrap

HERE = Path(__file__).resolve().parents[2]
ACCOUNT = 65_534


@pytest.mark.long
def test_a_service_account_isolates_as_well(runtime: Path) -> None:
    root = runtime / "root"  # pytest's own folders are closed to other accounts
    root.mkdir()
    command = [sys.executable, "-m", "tests.kernels.account", str(root), str(runtime / "run")]
    bwrap = bubblewrap.tools().path
    if not bwrap:
        pytest.skip("this machine has no sandbox")
    if os.geteuid() == 0:
        for path in (runtime, root):
            os.chown(path, ACCOUNT, ACCOUNT)
        command = [*_as_account(bwrap, root), *command]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen.pop("server") == (ACCOUNT if os.geteuid() == 0 else os.geteuid())
    assert seen.pop("tools")
    assert seen.pop("faults") == []
    assert seen.pop("forks").startswith("BlockingIOError")
    assert seen.pop("interrupted").startswith("KeyboardInterrupt")
    assert seen.pop("processes") <= 3
    assert seen.pop("out") == "403 Not example.org. ['lib', 'mine'] /environment/bin\n"
    assert seen == {
        "uid": 1000,
        "made": ["/home/member", "/tmp", "/dev/shm"],
        "caps": True,
        "seccomp": True,
        "unshare": -1,
        "disable_userns": True,
        "memory": True,
        "bob": "1\n",
    }


def _as_account(bwrap: str, home: Path) -> list[str]:
    """From root to an account that may read Python even where it lies in root's home."""
    words = [bwrap, "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--cap-add", "ALL"]
    prefix = os.path.realpath(sys.base_prefix)
    hidden = [parent for parent in reversed(PurePosixPath(prefix).parents) if not os.stat(parent).st_mode & 1]
    if hidden:
        words += ["--perms", "0755", "--tmpfs", str(hidden[0])]
        for parent in PurePosixPath(prefix).relative_to(hidden[0]).parents:
            words += ["--perms", "0755", "--dir", str(hidden[0] / parent)] if str(parent) != "." else []
        words += ["--ro-bind", prefix, prefix]
    number = str(ACCOUNT)
    drop = ["/usr/bin/setpriv", "--reuid", number, "--regid", number, "--clear-groups", "--no-new-privs"]
    return [*words, "--", *drop, "--inh-caps=-all", "--bounding-set=-all", "/usr/bin/env", f"HOME={home}"]
