"""Starting the server: one configuration of Jupyter Server, then the workspace on top."""

import atexit
import gc
import ipaddress
import os
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_dir
from jupyter_server.auth import Authorizer
from traitlets.config import Config
from traitlets.config.loader import KeyValueConfigLoader, PyFileConfigLoader

from openpaas_workspace.app.backup import marker
from openpaas_workspace.app.demo import ORGANISATION
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import Invalid

PACKAGE = Path(__file__).parent.parent
_EXTENSIONS = {"jupyterlab": True, "openpaas_workspace": True}
_NEVER = (
    "jupyter_server_ydoc",
    "jupyter_server_fileid",
    "jupyter_server_terminals",
    "jupyter_lsp",
    "notebook_shim",
    "nbclassic",
    "notebook",
)
_HEADERS = {
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), payment=(), usb=()",
    # ajv compiles settings schemas and the page writes inline styles; nothing comes from elsewhere.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-eval' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "frame-src 'self' blob: data:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'; form-action 'self'"
    ),
}


class TableAuthorizer(Authorizer):
    """Jupyter's own question, answered by our table: what passed the guard is authorised."""

    def is_authorized(self, handler: Any, *_question: Any, **_more: Any) -> bool:
        """Whether the handler class went through the access table; all others are refused."""
        return hasattr(type(handler), "_access_rows")


@dataclass(frozen=True)
class StartOptions:
    """What `openpaas start` takes."""

    data_dir: Path
    database_url: str = ""
    port: int = 8888
    ip: str = "127.0.0.1"
    demo: bool = False
    single_member: bool = False
    certificate: tuple[str, str] | None = None
    proxies: tuple[str, ...] = ()
    config_file: Path | None = None
    arguments: list[str] = field(default_factory=list)


def checked(options: StartOptions) -> StartOptions:
    """Refuse combinations that would expose the workspace; raises Invalid with what to do."""
    if options.demo and options.single_member:
        raise Invalid("--demo has four members and --single-member one: choose.")
    if is_loopback(options.ip):
        return options
    for flag, chosen in (("--demo", options.demo), ("--single-member", options.single_member)):
        if chosen:
            raise Invalid(f"{flag} is for this machine only: leave out --ip, or leave out {flag}.")
    if not options.certificate and not options.proxies:
        raise Invalid(
            "An address that others can reach needs --tls CERTIFICATE KEY, or --behind-proxy ADDRESS "
            "with a proxy that speaks HTTPS."
        )
    return options


def is_loopback(ip: str) -> bool:
    """Whether an address means this machine only."""
    if ip == "localhost":
        return True
    try:
        return ipaddress.ip_address(ip).is_loopback
    except ValueError:
        return False


def configuration(options: StartOptions) -> Config:
    """Everything Jupyter Server must be told for many members on one server."""
    data = options.data_dir
    config = Config()
    _server(config, options)
    config.WorkspaceApp.active = True
    config.Settings.data_dir = str(data)
    config.Settings.database_url = options.database_url
    config.Settings.demo = options.demo
    if options.demo:
        config.Settings.organisation = ORGANISATION
    config.Settings.single_member = options.single_member
    config.Sandbox.single_member = options.single_member
    config.Settings.trusted_proxies = list(options.proxies)
    config.Settings.secure_cookies = bool(options.certificate or options.proxies)
    lab = config.LabApp
    lab.extension_manager = "readonly"
    lab.lock_all_plugins = True
    lab.news_url = None
    lab.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
    lab.extra_labextensions_path = [str(PACKAGE / "labextensions")]
    lab.user_settings_dir = str(data / "members" / "nobody" / "settings")
    lab.workspaces_dir = str(data / "members" / "nobody" / "layouts")
    lab.expose_app_in_browser = False
    return config


