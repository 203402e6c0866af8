"""What of sheets is tried as nobody, stranger, reader, editor and manager."""

from tests.access.cases import Case, editors, everybody, readers
from tests.access.world import SPACE

NOBODY_ELSE = everybody(404)
_CELLS = {"client": "{name}", "n": 1, "base_seq": 2**39, "typed": {"tab": "t1", "cells": [[0, 0, "3"]]}}
_STEP = {"client": "{name}", "n": 1}
_TAB = "/sheets/{sheet}/tabs/t1"
# Who has done nothing has nothing to undo; the owner's are tried in tests/sheets.
_NOTHING = (404, 403, 409, 409, 404)
_NO_TABLE = (404, 403, 422, 422, 404)


SHEETS: tuple[Case, ...] = (
    Case("POST /sheets", "/sheets", editors(201), {"path": f"{SPACE}/{{name}}.sheet"}),
    Case("POST /sheets", "/sheets", NOBODY_ELSE, {"path": "~alice/{name}.sheet"}, owner=201),
    Case(
        "POST /sheets/import", "/sheets/import", editors(201), {"path": "{table_path}", "to": f"{SPACE}/{{name}}.sheet"}
    ),
    Case("POST /sheets/import", "/sheets/import", NOBODY_ELSE, {"path": "{secret_path}", "to": "~/{name}.sheet"}, owner=0),
    *(
        Case(f"GET {row}", row.format(sheet=f"{{{sheet}}}", tab="t1") + query, expect, owner=200)
        for sheet, expect in (("sheet", readers()), ("own_sheet", NOBODY_ELSE))
        for row, query in (
            ("/sheets/{sheet}", ""),
            ("/sheets/{sheet}/window", "?tab=t1"),
            ("/sheets/{sheet}/cell", "?tab=t1&row=0&column=0"),
            ("/sheets/{sheet}/find", "?tab=t1&text=a"),
            ("/sheets/{sheet}/export", "?format=csv"),
            ("/sheets/{sheet}/tabs/{tab}/arrow", ""),
        )
    ),
    Case("POST /sheets/{sheet}/ops", "/sheets/{sheet}/ops", editors(), _CELLS),
    Case("POST /sheets/{sheet}/ops", "/sheets/{own_sheet}/ops", NOBODY_ELSE, _CELLS, owner=200),
    Case("POST /sheets/{sheet}/undo", "/sheets/{own_sheet}/undo", NOBODY_ELSE, _STEP, owner=0),
    Case("POST /sheets/{sheet}/redo", "/sheets/{sheet}/redo", _NOTHING, _STEP, owner=409),
    Case("PUT /sheets/{sheet}/tabs/{tab}/arrow", f"{_TAB}/arrow", _NO_TABLE, content=b"no table", owner=422),
    Case("POST /sheets/{sheet}/tabs/{tab}/arrow", f"{_TAB}/arrow?key=a", _NO_TABLE, content=b"no table", owner=422),
    Case("POST /sheets/{sheet}/tabs/{tab}/block", f"{_TAB}/block", _NO_TABLE, content=b"no table", owner=422),
    Case("GET /sheets/{sheet}/socket", "/sheets/{sheet}/socket", everybody(400)),
)  # fmt: skip
