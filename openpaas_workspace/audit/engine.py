"""Events as CSV that a spreadsheet opens without running anything."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from openpaas_workspace.audit.schemas import AuditEntry

COLUMNS = (
    "seq",
    "time",
    "type",
    "ref",
    "actor",
    "actor_name",
    "actor_kind",
    "behalf",
    "behalf_name",
    "members",
    "data",
)
_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def harmless(text: str) -> str:
    """The text such that no spreadsheet takes it for a formula (a leading apostrophe)."""
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_FORMULA) else text


def header() -> str:
    """The first line, after the mark by which Excel knows UTF-8."""
    return "\ufeff" + ",".join(COLUMNS) + "\r\n"


def lines(events: Iterable[AuditEntry], names: Mapping[str, str]) -> str:
    """One line for each event."""
    out = io.StringIO()
    writer = csv.writer(out)
    for event in events:
        cells = (
            str(event.seq),
            datetime.fromtimestamp(event.at / 1000, UTC).isoformat(timespec="milliseconds"),
            event.type,
            event.ref,
            event.actor,
            names.get(event.actor, ""),
            event.actor_kind,
            event.behalf,
            names.get(event.behalf, ""),
            " ".join(event.members),
            json.dumps(event.data, ensure_ascii=False),
        )
        writer.writerow([harmless(cell) for cell in cells])
    return out.getvalue()
