"""`/api/workspace/v1/sheets/<id>/tabs/<tab>/arrow`: whole tables for scripts, as Arrow IPC streams.

GET reads the tab, PUT replaces it, POST merges rows by the column `key`; `…/block` puts a rectangle at a row and column.
"""

from typing import Any

import msgspec

from openpaas_workspace.core.access import Access
from openpaas_workspace.core.web import API
from openpaas_workspace.files.gateway.receiving import ReceivingHandler
from openpaas_workspace.files.service.disk import in_thread
from openpaas_workspace.kit.errors import Invalid, WorkspaceError
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.schema import convert, encode
from openpaas_workspace.sheets.config import Sheets
from openpaas_workspace.sheets.schemas import MemberOp, ReplaceTable, SetBlock, UpsertRows
from openpaas_workspace.sheets.schemas.calls import BlockQuery, Submission, TableQuery, WriteQuery
from openpaas_workspace.sheets.service import sheets

_MEDIA = "application/vnd.apache.arrow.stream"
_PIECE = 1024 * 1024
_PREFIX = "openpaas_workspace.sheets.gateway.tables."


class TableHandler(ReceivingHandler):
    """A tab as a table."""

    receives = frozenset({"PUT", "POST"})

    def begin(self) -> int:
        return int(Sheets(parent=self.workspace.settings).max_upload_mb) * 1024 * 1024

    async def get(self, **path: str) -> None:
        try:
            query: TableQuery = convert(self._query(), TableQuery)
            seq, data = await sheets.table(await self.who("files:read"), path["sheet"], path["tab"], query)
            self.set_header("Content-Type", _MEDIA)
            self.set_header("X-Content-Type-Options", "nosniff")
            self.set_header("ETag", f'"{seq}"')
            self.set_header("Content-Length", str(len(data)))
            for start in range(0, len(data), _PIECE):
                self.write(data[start : start + _PIECE])
                await self.flush()
            self.finish()
        except WorkspaceError as error:
            self.write_problem(error)

    async def put(self, **path: str) -> None:
        await self._change(path, lambda data, _query: ReplaceTable(tab=path["tab"], data=data))

    async def post(self, **path: str) -> None:
        def op(data: bytes, query: WriteQuery) -> MemberOp:
            if not query.key:
                raise Invalid("Name the column by which rows are merged: ?key=id.")
            return UpsertRows(tab=path["tab"], key=query.key, data=data)

        await self._change(path, op)

    for _verb in (get, put, post):
        setattr(_verb, "__allow_unauthenticated", True)  # `who` asks
    del _verb

    async def _change(self, path: dict[str, str], op: Any, type_: type[WriteQuery] = WriteQuery) -> None:
        try:
            who = await self.who("files:write")
            query = convert(self._query(), type_)
            received = self.received("Send the table as an Arrow IPC stream.")
            made = op(await in_thread(received.read_bytes), query)
            sent = Submission(client=query.client or new_id(), n=query.n, base_seq=query.base_seq, op=made)
            answer = encode(await sheets.submit(who, path["sheet"], sent))
            self.set_header("Content-Type", "application/json")
            self.finish(answer)
        except WorkspaceError as error:
            self.write_problem(error)


class BlockHandler(TableHandler):
    """A rectangle of cells."""

    SUPPORTED_METHODS = ("POST",)  # type: ignore[assignment]

    async def post(self, **path: str) -> None:
        def op(data: bytes, query: BlockQuery) -> MemberOp:
            where = msgspec.structs.asdict(query)
            return SetBlock(
                tab=path["tab"], row=where["row"], column=where["column"], parse=query.parse, data=data
            )

        await self._change(path, op, BlockQuery)

    setattr(post, "__allow_unauthenticated", True)  # `who` asks


_TABLE = API + r"/sheets/(?P<sheet>[^/]+)/tabs/(?P<tab>[^/]+)/arrow"
_BLOCK = API + r"/sheets/(?P<sheet>[^/]+)/tabs/(?P<tab>[^/]+)/block"
HANDLERS: tuple[tuple[str, type], ...] = ((_TABLE, TableHandler), (_BLOCK, BlockHandler))
ACCESS = (
    Access(_PREFIX + "TableHandler", _TABLE, "GET", "member", "files:read"),
    Access(_PREFIX + "TableHandler", _TABLE, "PUT", "member", "files:write"),
    Access(_PREFIX + "TableHandler", _TABLE, "POST", "member", "files:write"),
    Access(_PREFIX + "BlockHandler", _BLOCK, "POST", "member", "files:write"),
)
