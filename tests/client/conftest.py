"""The client against a real server, in the name of members, with tokens of their own."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from openpaas_workspace.client import Workspace
from tests.client.cutter import Cutter
from tests.conftest import Server


def token_of(server: Server, name: str, *scopes: str) -> str:
    """A new personal token of a demo member."""
    with server.login(name) as page:
        body = {"name": f"test {uuid.uuid4().hex[:6]}", "scopes": list(scopes) or ["all"]}
        made = page.post("/api/workspace/v1/tokens", json=body)
        made.raise_for_status()
        return str(made.json()["secret"])


@pytest.fixture(scope="session")
def tokens(server: Server) -> dict[str, str]:
    """One token of everything for each."""
    return {name: token_of(server, name) for name in ("alice", "bob", "carol", "dave")}


@pytest.fixture
def workspace(server: Server, tokens: dict[str, str]) -> Iterator[Callable[[str], Workspace]]:
    """A client of somebody."""
    made: list[Workspace] = []

    def make(name: str = "alice") -> Workspace:
        made.append(Workspace(server.url, tokens[name]))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def ws(workspace: Callable[[str], Workspace]) -> Workspace:
    """Alice's."""
    return workspace("alice")


@pytest.fixture
def space(ws: Workspace) -> str:
    """A space of the test's own: alice manages it, bob edits, carol reads."""
    name = f"Client {uuid.uuid4().hex[:8]}"
    made = ws.create_space(name)
    made.share("bob", "editor")
    made.share("carol", "reader")
    return name


@pytest.fixture
def cutter(server: Server) -> Iterator[Cutter]:
    made = Cutter(server.port)
    yield made
    made.close()
