"""The commands that speak to a running workspace."""

from openpaas_workspace.cli.table import Argument, Command

_WHERE: tuple[Argument, ...] = (
    (("--url",), {"help": "the workspace; by default OPENPAAS_URL, else http://127.0.0.1:8888; in a kernel none is needed"}),
    (("--token-file",), {"metavar": "FILE", "help": "file that holds a personal token; by default OPENPAAS_TOKEN holds one"}),
    (("--json",), {"action": "store_true", "help": "print JSON"}),
)  # fmt: skip
_PATH: Argument = (("path",), {"help": "Space/folder/name, ~/name or an id"})


def _row(word: str, help_: str, *arguments: Argument, call: str = "") -> Command:
    return Command((word,), help_, f"remote:{call or word}", (*_WHERE, *arguments))


ONLINE: tuple[Command, ...] = (
    _row("whoami", "say in whose name the commands speak"),
    _row("ls", "list a space or folder, or the spaces", (("path",), {"nargs": "?", "default": ""})),
    _row("cat", "print files", (("path",), {"nargs": "+"})),
    _row(
        "cp", "copy from here to the workspace, back, or within it; places there begin with ws:",
        (("source",), {}), (("target",), {}),
        (("--conflict",), {"choices": ("replace", "refuse", "keep"), "help": "when there is one of this name; by default it is replaced, but for copies within the workspace"}),
    ),
    _row("mv", "rename or move", (("source",), {}), (("target",), {})),
    _row("rm", "put into the trash", (("path",), {"nargs": "+"})),
    _row("mkdir", "make a folder, or a space when there is only a name", _PATH),
    _row(
        "share", "give somebody a role", _PATH, (("who",), {"help": "username, group or everyone"}),
        (("role",), {"choices": ("reader", "commenter", "editor", "manager")}),
        (("--until",), {"metavar": "DATE", "help": "ends by itself, such as 2027-01-31"}),
    ),
    _row("unshare", "take a role back", _PATH, (("who",), {})),
    _row("access", "say who may do what", _PATH),
    _row(
        "history", "list the versions of a file", _PATH, (("--limit",), {"type": int, "default": 50}),
        (("--named",), {"action": "store_true", "help": "only those that somebody named"}),
    ),
    _row("revert", "write an earlier version again", _PATH, (("version",), {"type": int})),
    _row(
        "run", "execute a whole notebook into a copy beside it", _PATH,
        (("-p", "--parameter"), {"action": "append", "default": [], "metavar": "NAME=VALUE", "help": "JSON, or text; may be repeated"}),
        (("--no-wait",), {"action": "store_true", "help": "return at once"}),
    ),
    _row("search", "find by names", (("words",), {"nargs": "+"})),
    _row("members", "list the members"),
    _row(
        "events", "print what happens, as it happens",
        (("--type",), {"action": "append", "help": "only events of this type, such as FileEdited; may be repeated"}),
        (("--seconds",), {"type": float, "help": "stop after so long"}),
    ),
    Command(
        ("completion",), "print a script that completes commands in a shell", "remote:completion",
        ((("shell",), {"choices": ("bash", "zsh", "tcsh")}),),
    ),
)  # fmt: skip
