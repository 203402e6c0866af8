"""The reference pages, made from the tables of the code: routes, events, settings, commands, push frames."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
from traitlets.config import Configurable

from openpaas_workspace.app.domains import all_domains
from openpaas_workspace.cli.main import COMMANDS
from openpaas_workspace.core.events import Event
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.settings import Settings
from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.realtime.push.schemas import FRAMES

NOTE = "<!-- Made from the code by `python -m tests.rules.regenerate`; do not edit. -->\n"


@cache
def pages() -> dict[str, str]:
    """File name and text of every page."""
    domains = all_domains()
    return {
        "routes.md": routes(domains),
        "events.md": events(domains),
        "settings.md": settings(domains),
        "commands.md": commands(),
        "push.md": push(),
        "errors.md": errors(),
    }


def routes(domains: Sequence[Domain]) -> str:
    """Every address of the workspace's own."""
    parts = [
        NOTE,
        "# Routes\n",
        (
            "Paths of the tables are below `/api/workspace/v1`; `openapi.json` there describes bodies and replies."
            " A token needs the scope, its area, or `all`; a browser's session needs none.\n"
        ),
    ]
    for domain in domains:
        if domain.routes:
            rows = [
                (
                    f"`{r.method} {r.path}`",
                    sentence(r.summary),
                    _who(r.who, session_only=r.session_only),
                    f"`{r.scope}`",
                )
                for r in domain.routes
            ]
            parts += [f"## {domain.name}\n", table(("route", "what it does", "who", "scope"), rows)]
        if domain.access:
            rows = [
                (
                    f"`{a.method} {a.pattern}`",
                    f"`{a.handler.rpartition('.')[2]}`",
                    a.who,
                    f"`{a.scope}`" if a.scope else "session only",
                )
                for a in domain.access
            ]
            parts += [
                f"### {domain.name}: pages, sockets, foreign protocols\n",
                table(("address", "handler", "who", "scope"), rows),
            ]
    return "\n".join(parts)


def events(domains: Sequence[Domain]) -> str:
    """Every fact in the stream."""
    parts = [
        NOTE,
        "# Events\n",
        (
            "Every event has `seq`, `at` (milliseconds), `ref`, `actor`, `actor_kind`, `behalf`, `members`, and the fields"
            " named here. Readers are those who may see the `ref` at the moment of sending.\n"
        ),
    ]
    for domain in domains:
        if domain.events:
            rows = [
                (
                    f"`{type_.__name__}`",
                    doc(type_),
                    type_.audience,
                    ", ".join(f"`{f}`" for f in _own_fields(type_)),
                    _days(type_),
                )
                for type_ in domain.events
            ]
            parts += [
                f"## {domain.name}\n",
                table(("event", "what happened", "who hears", "fields", "kept"), rows),
            ]
    return "\n".join(parts)


def settings(domains: Sequence[Domain]) -> str:
    """Every trait an administrator may set."""
    parts = [
        NOTE,
        "# Settings\n",
        "In `openpaas_config.py`: `c.Class.trait = value`; on the command line: `--Class.trait=value`.\n",
    ]
    classes: list[type[Configurable]] = [Settings, *(cls for domain in domains for cls in domain.config)]
    for cls in classes:
        traits = cls.class_own_traits(config=True)
        rows = [
            (f"`{name}`", sentence(trait.help), f"`{trait.default_value!r}`")
            for name, trait in sorted(traits.items())
        ]
        parts += [f"## {cls.__name__}\n", doc(cls) + "\n", table(("trait", "meaning", "default"), rows)]
    return "\n".join(parts)


def commands() -> str:
    """Every command of `openpaas`."""
    parts = [NOTE, "# Commands\n"]
    for command in COMMANDS:
        parts += [f"## openpaas {' '.join(command.words)}\n", sentence(command.help) + "\n"]
        if command.arguments:
            rows = [
                (f"`{' '.join(names)}`", sentence(str(options.get("help", ""))), _default(names, options))
                for names, options in command.arguments
            ]
            parts.append(table(("argument", "meaning", "default"), rows))
    return "\n".join(parts)


def push() -> str:
    """Every frame of the push socket."""
    parts = [
        NOTE,
        "# Frames of the push socket\n",
        (
            "`/api/workspace/v1/push`: JSON text frames, told apart by `type`. Closed with 4400 (no hello), 4401 (session"
            " ended), 4408 (too slow: resume), 4429 (too many windows), 1012 (restart).\n"
        ),
    ]
    first_out = FRAMES[[frame.__name__ for frame in FRAMES].index("Welcome")]
    for title, chosen in (
        ("From the page", FRAMES[: FRAMES.index(first_out)]),
        ("From the server", FRAMES[FRAMES.index(first_out) :]),
    ):
        rows = [
            (f"`{_tag(frame)}`", doc(frame), ", ".join(f"`{name}`" for name in frame.__struct_fields__))
            for frame in chosen
        ]
        parts += [f"## {title}\n", table(("type", "meaning", "fields"), rows)]
    return "\n".join(parts)


def errors() -> str:
    """Every kind of refusal."""
    rows = [
        (f"`{cls.__name__}`", str(cls.status), doc(cls))
        for cls in (WorkspaceError, *WorkspaceError.__subclasses__())
        if cls.__module__ == WorkspaceError.__module__
    ]
    about = (
        "Refusals are problems (RFC 9457, `application/problem+json`): `type` is `urn:openpaas:problem:<name>`,"
        " `detail` is one sentence that says what to do, `retry_after` in seconds where waiting helps.\n"
    )
    return "\n".join([NOTE, "# Errors\n", about, table(("name", "status", "meaning"), rows)])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows
    ]
    return "\n".join(lines) + "\n"


def sentence(text: str) -> str:
    """The text on one line, beginning with a capital and ending with a stop."""
    text = " ".join(text.split())
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".…:?" else ".")


def doc(cls: type) -> str:
    """The docstring of a class on one line."""
    return " ".join((cls.__doc__ or "").split())


def _own_fields(type_: type[Event]) -> list[str]:
    return [name for name in type_.__struct_fields__ if name not in {"ref", "members"}]


def _days(type_: type[Event]) -> str:
    return "as set" if type_.retention_days == Event.retention_days else f"{type_.retention_days} days"


def _who(who: str, *, session_only: bool) -> str:
    return f"{who}, in the page" if session_only else who


def _default(names: tuple[str, ...], options: dict[str, Any]) -> str:
    if options.get("required") or not names[0].startswith("-"):
        return "required"
    value = options.get("default")
    if names[0] == "--data-dir":
        return "the user's data folder"
    return f"`{value}`" if value not in (None, "", []) else ""


def _tag(frame: type) -> str:
    return str(msgspec.inspect.type_info(frame).tag)  # type: ignore[attr-defined]
