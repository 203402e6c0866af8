"""What happens is heard once, in order, also over a wire that is cut."""

import threading

import pytest

from openpaas_workspace.client import Unauthenticated, Workspace
from tests.client.cutter import Cutter
from tests.conftest import Server

COUNT = 12


def made(ws: Workspace, space: str, start: int, count: int) -> None:
    for number in range(start, start + count):
        ws.create_folder(f"{space}/{number:02}")


def heard(ws: Workspace, space_id: str, count: int, resume: tuple[str, int] | None = None) -> list[str]:
    """The refs of the next folders of a space."""
    found: list[str] = []
    for event in ws.events({"FolderCreated"}, resume=resume, seconds=60):
        found.append(event.ref)
        if len(found) == count:
            break
    return found


def test_each_event_once_in_order_and_on_from_where_one_stopped(ws: Workspace, space: str) -> None:
    space_id = ws.space(space).id
    stream = ws.events({"FolderCreated"}, seconds=60)
    threading.Timer(0.5, made, (ws, space, 0, COUNT)).start()
    first = [next(stream).ref for _ in range(COUNT // 2)]
    stop = ws.events_at
    stream.close()
    rest = heard(ws, space_id, COUNT - len(first), resume=stop)
    files = ws.files(space).sort_values("name")
    assert first + rest == [f"folder:{id_}" for id_ in files["id"]]
    assert list(ws.events(seconds=0.2)) == []


def test_a_cut_wire_loses_and_doubles_nothing(
    cutter: Cutter, ws: Workspace, tokens: dict[str, str], space: str
) -> None:
    far = Workspace(cutter.url, tokens["alice"])
    stream = far.events({"FolderCreated"}, seconds=120)
    threading.Timer(0.5, made, (ws, space, 0, 2)).start()
    found = [next(stream).ref]
    cutter.after_got.append(1)  # the next bytes from the server never come
    threading.Timer(0.5, made, (ws, space, 2, COUNT - 2)).start()
    found += [next(stream).ref for _ in range(COUNT - 1)]
    assert cutter.cuts == 1
    files = ws.files(space).sort_values("name")
    assert found == [f"folder:{id_}" for id_ in files["id"]]


def test_only_what_one_may_see(workspace, space: str) -> None:
    stranger = workspace("dave")
    stream = stranger.events(seconds=3)
    threading.Timer(0.3, made, (workspace("alice"), space, 0, 3)).start()
    assert [event for event in stream if event.type == "FolderCreated"] == []


def test_a_wrong_token_hears_nothing(server: Server) -> None:
    with pytest.raises(Unauthenticated):
        next(Workspace(server.url, "opw_wrong").events(seconds=10))
