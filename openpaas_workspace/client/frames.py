"""DataFrames over the wire: Arrow streams, whole, with a bar for large ones, and tried again after a cut."""

import csv
import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import httpx
import msgspec

from openpaas_workspace.client.bars import Bar, progress_bar
from openpaas_workspace.client.connection import ATTEMPTS, Connection, checked, pause
from openpaas_workspace.client.sentences import say
from openpaas_workspace.kit.errors import Invalid, Unavailable

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from openpaas_workspace.sheets.engine.frames import Unfit

Odd = Literal["missing", "keep", "raise"]
_NUMBER, _TEXT, _BOOLEAN, _ERROR = 1, 2, 3, 4
_CHUNK: Final = 1024 * 1024
# Below this, packing costs more than it saves.
_SMALL: Final = 256 * 1024


def pack(frame: "pd.DataFrame") -> bytes:
    """A frame as an Arrow stream: dtypes and index with it, columns of mixed objects as cells of their own kinds.

    Raises Invalid for what no cell can hold.
    """
    import pandas as pd
    import pyarrow as pa

    from openpaas_workspace.sheets.engine.frames import Unfit, to_table

    if not isinstance(frame, pd.DataFrame):
        raise Invalid(say("Give a DataFrame: this is a {type}.", type=type(frame).__name__))

    try:
        table = to_table(frame)
    except Unfit as error:
        raise Invalid(_unfit(error)) from error
    packed = pa.ipc.IpcWriteOptions(compression="zstd" if table.nbytes > _SMALL else None)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=packed) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _unfit(error: "Unfit") -> str:
    """Why a frame cannot be written, in the reader's language."""
    name, held = error.about, error.held
    match error.why:
        case "twice":
            return say("Two columns are called “{name}”: give each a name of its own.", name=name)
        case "half":
            return say("The column “{name}” holds half a character.", name=name)
        case "levels":
            return say(
                "The columns have {count} levels, and a sheet has one line of names: "
                'join them (df.columns = df.columns.map(" ".join)).',
                count=name,
            )
        case "objects":
            return say(
                "The column “{name}” holds {type} objects: make text or numbers of them.",
                name=name,
                type=held,
            )
    return say("The table cannot be written: {why}.", why=name)


def as_typed(frame: "pd.DataFrame") -> tuple["pd.DataFrame", bool]:
    """A frame whose texts are read as if typed, and whether they must be: where formulas and errors are among them."""
    import pandas as pd

    from openpaas_workspace.client.values import CellError

    def typed(value: Any) -> bool:
        return isinstance(value, CellError) or (
            isinstance(value, str) and len(value) > 1 and value.startswith("=")
        )

    texts = [place for place, dtype in enumerate(frame.dtypes) if str(dtype) in {"object", "str", "string"}]
    if not any(map(typed, (value for place in texts for value in frame.iloc[:, place].tolist()))):
        return frame, False
    made = frame.copy()
    for place in texts:
        values = [
            f"'{value}" if isinstance(value, str) and value and not typed(value) else value
            for value in frame.iloc[:, place].tolist()
        ]
        made.isetitem(place, pd.Series(values, index=frame.index, dtype="object"))
    return made, True


def listed(names: Sequence[str]) -> str:
    """Names of columns as one value of an address: CSV, so that they may hold commas."""
    line = io.StringIO()
    csv.writer(line, lineterminator="", quoting=csv.QUOTE_ALL).writerow(names)
    return line.getvalue()


def send(
    connection: Connection,
    method: str,
    path: str,
    data: bytes,
    query: dict[str, Any],
    *,
    name: str,
    progress: bool | None,
) -> dict[str, Any]:
    """Send a table; `query` names the change, so that the server does it once however often it hears it."""
    with progress_bar(name, len(data), progress) as bar:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = connection.send(
                    method,
                    path,
                    query=query,
                    content=_chunks(data, bar),
                    headers={"Content-Length": str(len(data))},
                )
            except Unavailable as error:
                if attempt == ATTEMPTS:
                    raise
                pause(attempt, error.retry_after or 0)
                continue
            return dict(msgspec.json.decode(answer.content))
    raise AssertionError("unreachable")


def fetch(
    connection: Connection, path: str, query: dict[str, str], *, name: str, progress: bool | None
) -> tuple["pa.Table", str]:
    """A table of the server's, and the state that it is of."""
    import pyarrow as pa

    for attempt in range(1, ATTEMPTS + 1):
        try:
            with connection.stream(path, query=query, headers={}) as answer:
                if not answer.is_success:
                    answer.read()
                    checked(answer)
                size = int(answer.headers.get("Content-Length", 0))
                data = bytearray()
                with progress_bar(name, size, progress) as bar:
                    for chunk in answer.iter_bytes(_CHUNK):
                        data += chunk
                        bar.move(len(data))
            return pa.ipc.open_stream(pa.py_buffer(data)).read_all(), answer.headers.get("ETag", "")
        except (httpx.TransportError, Unavailable) as error:
            if attempt == ATTEMPTS:
                raise Unavailable(
                    say("The connection was cut while “{name}” was fetched: {why}.", name=name, why=error)
                ) from error
            pause(attempt)
    raise AssertionError("unreachable")


