"""What rows of a sheet's log hold, as made and as made short."""

import zlib
from collections.abc import Callable, Iterator, Sequence

import msgspec

from openpaas_workspace.sheets.engine.shorten import Did, Differs, Made, Shortener
from openpaas_workspace.sheets.engine.workbook import Workbook
from openpaas_workspace.sheets.schemas import Grow, Op
from openpaas_workspace.sheets.schemas.calls import Merged, Record, Run

OP = "op"
PREPARED = "prepared"
MERGED = "merged"
# So many of the last changes are known when they are sent again.
REMEMBERED = 5_000
# Runs of more bytes than this are compared with the whole sheet.
_LONG = 64 * 1024
_pack = msgspec.msgpack.Encoder().encode
_op = msgspec.msgpack.Decoder(Op)
_part = msgspec.msgpack.Decoder(Op | Grow)
_record = msgspec.msgpack.Decoder(Record)
_merged = msgspec.msgpack.Decoder(Merged)
_runs = msgspec.msgpack.Decoder(list[Run])
_OP = _pack("op")
_NIL = b"\xc0"
# Bytes of a record that say whose it is.
HEAD = 4096

# Number, author, kind, data.
Row = tuple[int, str, str, bytes]
FromBytes = Callable[[bytes], Workbook]


def record(data: bytes) -> Record:
    """What a row of one change holds."""
    return _record.decode(data)


def number_of(data: bytes) -> int:
    """Which of its client's changes a record holds, also of one that ends within its op. Raises ValueError."""
    # The op is the last field; what is before it is shorter than `HEAD`.
    at = data.find(_OP, 0, HEAD)
    while at >= 0:
        try:
            return _record.decode(data[:at] + _OP + _NIL).n
        except msgspec.DecodeError:  # these bytes stand in a name
            at = data.find(_OP, at + 1, HEAD)
    raise ValueError("no record")


def op(data: msgspec.Raw) -> Op:
    """The op of a record."""
    found: Op = _op.decode(data)
    return found


def known(kind: str, seq: int, who: str, client: str, data: bytes) -> Iterator[tuple[str, str, int, int]]:
    """The changes that a row holds, if they are to be known when they are sent again: member, client, number, seq."""
    if kind == MERGED:
        yield from _merged.decode(data).known
    else:
        yield who, client, number_of(data), seq


def take_merged(book: Workbook, seq: int, data: bytes, from_bytes: FromBytes) -> Workbook:
    """The workbook after a row that was made short; what was before cannot be undone."""
    merged = _merged.decode(data)
    if merged.whole:
        return from_bytes(merged.whole)
    for run in _runs.decode(zlib.decompress(merged.runs)):
        book.apply_run(seq, run.now, run.seed, [(who, _part.decode(raw)) for who, _, raw in run.ops])
    return book


def shortened(
    follower: Shortener, rows: Sequence[Row], kept: Sequence[int], known_after: int, from_bytes: FromBytes
) -> list[tuple[int, bytes]] | None:
    """See `Bench.shorten`."""
    stays, found = set(kept), []
    waiting: list[Did] = []
    names: list[tuple[str, str, int, int]] = []
    try:
        for seq, who, kind, data in rows:
            if kind != OP:
                follower.replaced(_whole(follower.book, seq, kind, data, from_bytes))
                continue
            read = record(data)
            waiting.append(Did(seq, who, read.client, read.now, read.seed, op(read.op)))
            if seq > known_after:
                names.append((who, read.client, read.n, seq))
            if seq not in stays:
                continue
            if len(waiting) == 1:
                follower.follow(waiting[0])
            else:
                found.append((seq, _merged_data(follower, follower.shorten(waiting), names)))
            waiting, names = [], []
        follower.check()
    except Differs:
        return None
    return found


def _whole(book: Workbook, seq: int, kind: str, data: bytes, from_bytes: FromBytes) -> Workbook:
    if kind == MERGED:
        return take_merged(book, seq, data, from_bytes)
    made = from_bytes(data)
    made.book.seq = seq
    return made


def _merged_data(follower: Shortener, made: Sequence[Made], names: list[tuple[str, str, int, int]]) -> bytes:
    runs = [
        Run(
            now=one.now,
            seed=one.seed,
            ops=[(who, client, msgspec.Raw(_pack(op))) for who, client, op in one.ops],
        )
        for one in made
    ]
    packed = _pack(runs)
    packed = zlib.compress(packed, 6 if len(packed) <= _LONG else 1)
    if len(packed) > _LONG and len(whole := follower.book.to_container()) < len(packed):
        return _pack(Merged(known=names, whole=whole))
    return _pack(Merged(known=names, runs=packed))