def _server(config: Config, options: StartOptions) -> None:
    server = config.ServerApp
    server.ip, server.port, server.port_retries = options.ip, options.port, 0
    server.open_browser = False
    server.allow_root = True
    server.allow_remote_access = bool(options.proxies) or not is_loopback(options.ip)
    server.allow_unauthenticated_access = False
    server.authenticate_prometheus = True
    server.terminals_enabled = False
    server.quit_button = False
    server.default_url = "/lab"
    server.root_dir = str(_folder(options.data_dir / "empty"))
    server.jpserver_extensions = {**_EXTENSIONS, **dict.fromkeys(_NEVER, False)}
    server.reraise_server_extension_failures = True
    server.identity_provider_class = "openpaas_workspace.accounts.gateway.identity.WorkspaceIdentityProvider"
    server.authorizer_class = TableAuthorizer
    server.contents_manager_class = "openpaas_workspace.files.gateway.contents.WorkspaceContentsManager"
    server.kernel_manager_class = "openpaas_workspace.kernels.manager.WorkspaceKernelManager"
    server.session_manager_class = "openpaas_workspace.kernels.sessions.WorkspaceSessionManager"
    server.kernel_spec_manager_class = "openpaas_workspace.kernels.specs.WorkspaceKernelSpecManager"
    server.kernel_websocket_connection_class = (
        "openpaas_workspace.kernels.connection.WorkspaceKernelConnection"
    )
    server.websocket_ping_interval = 20_000
    # Read whole before a handler sees it, even from nobody; larger uploads are streamed or come in pieces.
    server.max_body_size = server.max_buffer_size = 64 * 1024**2
    server.tornado_settings = {"headers": dict(_HEADERS), "websocket_max_message_size": 16 * 1024**2}
    if options.certificate:
        server.certfile, server.keyfile = options.certificate


async def announce(workspace: Workspace, url: str) -> None:
    """Print the one URL to open; on a new server the one-time link of its first administrator."""
    from openpaas_workspace.accounts.service.links import create_setup_link
    from openpaas_workspace.accounts.service.members import has_administrator

    path = ""
    async with workspace.db.unit(SYSTEM) as work:
        if not await has_administrator(work):
            path = (await create_setup_link(work)).path
    address = url.partition("?")[0].removesuffix("lab").rstrip("/") + (path or "/lab")
    hint = "Open this once to create the administrator" if path else "The workspace is at"
    print(f"{hint}:\n\n    {address}\n", flush=True)  # noqa: T201  (the one line a person waits for)


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def isolate(data_dir: Path) -> None:
    """Keep Jupyter away from the configuration and data of the person who starts the server."""
    for name in ("config", "data", "runtime"):
        folder = _folder(data_dir / "jupyter" / name)
        folder.chmod(0o700)
        os.environ[f"JUPYTER_{name.upper()}_DIR"] = str(folder)
    os.environ["JUPYTER_NO_CONFIG"] = "1"
    # Jupyter makes an empty folder for this and leaves it behind.
    atexit.register(shutil.rmtree, jupyter_config_dir(), ignore_errors=True)
    os.environ.pop("JUPYTER_TOKEN", None)


def _server_class() -> Any:
    """Jupyter's server, which ends once however often it is told to."""
    from jupyter_server.serverapp import ServerApp

    class WorkspaceServer(ServerApp):
        ending = False

        def stop(self, from_signal: bool = False) -> None:
            if not self.ending:
                self.ending = True
                if from_signal:
                    # Python gives up its own handlers at its very end: one more would look like a crash.
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                super().stop(from_signal)

    return WorkspaceServer


async def settle(_workspace: Workspace) -> None:
    """Keep what was made at the start out of every collection of garbage: each would stop everybody for it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def serve(options: StartOptions) -> None:
    """Run the workspace until it is told to stop."""
    checked(options)
    marker.check(options.data_dir)
    _folder(options.data_dir).chmod(0o700)
    isolate(options.data_dir)
    server = _server_class().instance(config=configuration(options), log_level=30)
    own_file = options.config_file or options.data_dir / "openpaas_config.py"
    if own_file.exists():
        loader = PyFileConfigLoader(own_file.name, path=str(own_file.parent))
        server.update_config(loader.load_config())
    # Not as the server's own arguments: its kernels' managers would take them for theirs.
    server.update_config(KeyValueConfigLoader(options.arguments).load_config())
    server.initialize(argv=[])
    extension = next(iter(server.extension_manager.extension_apps["openpaas_workspace"]))
    extension.build()
    extension.workspace.on_ready.append(lambda workspace: announce(workspace, server.connection_url))
    extension.workspace.on_ready.append(settle)
    server.start()
