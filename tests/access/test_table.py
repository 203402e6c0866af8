"""Every handler of the server stands in the access table, or in the list of what is off; nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

WALK = """
import json, sys
from pathlib import Path
from openpaas_workspace.app import guard, jupyter_access
from openpaas_workspace.app.server import StartOptions, configuration, isolate
data = Path(sys.argv[1])
isolate(data)
from jupyter_server.serverapp import ServerApp
options = StartOptions(data_dir=data, port=0)
server = ServerApp.instance(config=configuration(options), log_level=40)
server.initialize(argv=[])
extension = next(iter(server.extension_manager.extension_apps["openpaas_workspace"]))
extension.build()
seen = []
for router in (server.web_app.wildcard_router, server.web_app.default_router):
    for rule in guard.rules_of(router):
        rows = getattr(rule.target, "_access_rows", None)
        methods = [m for m in guard.METHODS if guard.serves(rule.target, m)]
        seen.append({
            "handler": guard.dotted(rule.target),
            "pattern": guard.bare_pattern(rule, server.base_url),
            "methods": methods,
            "rows": None if rows is None else sorted(rows),
            "routes": sorted(getattr(rule.target, "routes", {})),
        })
table = [[r.handler, r.pattern, r.method] for r in extension.table]
print("RESULT" + json.dumps({"seen": seen, "table": table, "off": list(jupyter_access.OFF)}))
"""


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The handlers of a server that is built but not started."""
    folder: Path = tmp_path_factory.mktemp("table") / "data"
    done = subprocess.run(
        [sys.executable, "-c", WALK, str(folder)], capture_output=True, text=True, timeout=120, check=False
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT")), None)
    assert line, done.stdout + done.stderr
    return json.loads(line.removeprefix("RESULT"))


def test_every_handler_is_guarded(walked: dict) -> None:
    bare = [entry["handler"] for entry in walked["seen"] if entry["rows"] is None]
    assert not bare, "these handlers escaped the guard"
    assert len(walked["seen"]) > 60


def test_every_handler_is_listed_or_off(walked: dict) -> None:
    off = set(walked["off"])
    unlisted = [
        f"{entry['handler']} {entry['pattern']}"
        for entry in walked["seen"]
        if not entry["rows"] and entry["handler"] not in off
    ]
    assert not unlisted, "say in the access table who may, or list the handler as off"


def test_no_row_is_for_nothing(walked: dict) -> None:
    there = {(entry["handler"], entry["pattern"]) for entry in walked["seen"]}
    dead = [row for row in walked["table"] if (row[0], row[1]) not in there]
    assert not dead, "these rows name no handler of this server: a typing error would leave a door shut"


def test_what_is_off_has_no_row(walked: dict) -> None:
    rows = {row[0] for row in walked["table"]}
    assert not rows & set(walked["off"])


def test_rows_name_methods_that_exist(walked: dict) -> None:
    wrong = [
        (entry["handler"], method)
        for entry in walked["seen"]
        for method in entry["rows"]
        if method not in entry["methods"] and method not in entry["routes"]
    ]
    assert not wrong


def test_a_route_of_ours_has_a_row_for_each_method(walked: dict) -> None:
    for entry in walked["seen"]:
        if entry["routes"]:
            assert entry["rows"] == entry["routes"], entry["pattern"]
