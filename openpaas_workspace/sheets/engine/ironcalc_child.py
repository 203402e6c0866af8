"""The child process of the bridge to IronCalc: reads batches of calls, answers with their results."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

# A scalar, `("error", "#N/A")`, or rows of those.
Result: TypeAlias = Any

MOST = 1_000_000  # cells of one result
ROWS, COLUMNS = 1_048_576, 16_384


def serve(pipe: Connection) -> None:
    """Answers until the pipe is closed. Each answer has one result for each call, `#CALC!` for what broke."""
    while True:
        try:
            name, calls = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_answers(name, calls))


def _answers(name: str, calls: Sequence[Sequence[Result]]) -> list[Result]:
    if len(calls) > 1 and not any(isinstance(argument, list) for call in calls for argument in call):
        try:
            return _together(name, calls)
        except BaseException as error:
            _unless_told_to_stop(error)
    return [_calculated(name, call) for call in calls]


def _together(name: str, calls: Sequence[Sequence[Result]]) -> list[Result]:
    """Calls with single values, one on each row of one workbook; those that spill are calculated alone."""
    import ironcalc

    model = ironcalc.create("calls", "en", "UTC", "en")
    model.new_sheet()
    for row, call in enumerate(calls, start=1):
        for column, argument in enumerate(call, start=1):
            _put(model, (1, row, column), argument)
        references = [
            f"Sheet2!${ironcalc.column_name_from_number(place)}${row}" for place in range(1, len(call) + 1)
        ]
        model.set_user_input(0, row, 1, f"={name}({','.join(references)})")
    model.evaluate()
    results: list[Result] = []
    for row, call in enumerate(calls, start=1):
        result = _cell(model, row, 1)
        spills = result == ("error", "#SPILL!") or not model.is_empty_cell(0, row, 2)
        results.append(_calculated(name, call) if spills else result)
    return results


def _calculated(name: str, call: Sequence[Result]) -> Result:
    try:
        return _evaluated(name, call)
    except BaseException as error:
        _unless_told_to_stop(error)
        return ("error", "#CALC!")


def _unless_told_to_stop(error: BaseException) -> None:
    """A panic of IronCalc is no Exception, so everything is caught but what ends the process."""
    if isinstance(error, KeyboardInterrupt | SystemExit):
        raise error


def _evaluated(name: str, call: Sequence[Result]) -> Result:
    import ironcalc

    model = ironcalc.create("call", "en", "UTC", "en")
    model.new_sheet()
    column = 1
    references: list[str] = []
    for argument in call:
        rows = argument if isinstance(argument, list) else [[argument]]
        _write(model, rows, column)
        last = column + len(rows[0]) - 1
        first = f"Sheet2!${ironcalc.column_name_from_number(column)}$1"
        one = len(rows) == len(rows[0]) == 1
        references.append(first if one else f"{first}:${ironcalc.column_name_from_number(last)}${len(rows)}")
        column = last + 1
    model.set_user_input(0, 1, 1, f"={name}({','.join(references)})")
    model.evaluate()
    return _result(model)


def _write(model: Any, rows: Sequence[Sequence[Result]], column: int) -> None:
    for row, line in enumerate(rows, start=1):
        for offset, value in enumerate(line):
            _put(model, (1, row, column + offset), value)


def _put(model: Any, place: tuple[int, int, int], value: Result) -> None:
    if isinstance(value, bool):
        model.update_cell_with_bool(*place, value)
    elif isinstance(value, str):
        model.update_cell_with_text(*place, value)
    elif isinstance(value, tuple):
        model.set_user_input(*place, f"={value[1]}")
    elif value is not None:
        model.update_cell_with_number(*place, float(value))


def _result(model: Any) -> Result:
    rows, columns = 1, 1
    while rows < ROWS and not model.is_empty_cell(0, rows + 1, 1):
        rows += 1
    while columns < COLUMNS and not model.is_empty_cell(0, 1, columns + 1):
        columns += 1
    if rows == columns == 1:
        return _cell(model, 1, 1)
    if rows * columns > MOST:
        return ("error", "#LIMIT!")
    return [[_cell(model, row, column) for column in range(1, columns + 1)] for row in range(1, rows + 1)]


def _cell(model: Any, row: int, column: int) -> Result:
    import ironcalc

    value = model.get_cell_value(0, row, column)
    if model.get_cell_type(0, row, column) == ironcalc.CellType.ErrorValue:
        return ("error", "#NAME?" if value in {"#ERROR!", "#N/IMPL!"} else str(value))
    return value
