"""Commands that speak to a running workspace as its client does."""

import json
import os
import re
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpaas_workspace.client import Workspace
from openpaas_workspace.client.sentences import say as spoken
from openpaas_workspace.kit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    WorkspaceError,
)

if TYPE_CHECKING:
    import pandas as pd

REMOTE = "ws:"
# A terminal would obey what others wrote into a name, and a script would take one row for two.
_SIGNS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# What a script can tell apart; 0 is done, 2 are wrong arguments.
EXIT_CODES: Mapping[type[WorkspaceError], int] = {
    Invalid: 2,
    NotFound: 3,
    Unauthenticated: 4,
    Forbidden: 4,
    Conflict: 5,
    TooLarge: 6,
    Unavailable: 7,
}


def workspace(arguments: Namespace) -> Workspace:
    """The workspace that is meant: the options, the environment, or the kernel one is in."""
    url = arguments.url or os.environ.get("OPENPAAS_URL")
    if url is None and "OPENPAAS_SOCKET" not in os.environ:
        url = "http://127.0.0.1:8888"
    token = os.environ.get("OPENPAAS_TOKEN")
    if arguments.token_file:
        token = Path(arguments.token_file).read_text().strip()
    return Workspace(url, token)


def exit_code(error: WorkspaceError) -> int:
    """The exit code of an error; 1 for any that has none of its own."""
    return next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1)


def say(arguments: Namespace, value: Any) -> None:
    """Print a table or a record: for people, or one JSON value with `--json`."""
    if arguments.json:
        print(json.dumps(_plain(value), ensure_ascii=False, default=str))
        return
    rows = _rows(value)
    if not rows:
        return
    names = list(rows[0])
    texts = [[_text(row[name]) for name in names] for row in rows]
    widths = [max(len(line[at]) for line in [names, *texts]) for at in range(len(names))]
    for line in [names, *texts] if sys.stdout.isatty() else texts:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def whoami(arguments: Namespace) -> None:
    """Who I am."""
    with workspace(arguments) as ws:
        me = ws.me
        say(arguments, {"username": me.username, "name": me.display_name, "id": me.id})


def ls(arguments: Namespace) -> None:
    """What a space or folder holds; the spaces without a path."""
    with workspace(arguments) as ws:
        table = ws.files(arguments.path) if arguments.path else ws.spaces()
        columns = (
            ["level", "size", "modified", "modified_by", "name"]
            if arguments.path
            else ["level", "kind", "path"]
        )
        say(arguments, table if arguments.json else table[columns])


def cat(arguments: Namespace) -> None:
    """The bytes of files, one after another."""
    with workspace(arguments) as ws:
        for path in arguments.path:
            sys.stdout.buffer.write(ws.read(path))
    sys.stdout.buffer.flush()


def cp(arguments: Namespace) -> None:
    """Copy between this machine and the workspace, or within the workspace."""
    source, target = arguments.source, arguments.target
    conflict = arguments.conflict or "replace"
    with workspace(arguments) as ws:
        match source.startswith(REMOTE), target.startswith(REMOTE):
            case False, True:
                done: Any = ws.upload(source, target.removeprefix(REMOTE), conflict=conflict).path
            case True, False:
                done = ws.download(source.removeprefix(REMOTE), target, conflict=conflict)
            case True, True:
                if arguments.conflict in {"replace", "keep"}:
                    raise Invalid(
                        spoken("Within the workspace a copy takes a free place only: leave --conflict out.")
                    )
                done = ws.copy(source.removeprefix(REMOTE), target.removeprefix(REMOTE)).path
            case _:
                raise Invalid(
                    spoken("Name at least one place in the workspace: {place}.", place=f"{REMOTE}Space/name")
                )
        say(arguments, {"path": str(done)})


def mv(arguments: Namespace) -> None:
    """Rename or move."""
    with workspace(arguments) as ws:
        say(arguments, {"path": ws.move(arguments.source, arguments.target).path})


