"""Nothing a kernel plants below a folder makes the server read, write or remove anything outside of it."""

from __future__ import annotations

import errno
import io
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openpaas_workspace.core import beneath, openat2
from openpaas_workspace.core.beneath import TooLarge, UnsafePath
from tests.conftest import examples

SECRET = b"the database"


@pytest.fixture(params=["openat2", "by component"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder below a secret, with both ways to open below it."""
    chosen = openat2.by_component if request.param == "by component" else openat2.resolver()
    monkeypatch.setattr(openat2, "resolver", lambda: chosen)
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "secret").write_bytes(SECRET)
    root = tmp_path / "space"
    root.mkdir()
    yield root
    assert not _open_below(tmp_path), "a descriptor was left open"
    assert (tmp_path / "secret").read_bytes() == SECRET
    assert (tmp_path / "out" / "secret").read_bytes() == SECRET


def _open_below(folder: Path) -> list[str]:
    found = []
    for fd in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            found.append(os.readlink(f"/proc/self/fd/{fd}"))
    return [path for path in found if path.startswith(str(folder))]


def test_the_kernel_of_this_machine_has_openat2() -> None:
    assert openat2.resolver() is openat2.by_openat2


def test_what_is_written_is_read_and_listed(root: Path) -> None:
    beneath.mkdir_beneath(root, "a/b", parents=True)
    beneath.write_beneath(root, "a/b/one.txt", b"1")
    about = beneath.write_beneath(root, "a/b/one.txt", io.BytesIO(b"twothree"))
    assert about.st_size == 8
    assert beneath.read_beneath(root, "a/b/one.txt") == b"twothree"
    assert [(entry.name, entry.kind) for entry in beneath.scandir_beneath(root, "a/b")] == [
        ("one.txt", "file")
    ]
    assert [path for path, _ in beneath.walk_beneath(root)] == ["a", "a/b", "a/b/one.txt"]
    fd = os.open(root, os.O_RDONLY)
    try:
        assert beneath.read_beneath(fd, "a/b/one.txt") == b"twothree"
        assert [entry.name for entry in beneath.scandir_beneath(fd)] == ["a"]
        assert [entry.name for entry in beneath.scandir_beneath(fd)] == ["a"], (
            "the position of a root is shared"
        )
    finally:
        os.close(fd)


def test_an_open_file_is_copied_from_where_it_stands_whatever_the_system_can(root: Path, monkeypatch) -> None:
    data = os.urandom(3_000_000)
    source = root / "source"
    source.write_bytes(data)
    with source.open("rb") as file:
        file.seek(1000)
        assert beneath.write_beneath(root, "copy", file).st_size == len(data) - 1000
    assert (root / "copy").read_bytes() == data[1000:]
    whole = os.copy_file_range

    def some(source: int, target: int, count: int) -> int:
        if os.lseek(source, 0, os.SEEK_CUR) >= 2_000_000:
            raise OSError(errno.EXDEV, "not between these")
        return whole(source, target, 500_000)

    monkeypatch.setattr(os, "copy_file_range", some)
    with source.open("rb") as file:
        beneath.write_beneath(root, "copy", file)
    assert (root / "copy").read_bytes() == data


def test_a_file_of_the_servers_own_is_moved_or_stays_where_it_is(
    root: Path, tmp_path: Path, monkeypatch
) -> None:
    received = tmp_path / "received"
    rename = os.rename
    for can_move in (True, False):
        received.write_bytes(b"new")
        if not can_move:

            def refuse(source: object, target: object, **more: int) -> None:
                if source == received:
                    raise OSError(errno.EXDEV, "another device")
                rename(source, target, **more)  # type: ignore[arg-type]

            monkeypatch.setattr(os, "rename", refuse)
        (root / "there").write_bytes(b"old")
        with pytest.raises(FileExistsError):
            beneath.write_beneath(root, "there", received, replace=False)
        assert received.read_bytes() == b"new"
        assert (root / "there").read_bytes() == b"old"
        assert beneath.write_beneath(root, "there", received).st_size == 3
        assert (root / "there").read_bytes() == b"new"
        assert received.exists() is not can_move
        assert os.listdir(root) == ["there"]


def test_an_overwrite_keeps_permissions_and_a_new_file_is_private(root: Path) -> None:
    beneath.write_beneath(root, "new", b"")
    (root / "old").write_bytes(b"x")
    (root / "old").chmod(0o640)
    beneath.write_beneath(root, "old", b"y")
    assert stat.S_IMODE((root / "new").stat().st_mode) == 0o600
    assert stat.S_IMODE((root / "old").stat().st_mode) == 0o640


def test_a_refused_or_failed_write_leaves_the_old_file_and_no_temporary(root: Path) -> None:
    beneath.write_beneath(root, "a", b"old")
    with pytest.raises(FileExistsError):
        beneath.write_beneath(root, "a", b"new", replace=False)

    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise RuntimeError("the upload ended")
            return super().read(4)

    with pytest.raises(RuntimeError, match="the upload ended"):
        beneath.write_beneath(root, "a", Breaks(b"half of it"))
    assert os.listdir(root) == ["a"]
    assert beneath.read_beneath(root, "a") == b"old"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_makes_belongs_to_the_owner_of_the_folder(root: Path) -> None:
    os.chown(root, 200_001, 200_001)
    beneath.mkdir_beneath(root, "d/e", parents=True)
    beneath.write_beneath(root, "d/e/f", b"")
    os.close(beneath.open_beneath(root, "d/g", os.O_WRONLY | os.O_CREAT))
    assert {path.lstat().st_uid for path in root.rglob("*")} == {200_001}


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "a/../../secret", "a//b", "./a", "a/.", "a\0b", ".."]
)
def test_a_path_with_tricks_is_refused(root: Path, path: str) -> None:
    for verb in (beneath.open_beneath, beneath.read_beneath, beneath.stat_beneath, beneath.mkdir_beneath):
        with pytest.raises(UnsafePath):
            verb(root, path)
    with pytest.raises(UnsafePath):
        beneath.write_beneath(root, path, b"x")
    with pytest.raises(UnsafePath):
        beneath.unlink_beneath(root, path)


def test_symbolic_links_are_not_followed(root: Path) -> None:
    (root / "file").symlink_to("../secret")
    (root / "folder").symlink_to("../out")
    (root / "inside").symlink_to("file2")
    (root / "file2").write_bytes(b"mine")
    for path in ("file", "inside", "folder/secret"):
        with pytest.raises(UnsafePath):
            beneath.read_beneath(root, path)
    for refused in ("folder", "file"):
        with pytest.raises(UnsafePath):
            beneath.scandir_beneath(root, refused)
        with pytest.raises(UnsafePath):
            beneath.rmtree_beneath(root, refused)
    for name in ("folder/secret", "folder/new"):
        with pytest.raises(UnsafePath):
            beneath.write_beneath(root, name, b"evil")
        with pytest.raises(UnsafePath):
            beneath.unlink_beneath(root, name)
        with pytest.raises(UnsafePath):
            beneath.rename_beneath(root, "file2", name, replace=True)
    with pytest.raises(UnsafePath):
        beneath.open_beneath(root, "file", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with pytest.raises((UnsafePath, FileExistsError, NotADirectoryError)):
        beneath.mkdir_beneath(root, "folder", exist_ok=True)
    beneath.write_beneath(root, "file", b"replaced, not followed")
    assert not (root / "file").is_symlink()


def test_hard_links_fifos_sockets_and_folders_are_not_files(root: Path) -> None:
    os.link(root.parent / "secret", root / "hard")
    os.mkfifo(root / "fifo")
    (root / "folder").mkdir()
    for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR | os.O_TRUNC):
        for name in ("hard", "fifo"):
            with pytest.raises(UnsafePath):
                beneath.open_beneath(root, name, flags)
        with pytest.raises(IsADirectoryError):
            beneath.open_beneath(root, "folder", flags)
    kinds = {entry.name: entry.kind for entry in beneath.scandir_beneath(root)}
    assert kinds == {"hard": "other", "fifo": "other", "folder": "folder"}
    beneath.write_beneath(root, "hard", b"a new file in its place")
    beneath.write_beneath(root, "fifo", b"a new file in its place")
    assert beneath.read_beneath(root, "hard") == beneath.read_beneath(root, "fifo")


def test_a_sparse_giant_is_refused_and_a_growing_file_is_cut(root: Path) -> None:
    with (root / "giant").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(TooLarge):
        beneath.read_beneath(root, "giant")
    (root / "small").write_bytes(b"12345")
    assert beneath.read_beneath(root, "small", limit=5) == b"12345"
    with pytest.raises(TooLarge):
        beneath.read_beneath(root, "small", limit=4)
    with pytest.raises(TooLarge):
        beneath.scandir_beneath(root, limit=1)
    with pytest.raises(TooLarge):
        list(beneath.walk_beneath(root, limit=1))


def test_a_name_that_is_no_text_is_left_out(root: Path) -> None:
    (root / "good").touch()
    with open(os.path.join(os.fsencode(root), b"bad\xff"), "wb"):
        pass
    assert [entry.name for entry in beneath.scandir_beneath(root)] == ["good"]


def test_a_rename_never_replaces_unless_asked(root: Path) -> None:
    beneath.write_beneath(root, "a", b"a")
    beneath.write_beneath(root, "b", b"b")
    with pytest.raises(FileExistsError):
        beneath.rename_beneath(root, "a", "b")
    beneath.rename_beneath(root, "a", "b", replace=True)
    assert beneath.read_beneath(root, "b") == b"a"
    other = root.parent / "other"
    other.mkdir()
    beneath.rename_beneath(root, "b", "c", target_root=other)
    assert (other / "c").read_bytes() == b"a"
    assert os.listdir(root) == []


def test_a_tree_of_any_depth_and_any_permission_is_removed(root: Path) -> None:
    beneath.mkdir_beneath(root, "deep")
    here = os.open(root / "deep", os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.symlink(root.parent / "out", "link", dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    (root / "deep" / "closed").mkdir()
    (root / "deep" / "closed" / "x").touch()
    (root / "deep" / "closed").chmod(0)
    beneath.rmtree_beneath(root, "deep")
    assert os.listdir(root) == []


@settings(
    max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["write", "mkdir", "link", "hard", "fifo", "rename", "unlink", "rmtree", "read", "list"]
            ),
            st.sampled_from(["a", "b", "a/a", "a/b", "b/a", "a/secret", "b/secret", "../secret", "a/../b"]),
            st.sampled_from(["a", "b", "a/b", "b/b", "../out", "/"]),
        ),
        max_size=25,
    )
)
def test_whatever_is_planted_nothing_outside_is_touched_or_read(
    root: Path, steps: list[tuple[str, str, str]]
) -> None:
    outside = root.parent
    for name in os.listdir(root):
        with suppress(IsADirectoryError):
            beneath.unlink_beneath(root, name)
            continue
        beneath.rmtree_beneath(root, name)
    server = {
        "write": lambda a, b: beneath.write_beneath(root, a, b"new", sync=False),
        "mkdir": lambda a, b: beneath.mkdir_beneath(root, a, parents=True, exist_ok=True),
        "rename": lambda a, b: beneath.rename_beneath(root, a, b, replace=True, sync=False),
        "unlink": lambda a, b: beneath.unlink_beneath(root, a),
        "rmtree": lambda a, b: beneath.rmtree_beneath(root, a),
        "read": lambda a, b: beneath.read_beneath(root, a),
        "list": lambda a, b: list(beneath.walk_beneath(root, a)),
    }
    kernel = {
        "link": lambda a, b: os.symlink(os.path.join(outside, b.lstrip("/")), root / a),
        "hard": lambda a, b: os.link(outside / "secret", root / a),
        "fifo": lambda a, b: os.mkfifo(root / a),
    }
    for verb, first, second in steps:
        with suppress(OSError):
            if verb in kernel:
                if ".." not in first and not _passes_link(root, first):
                    kernel[verb](first, second)
                continue
            assert server[verb](first, second) != SECRET
    assert sorted(os.listdir(outside)) == ["out", "secret", "space"]
    assert (outside / "secret").read_bytes() == SECRET
    assert os.listdir(outside / "out") == ["secret"]


def _passes_link(root: Path, path: str) -> bool:
    return any((root / part).is_symlink() for part in Path(path).parents)


def test_a_folder_swapped_for_a_link_while_the_server_works_never_leads_out(root: Path) -> None:
    (root / "real").mkdir()
    (root / "real" / "secret").write_bytes(b"harmless")
    (root / "link").symlink_to("../out")
    done = threading.Event()
    swaps = [0]

    def swap() -> None:
        while not done.is_set():
            os.rename(root / "real", root / "dir")
            os.rename(root / "dir", root / "real")
            os.rename(root / "link", root / "dir")
            os.rename(root / "dir", root / "link")
            swaps[0] += 1

    thread = threading.Thread(target=swap)
    thread.start()
    seen, errors = set(), set()
    try:
        for _ in range(2000):
            try:
                seen.add(beneath.read_beneath(root, "dir/secret"))
                beneath.write_beneath(root, "dir/secret", b"harmless", sync=False)
                assert all(
                    entry.stat.st_size != len(SECRET) for _, entry in beneath.walk_beneath(root, "dir")
                )
            except OSError as error:
                errors.add(error.errno)
    finally:
        done.set()
        thread.join()
    assert swaps[0] > 100
    assert seen <= {b"harmless"}
    assert errors <= {errno.ENOENT, errno.ENOTDIR, errno.EPERM, errno.EAGAIN}