def odd_columns(table: "pa.Table") -> list[str]:
    """Columns with cells that do not fit their type."""
    import pyarrow as pa

    return [field.name for field in table.schema if pa.types.is_struct(field.type)]


def said_odd(mixed: "pa.Table", plain: "pa.Table", names: list[str], odd: Odd) -> None:
    """Tell of cells that do not fit their column: a warning, or Invalid as `odd` wants."""
    for name in names:
        filled = sum(_counts(mixed.column(name)).values())
        _tell(filled - (plain.num_rows - plain.column(name).null_count), name, odd)


def kept(table: "pa.Table", names: list[str]) -> "pd.DataFrame":
    """The frame of a table whose columns `names` are mixed: these as Python objects."""
    import pandas as pd
    import pyarrow as pa

    objects = {name: _objects(table.column(name)) for name in names}
    for name in names:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, pa.nulls(table.num_rows, pa.float64()))
    frame = table.to_pandas()
    for name, values in objects.items():
        frame[name] = pd.Series(values, index=frame.index, dtype="object")
    return frame


def labelled(table: "pa.Table", labels: list[str], dates: list[bool], odd: Odd) -> "pd.DataFrame":
    """The frame of rows filled by hand: each column of the type of most of its cells."""
    import pandas as pd

    mixed = odd_columns(table)
    columns = {}
    for label, date, name in zip(labels, dates, table.column_names, strict=True):
        if name not in mixed:
            columns[label] = table.column(name).to_pandas()
            continue
        column = table.column(name)
        counts = _counts(column)
        if odd == "keep" and len(counts) > 1:
            columns[label] = pd.Series(_objects(column), dtype="object")
            continue
        if len(counts) > 1:
            _tell(sum(counts.values()) - max(counts.values()), label, odd)
        columns[label] = _natural(column, max(counts, key=lambda tag: counts[tag], default=1), date=date)
    return pd.DataFrame(columns)


def _natural(column: "pa.ChunkedArray", tag: int, *, date: bool) -> "pd.Series[Any]":
    import pandas as pd
    import pyarrow.compute as pc

    missing = pc.not_equal(pc.struct_field(column, [0]), tag).to_numpy()
    if tag == _TEXT:
        return pc.struct_field(column, [2]).to_pandas().mask(missing)
    numbers = pd.Series(pc.struct_field(column, [1]).to_numpy())
    if tag == _BOOLEAN:
        return numbers.astype(bool) if not missing.any() else numbers.astype("boolean").mask(missing)
    numbers = numbers.mask(missing | (tag != _NUMBER))
    if date:
        return pd.to_datetime((numbers * 86_400_000).round(), unit="ms", origin=pd.Timestamp("1899-12-30"))
    whole = not missing.any() and len(numbers) > 0 and bool((numbers % 1 == 0).all())
    return numbers.astype("int64") if whole and bool((numbers.abs() < 2**53).all()) else numbers


def _objects(column: "pa.ChunkedArray") -> "np.ndarray[Any, Any]":
    """Mixed cells as Python objects."""
    import numpy as np

    from openpaas_workspace.client.values import CellError
    from openpaas_workspace.sheets.engine.values import Error

    made: dict[int, Callable[[dict[str, Any]], Any]] = {
        0: lambda _cell: None,
        _NUMBER: lambda cell: cell["n"],
        _TEXT: lambda cell: cell["s"],
        _BOOLEAN: lambda cell: bool(cell["n"]),
        _ERROR: lambda cell: CellError(Error(int(cell["n"])).text),
    }
    values = np.empty(len(column), dtype=object)
    values[:] = [None if cell is None else made[cell["t"]](cell) for cell in column.to_pylist()]
    return values


def _counts(column: "pa.ChunkedArray") -> dict[int, int]:
    """How many cells there are of each kind, empty ones left out."""
    import pyarrow.compute as pc

    found = pc.value_counts(pc.struct_field(column, [0])).to_pylist()
    return {one["values"]: one["counts"] for one in found if one["values"]}


def _tell(count: int, name: str, odd: Odd) -> None:
    if odd == "raise":
        raise Invalid(
            say("{count} cells of the column “{name}” do not fit its type.", count=count, name=name)
        )
    warnings.warn(
        say(
            "{count} cells of the column “{name}” do not fit its type and are missing here; "
            'read(odd="keep") brings them.',
            count=count,
            name=name,
        ),
        stacklevel=5,
    )


def _chunks(data: bytes, bar: Bar) -> Iterator[bytes]:
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]
        bar.move(min(start + _CHUNK, len(data)))