def rm(arguments: Namespace) -> None:
    """Into the trash."""
    with workspace(arguments) as ws:
        for path in arguments.path:
            ws.delete(path)


def mkdir(arguments: Namespace) -> None:
    """A folder; or a space, when there is only a name."""
    with workspace(arguments) as ws:
        made = ws.create_folder(arguments.path) if "/" in arguments.path else ws.create_space(arguments.path)
        say(arguments, {"path": made.path})


def share(arguments: Namespace) -> None:
    """Give a role."""
    with workspace(arguments) as ws:
        until = _date(arguments.until) if arguments.until else None
        ws.share(arguments.path, arguments.who, arguments.role, until=until)


def unshare(arguments: Namespace) -> None:
    """Take a role back."""
    with workspace(arguments) as ws:
        ws.unshare(arguments.path, arguments.who)


def access(arguments: Namespace) -> None:
    """Who may do what."""
    with workspace(arguments) as ws:
        say(arguments, ws.access(arguments.path))


def history(arguments: Namespace) -> None:
    """The versions of a file."""
    with workspace(arguments) as ws:
        say(arguments, ws.history(arguments.path, arguments.limit, named=arguments.named))


def revert(arguments: Namespace) -> None:
    """An earlier state again, as a new change."""
    with workspace(arguments) as ws:
        say(arguments, {"version": ws.restore(arguments.path, arguments.version)})


def run(arguments: Namespace) -> int:
    """A whole notebook; fails when a cell does, or somebody stopped it."""
    values: dict[str, Any] = {}
    for text in arguments.parameter:
        name, found, value = text.partition("=")
        if not found:
            raise Invalid(spoken("A parameter is NAME=VALUE."))
        try:
            values[name] = json.loads(value)
        except ValueError:
            values[name] = value
    with workspace(arguments) as ws:
        execution = ws.notebook(arguments.path).run(values)
        if not arguments.no_wait:
            execution.wait()
        state = execution.state
        say(arguments, {"id": execution.id, "state": state, "output": execution.output})
    return 1 if state == "cancelled" else 0


def search(arguments: Namespace) -> None:
    """By the beginnings of words of names."""
    with workspace(arguments) as ws:
        say(arguments, ws.search(" ".join(arguments.words)))


def members(arguments: Namespace) -> None:
    """Everybody."""
    with workspace(arguments) as ws:
        say(arguments, ws.members())


def events(arguments: Namespace) -> None:
    """What happens, one a line, until it is interrupted."""
    with workspace(arguments) as ws, suppress(KeyboardInterrupt):
        for event in ws.events(arguments.type or (), seconds=arguments.seconds):
            row = {"at": datetime.fromtimestamp(event.at / 1000).astimezone().isoformat(timespec="seconds")}
            row |= {
                "type": event.type,
                "who": ws.directory.username(event.behalf or event.actor),
                "ref": event.ref,
            }
            line = (
                json.dumps(row | {"data": event.data})
                if arguments.json
                else "  ".join(map(_text, row.values()))
            )
            print(line, flush=True)


def completion(arguments: Namespace) -> None:
    """A script for the shell that completes commands and options."""
    import shtab

    from openpaas_workspace.cli.main import parser

    print(shtab.complete(parser(), arguments.shell))


def _date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(spoken("“{text}” is no date: write 2027-01-31.", text=text)) from error


def _plain(value: "pd.DataFrame | Mapping[str, Any]") -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return json.loads(value.to_json(orient="records", date_format="iso"))


def _rows(value: "pd.DataFrame | Mapping[str, Any]") -> list[dict[str, Any]]:
    found: Iterable[Mapping[str, Any]] = [value] if isinstance(value, Mapping) else value.to_dict("records")
    return [dict(row) for row in found]


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return (
            ""
            if str(value) == "NaT"
            else datetime.fromisoformat(value.isoformat()).astimezone().strftime("%Y-%m-%d %H:%M")
        )
    return "" if value is None or str(value) in {"nan", "NaT"} else _SIGNS.sub("�", str(value))
