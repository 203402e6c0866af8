"""`openpaas COMMAND`: the table of commands, their arguments, and what each calls."""

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from platformdirs import user_data_dir

from openpaas_workspace.cli.online import ONLINE
from openpaas_workspace.cli.table import Argument, Command
from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.kit.postpone import postpone_grammar

_DATA_DIR: Argument = (
    ("--data-dir",),
    {
        "type": Path,
        "default": Path(user_data_dir("openpaas")),
        "help": "folder of everything the server owns",
    },
)
_DATABASE: Argument = (
    ("--database-url",),
    {"default": "", "help": "sqlite:///… or postgresql://…; by default SQLite in the data folder"},
)


_OFFLINE = (_DATA_DIR, _DATABASE)
COMMANDS: tuple[Command, ...] = (
    Command(
        ("start",),
        "start the workspace; creates what is missing and prints one URL to open",
        "serve:start",
        (
            *_OFFLINE,
            (("--port",), {"type": int, "default": 8888, "help": "port to listen on (0: any free one)"}),
            (("--ip",), {"default": "127.0.0.1", "help": "address to listen on"}),
            (("--demo",), {"action": "store_true", "help": "seed demo members and content; this machine only"}),
            (("--single-member",), {"action": "store_true", "help": "no sandbox, one account, this machine only"}),
            (("--tls",), {"nargs": 2, "metavar": ("CERTIFICATE", "KEY"), "help": "serve HTTPS with these files"}),
            (("--behind-proxy",), {"action": "append", "default": [], "metavar": "ADDRESS", "help": "address of a proxy that speaks HTTPS"}),
            (("--config",), {"type": Path, "help": "an openpaas_config.py; by default the one in the data folder"}),
        ),
    ),
    Command(
        ("user", "add"),
        "create a member and print a one-time link to choose a password",
        "offline:user_add",
        (
            *_OFFLINE,
            (("username",), {}),
            (("--name",), {"default": "", "help": "name shown to others"}),
            (("--email",), {"default": ""}),
            (("--administrator",), {"action": "store_true"}),
        ),
    ),
    Command(("user", "list"), "list the members", "offline:user_list", _OFFLINE),
    Command(("user", "disable"), "end a member's sessions and refuse new ones", "offline:user_disable", (*_OFFLINE, (("username",), {}))),
    Command(("user", "password"), "print a one-time link to choose a new password", "offline:user_password", (*_OFFLINE, (("username",), {}))),
    Command(
        ("token", "create"),
        "print a new personal token, alone on standard output",
        "offline:token_create",
        (
            *_OFFLINE,
            (("--user",), {"required": True}),
            (("--scope",), {"action": "append", "required": True, "help": "such as files:read, or all; may be repeated"}),
            (("--expires",), {"default": "30d", "help": "such as 12h, 30d"}),
            (("--name",), {"default": "command line"}),
        ),
    ),
    Command(("openapi",), "print the API description (OpenAPI 3.1)", "offline:openapi"),
    Command(("db", "upgrade"), "bring the database to this version", "offline:db_upgrade", _OFFLINE),
    Command(
        ("import",),
        "copy a folder of files into a space",
        "offline:import_folder",
        (*_OFFLINE, (("folder",), {"type": Path}), (("space",), {}), (("--user",), {"required": True, "help": "in whose name"})),
    ),
    Command(
        ("backup",),
        "save the whole workspace in one file, also while the server runs",
        "backup:backup",
        (*_OFFLINE, (("file",), {"type": Path, "help": "file to write: packed, or plain if it ends in .tar; - for standard output"})),
    ),
    Command(
        ("restore",),
        "put a backup back into an empty data folder and database",
        "backup:restore",
        (*_OFFLINE, (("file",), {"type": Path, "help": "file that openpaas backup wrote; - for standard input"})),
    ),
    Command(("doctor",), "say what works on this machine and what to do about the rest", "offline:doctor", _OFFLINE),
    *ONLINE,
)  # fmt: skip

_INTERRUPTED = 130
_TRAIT = re.compile(r"--[A-Z]\w*\.\w+=.*", re.DOTALL)


def parser() -> argparse.ArgumentParser:
    """The parser made from the table."""
    root = argparse.ArgumentParser(prog="openpaas", description="A collaborative office on a Jupyter server.")
    groups: dict[str, Any] = {"": root.add_subparsers(required=True, metavar="COMMAND")}
    for command in COMMANDS:
        *group, word = command.words
        key = " ".join(group)
        if key not in groups:
            groups[key] = groups[""].add_parser(key).add_subparsers(required=True, metavar="COMMAND")
        made = groups[key].add_parser(word, help=command.help, description=command.help)
        for names, options in command.arguments:
            made.add_argument(*names, **options)
        made.set_defaults(call=command.call)
    return root


def parsed(root: argparse.ArgumentParser, argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; `start` also takes settings as `--Class.trait=value`. Ends with code 2 on wrong ones."""
    arguments, rest = root.parse_known_args(argv)
    traits = [text for text in rest if _TRAIT.fullmatch(text)]
    wrong = [text for text in rest if text not in traits] if arguments.call == "serve:start" else rest
    if wrong:
        root.error(f"unrecognized arguments: {' '.join(wrong)}")
    arguments.traits = traits
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0 done, 1 refused with a sentence, 2 wrong arguments, 130 interrupted; of commands that speak to
    a running workspace also 3 not found, 4 not allowed, 5 conflict, 6 too large, 7 unavailable.
    """
    arguments = parsed(parser(), argv)
    module, _, name = arguments.call.partition(":")
    from importlib import import_module

    postpone_grammar()
    function: Callable[[argparse.Namespace], Any] = getattr(
        import_module(f"openpaas_workspace.cli.{module}"), name
    )
    try:
        result = function(arguments)
        if asyncio.iscoroutine(result):
            result = asyncio.run(result)
        sys.stdout.flush()
    except WorkspaceError as error:
        print(f"openpaas: {error.sentence}", file=sys.stderr)
        return _exit_code(error) if module == "remote" else 1
    except (OSError, KeyboardInterrupt) as error:
        if module != "remote":
            raise
        return _ended(error)
    return int(result or 0)


def _ended(error: OSError | KeyboardInterrupt) -> int:
    """The exit code when this machine ended a command that speaks to a workspace, with a sentence if it needs one."""
    if isinstance(error, KeyboardInterrupt):
        return _INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # Who read it has gone away; Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    where = f"{error.filename}: " if error.filename else ""
    print(f"openpaas: {where}{error.strerror or error}", file=sys.stderr)
    return 1


def _exit_code(error: WorkspaceError) -> int:
    from openpaas_workspace.cli.remote import exit_code

    return exit_code(error)


if __name__ == "__main__":
    raise SystemExit(main())
