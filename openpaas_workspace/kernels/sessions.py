"""Which page uses which kernel for which notebook: each sees only sessions of kernels it may see."""

from __future__ import annotations

import re
from typing import Any

from jupyter_server import CallContext
from jupyter_server.services.sessions.sessionmanager import SessionManager
from tornado.web import HTTPError

from openpaas_workspace.kernels.manager import WorkspaceKernelManager, current_user

_PROVISIONAL = re.compile(r"(.*/)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _notebook_path(path: str, name: Any) -> str:
    """The path of the notebook: JupyterLab asks with its folder and a fresh UUID, and its name in `name`."""
    if not name or _PROVISIONAL.fullmatch(path) is None:
        return path
    folder = path.rpartition("/")[0]
    return f"{folder}/{name}" if folder else str(name)


class WorkspaceSessionManager(SessionManager):
    """Sessions, filtered; a second page on a notebook joins its kernel only if it may execute there."""

    kernel_manager: WorkspaceKernelManager

    async def session_exists(self, path: str) -> bool:
        """Whether there is a session to join; if not, whether a kernel could be started: raises HTTPError if not."""
        if await self._joinable(path) is not None:
            return True
        # asked here because the handler turns whatever creating a session raises into a 500
        running = _requested_kernel()
        if running:
            await self._demand(running)
        else:
            await self.kernel_manager.preflight(current_user(), _notebook_path(path, _requested("name")))
        return False

    async def create_session(
        self,
        path: str | None = None,
        name: Any = None,
        type: str | None = None,  # noqa: A002
        kernel_name: Any = None,
        kernel_id: str | None = None,
    ) -> dict[str, Any]:
        """Opens a session on a new kernel, or on a running one that the asker may use; raises HTTPError 404."""
        if kernel_id:
            await self._demand(kernel_id)
        created: dict[str, Any] = await super().create_session(path, name, type, kernel_name, kernel_id)
        return created

    async def get_session(self, **kwargs: Any) -> dict[str, Any]:
        """One session that the asker may see; raises HTTPError 404."""
        if set(kwargs) == {"path"}:
            session_id = await self._joinable(kwargs["path"])
            kwargs = {"session_id": session_id or ""}
        try:
            model: dict[str, Any] = await super().get_session(**kwargs)  # type: ignore[no-untyped-call]
        except HTTPError as error:  # the same words whether it is absent or another's
            raise HTTPError(error.status_code, "Session not found") from error
        if not await self.kernel_manager.may_see(current_user(), model["kernel"]["id"]):
            raise HTTPError(404, "Session not found")
        return model

    async def update_session(self, session_id: str, **kwargs: Any) -> None:
        """Changes a session; both its kernel and a new one must be the asker's to use; raises HTTPError 404."""
        model = await self.get_session(session_id=session_id)
        await self._demand(model["kernel"]["id"])
        kernel_id = kwargs.get("kernel_id", model["kernel"]["id"])
        await self._demand(kernel_id)
        if "path" in kwargs:
            await self._follow(kernel_id, kwargs["path"])
        await super().update_session(session_id, **kwargs)  # type: ignore[no-untyped-call]

    async def delete_session(self, session_id: str) -> None:
        """Ends a session and its kernel; raises HTTPError 404 to those who may not."""
        model = await self.get_session(session_id=session_id)
        await self._demand(model["kernel"]["id"])
        await super().delete_session(session_id)  # type: ignore[no-untyped-call]

    async def list_sessions(self) -> list[dict[str, Any]]:
        """The sessions whose kernels the asker may see."""
        user = current_user()
        models: list[dict[str, Any]] = await super().list_sessions()  # type: ignore[no-untyped-call]
        return [model for model in models if await self.kernel_manager.may_see(user, model["kernel"]["id"])]

    def get_kernel_env(self, path: str | None, name: Any = None) -> dict[str, str]:  # noqa: ARG002
        """Nothing of the server's environment: the sandbox makes its own."""
        return {"JPY_SESSION_NAME": path or ""}

    async def start_kernel_for_session(  # noqa: PLR0917
        self,
        session_id: str,  # noqa: ARG002
        path: str | None,
        name: Any,
        type: str | None,  # noqa: A002, ARG002
        kernel_name: Any,
        kernel_id: str | None = None,
    ) -> str:
        """Starts a kernel for the notebook at `path`; raises HTTPError."""
        path = _notebook_path(path or "", name)
        started: str = await self.kernel_manager.start_kernel(
            path=path, kernel_name=kernel_name, env=self.get_kernel_env(path, name), kernel_id=kernel_id
        )
        return started

    async def _demand(self, kernel_id: str) -> None:
        if not await self.kernel_manager.may_execute(current_user(), kernel_id):
            raise HTTPError(404, f"Kernel does not exist: {kernel_id}")

    async def _follow(self, kernel_id: str, path: str) -> None:
        """The notebook has another name now: the kernel starts again from there, if it is still whose it was."""
        record = self.kernel_manager.records.get(kernel_id)
        if record is None or record.path == path:
            return
        if not await self.kernel_manager.still_placed(current_user(), path, kernel_id):
            raise HTTPError(404, "This kernel does not belong to that notebook.")
        record.path = path

    async def _joinable(self, path: str) -> str | None:
        """A session on `path` that the asker may use and whose kernel is who it would be today."""
        user = current_user()
        rows = self.cursor.execute(
            "SELECT session_id, kernel_id FROM session WHERE path=?", (path,)
        ).fetchall()
        for row in rows:
            kernel_id = row["kernel_id"]
            if not await self.kernel_manager.may_execute(user, kernel_id):
                continue
            if await self.kernel_manager.still_placed(user, path, kernel_id):
                return str(row["session_id"])
        return None


def _requested(field: str) -> Any:
    """A field of the request for a session."""
    handler = CallContext.get(CallContext.JUPYTER_HANDLER)
    model = (handler.get_json_body() if handler is not None else None) or {}
    return model.get(field)


def _requested_kernel() -> str | None:
    """The running kernel that a request names for its new session."""
    kernel = _requested("kernel") or {}
    return kernel.get("id") if isinstance(kernel, dict) else None
