"""A Jupyter server of its own process with our kernel classes and the rules of `house.py`; tokens are members' names.

python -m tests.kernels.stand ROOT RUNTIME PORT [--Sandbox.trait=value …]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jupyter_server.auth import IdentityProvider, User
from jupyter_server.serverapp import ServerApp
from traitlets.config import Config

from tests.kernels.house import MEMBERS, Rules


class NamedTokens(IdentityProvider):
    """The token is the name."""

    def get_user(self, handler: Any) -> User | None:
        name = handler.request.headers.get("Authorization", "").removeprefix("token ")
        handler._token_authenticated = True
        return User(username=name) if name in MEMBERS else None


def main(root: Path, runtime: str, port: str, *arguments: str) -> None:
    for name in (*MEMBERS, "team"):
        (root / name).mkdir(exist_ok=True)
    config = Config()
    server = config.ServerApp
    server.port, server.ip, server.port_retries = int(port), "127.0.0.1", 0
    server.open_browser, server.allow_root, server.terminals_enabled = False, True, False
    server.identity_provider_class = NamedTokens
    server.jpserver_extensions = {}
    server.root_dir = str(root)
    server.kernel_manager_class = "openpaas_workspace.kernels.manager.WorkspaceKernelManager"
    server.session_manager_class = "openpaas_workspace.kernels.sessions.WorkspaceSessionManager"
    server.kernel_spec_manager_class = "openpaas_workspace.kernels.specs.WorkspaceKernelSpecManager"
    server.kernel_websocket_connection_class = (
        "openpaas_workspace.kernels.connection.WorkspaceKernelConnection"
    )
    config.Sandbox.runtime_dir = runtime
    app = ServerApp(config=config)
    app.initialize(argv=list(arguments), find_extensions=False)
    rules = Rules(root)
    app.kernel_manager.join(rules, rules)
    app.start()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
