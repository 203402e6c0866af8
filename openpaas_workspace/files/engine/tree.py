"""What happened on disk: pairs the names found with the nodes known. Pure.

Pairs come first by name, folder by folder; what is left over on both sides is the same thing under another name when
the inode (and, of a file, size and time) is the same, or the content is. Two names with one inode mean that a rename
is going on right now: such a name waits for the next look.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Seen:
    """One name on disk."""

    path: str
    kind: str
    inode: int
    size: int
    mtime_ns: int

    @property
    def parent(self) -> str:
        """The path of the folder that holds it; '' is the space."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Known:
    """One node as its row has it; the parent of a node in the trash is ''."""

    id: str
    parent_id: str
    kind: str
    name: str
    inode: int
    size: int
    mtime_ns: int
    hash: str | None = None


@dataclass(slots=True)
class Found:
    """What a look at a space found."""

    ids: dict[str, str] = field(default_factory=dict)  # path → node id, of all that was paired
    moved: list[str] = field(
        default_factory=list
    )  # paths whose node has another name or folder, parents first
    new: list[Seen] = field(default_factory=list)  # parents first
    missing: list[Known] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # ids of files that look different
    hashes: dict[str, str | None] = field(default_factory=dict)  # of new files, by path
    folders: dict[str, int] = field(default_factory=dict)  # path → time stamp
    waiting: bool = False


Hash = Callable[[str], str | None]


class Pairing:
    """One comparison of a space's disk with its rows."""

    def __init__(self, space_id: str, disk: Iterable[Seen], known: Iterable[Known], hash_of: Hash) -> None:
        self._hash_of = hash_of
        self._left = {seen.path: seen for seen in sorted(disk, key=lambda seen: seen.path.split("/"))}
        self._known = {node.id: node for node in known}
        self._missing = dict(self._known)
        self._names = Counter((seen.kind, seen.inode) for seen in self._left.values())
        self._on_disk: defaultdict[str, list[Seen]] = defaultdict(list)
        for seen in self._left.values():
            self._on_disk[seen.parent].append(seen)
        self._below: defaultdict[str, dict[tuple[str, str], Known]] = defaultdict(dict)
        for node in self._known.values():
            self._below[node.parent_id][node.kind, node.name] = node
        self._space_id = space_id
        self._found = Found(
            folders={seen.path: seen.mtime_ns for seen in self._left.values() if seen.kind == "folder"}
        )

    def run(self) -> Found:
        """Compare."""
        self._pair_below("", self._space_id)
        self._by_inode()
        self._by_content()
        found = self._found
        found.new = [seen for seen in self._left.values() if not self._moves_now(seen)]
        found.hashes = {seen.path: self._hash_of(seen.path) for seen in found.new if seen.kind == "file"}
        found.missing = list(self._missing.values())
        found.moved = sorted(found.moved, key=lambda path: path.split("/"))
        return found

    def _pair_below(self, path: str, node_id: str) -> None:
        waiting = [(path, node_id)]
        while waiting:
            path, node_id = waiting.pop()
            for seen in self._on_disk[path]:
                node = self._below[node_id].get((seen.kind, seen.name))
                if seen.path in self._left and node is not None and node.id in self._missing:
                    self._pair(seen, node)
                    if seen.kind == "folder":
                        waiting.append((seen.path, node.id))

    def _pair(self, seen: Seen, node: Known) -> None:
        del self._left[seen.path], self._missing[node.id]
        self._found.ids[seen.path] = node.id
        if seen.kind == "file" and _looks(seen) != _looks(node):
            self._found.changed.append(node.id)

    def _move(self, seen: Seen, node: Known) -> None:
        self._pair(seen, node)
        self._found.moved.append(seen.path)
        if seen.kind == "folder":
            self._pair_below(seen.path, node.id)

    def _by_inode(self) -> None:
        by_inode = {(node.kind, node.inode): node for node in self._missing.values() if node.inode}
        for seen in list(self._left.values()):
            node = by_inode.get((seen.kind, seen.inode))
            if seen.path not in self._left or node is None or node.id not in self._missing:
                continue
            if self._is_same(seen, node):
                self._move(seen, node)

    def _is_same(self, seen: Seen, node: Known) -> bool:
        """An inode is used again after a deletion: it alone proves nothing."""
        if seen.kind == "file":
            return is_kind(seen.name, node.name) and self._is_file(seen, node)
        below = self._below[node.id]
        return not below or any((one.kind, one.name) in below for one in self._on_disk[seen.path])

    def _is_file(self, seen: Seen, node: Known) -> bool:
        return _looks(seen) == _looks(node) or (
            seen.size == node.size and node.hash is not None and self._hash_of(seen.path) == node.hash
        )

    def _by_content(self) -> None:
        by_size: defaultdict[int, dict[str, Known]] = defaultdict(dict)
        for node in self._missing.values():
            if node.kind == "file" and node.hash and node.size:
                by_size[node.size].setdefault(node.hash, node)
        for seen in list(self._left.values()):
            if seen.kind != "file" or not by_size[seen.size] or self._moves_now(seen):
                continue
            same = by_size[seen.size].get(self._hash_of(seen.path) or "")
            if same is not None and same.id in self._missing and is_kind(seen.name, same.name):
                self._move(seen, same)

    def _moves_now(self, seen: Seen) -> bool:
        """Whether its inode was seen under two names: somebody moves it at this moment."""
        busy = self._names[seen.kind, seen.inode] > 1
        self._found.waiting = self._found.waiting or busy
        return busy


def is_kind(name: str, other: str) -> bool:
    """Whether both are notebooks or neither is: their logs hold different things."""
    return name.endswith(".ipynb") == other.endswith(".ipynb")


def _looks(thing: Seen | Known) -> tuple[int, int, int]:
    return thing.inode, thing.size, thing.mtime_ns
