"""Which files are looked at every second: those that a room has lately opened or changed."""

from collections import OrderedDict

_MOST = 2000


class Watched:
    """The ids of the files to look at, the least lately used forgotten first. `workspace.get(Watched)`."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def add(self, file_id: str) -> None:
        """Look at this file every second from now on."""
        self._ids[file_id] = None
        self._ids.move_to_end(file_id)
        if len(self._ids) > _MOST:
            self._ids.popitem(last=False)

    def drop(self, file_id: str) -> None:
        """The file is gone; the slow scan of its space is enough."""
        self._ids.pop(file_id, None)

    def ids(self) -> list[str]:
        """All of them."""
        return list(self._ids)
