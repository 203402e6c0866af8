"""Jupyter's contents handler, for notebooks so large that to read or write their JSON would stop everybody else."""

import json
from typing import Any

import msgspec
from jupyter_client.jsonutil import json_default
from jupyter_server.services.contents import handlers
from tornado import web

from openpaas_workspace.files.gateway.models import Encoded
from openpaas_workspace.realtime.service.desk import Desk


class _Sent(msgspec.Struct):
    """What a page saves, its content not looked into."""

    content: msgspec.Raw
    type: str
    version: Any = None


class ContentsHandler(handlers.ContentsHandler):
    """As Jupyter's; contents of large notebooks stay encoded on their way through this process."""

    takes_encoded = True

    def compute_etag(self) -> str | None:
        """None of a large answer: nobody asks for the same one twice."""
        size = sum(len(part) for part in self._write_buffer)
        return None if size > self._large else super().compute_etag()

    def get_json_body(self) -> dict[str, Any] | None:
        body = self.request.body
        if len(body) <= self._large:
            return super().get_json_body()
        try:
            sent = msgspec.json.decode(body, type=_Sent)
            if self.request.method == "PUT" and sent.type == "notebook":
                return {"type": sent.type, "version": sent.version, "content": Encoded(bytes(sent.content))}
            return msgspec.json.decode(body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise web.HTTPError(400, "Invalid JSON in body of request") from error

    def _finish_model(self, model: dict[str, Any], location: bool = True) -> None:
        content = model.get("content")
        if not isinstance(content, Encoded):
            super()._finish_model(model, location)  # type: ignore[no-untyped-call]
            return
        rest = {key: value for key, value in model.items() if key != "content"}
        self.set_header("Last-Modified", model["last_modified"])
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps(rest, default=json_default)[:-1].encode() + b', "content": ')
        self.write(content.data)
        self.finish(b"}")

    @property
    def _large(self) -> int:
        large: int = self.settings["openpaas_workspace"].get(Desk).large
        return large
