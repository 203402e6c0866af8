"""The rows of Jupyter's own handlers (jupyter_server 2.21, jupyterlab 4.6, jupyterlab_server 2.28).

What is not here is off. A row that gets to a member's object carries a check, or goes
through one of our managers (contents, kernels, sessions), which ask the permission core.
"""

from collections.abc import Iterator

from openpaas_workspace.app import bodies
from openpaas_workspace.core.access import Access, Check, Who
from openpaas_workspace.kernels.access import may_use_kernel

_PATH = r"(?P<path>(?:(?:/[^/]+)+|/?))"
_KERNEL = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
_SESSION = r"(?P<session_id>\w+-\w+-\w+-\w+-\w+)"
_JS = "jupyter_server."
_LAB = "jupyterlab_server."
_CONTENTS = "openpaas_workspace.files.gateway.notebooks."
_OURS = "openpaas_workspace.app.per_member."

# Columns: handler, pattern, methods, who, scope.
_PLAIN: tuple[tuple[str, str, str, Who, str], ...] = (
    (_JS + "base.handlers.FileFindHandler", r"/static/(.*)", "GET HEAD", "open", ""),
    (_JS + "base.handlers.FileFindHandler", r"/static/lab/(.*)", "GET HEAD", "open", ""),
    (_JS + "base.handlers.FileFindHandler", r"/lab/extensions/(.*)", "GET HEAD", "open", ""),
    (_JS + "base.handlers.FileFindHandler", r"/(favicon\.ico)", "GET HEAD", "open", ""),
    (_JS + "base.handlers.FileFindHandler", r"/(robots\.txt)", "GET HEAD", "open", ""),
    (_JS + "base.handlers.PublicStaticFileHandler", r"/(robots\.txt|favicon\.ico)", "GET HEAD", "open", ""),
    (_JS + "base.handlers.TrailingSlashHandler", r"/.*/", "GET", "open", ""),
    (_JS + "base.handlers.RedirectWithParams", r"/?", "GET", "open", ""),
    ("openpaas_workspace.app.themes.WholeThemesHandler", r"/lab/api/themes/(.*)", "GET HEAD", "open", ""),
    (_JS + "base.handlers.PrometheusMetricsHandler", r"/metrics", "GET", "administrator", "metrics:read"),
    (_JS + "view.handlers.ViewHandler", rf"/view{_PATH}", "GET", "member", ""),
    (_JS + "kernelspecs.handlers.KernelSpecResourceHandler",
     r"/kernelspecs/(?P<kernel_name>[\w\.\-%]+)/(?P<path>.*)", "GET HEAD", "member", "kernels:read"),
    (_JS + "base.handlers.APIVersionHandler", r"/api", "GET", "member", "files:read"),
    (_JS + "services.api.handlers.APIStatusHandler", r"/api/status", "GET", "administrator", ""),
    (_JS + "services.api.handlers.APISpecHandler", r"/api/spec.yaml", "GET", "administrator", ""),
    (_JS + "services.api.handlers.APISpecHandler", r"/api/spec.yaml", "HEAD", "off", ""),  # it fails at it
    (_JS + "services.api.handlers.IdentityHandler", r"/api/me", "GET PATCH", "member", "accounts:read"),
    (_JS + "services.config.handlers.ConfigHandler", r"/api/config/(?P<section_name>\w+)", "GET", "member", ""),
    (_CONTENTS + "ContentsHandler", rf"/api/contents{_PATH}", "GET", "member", "files:read"),
    (_CONTENTS + "ContentsHandler", rf"/api/contents{_PATH}",
     "POST PUT PATCH DELETE", "member", "files:write"),
    (_JS + "services.contents.handlers.CheckpointsHandler", rf"/api/contents{_PATH}/checkpoints",
     "GET", "member", "files:read"),
    (_JS + "services.contents.handlers.CheckpointsHandler", rf"/api/contents{_PATH}/checkpoints",
     "POST", "member", "files:write"),
    (_JS + "services.kernels.handlers.MainKernelHandler", r"/api/kernels", "GET", "member", "kernels:read"),
    (_JS + "services.kernelspecs.handlers.MainKernelSpecHandler", r"/api/kernelspecs", "GET", "member", "kernels:read"),
    (_JS + "services.kernelspecs.handlers.KernelSpecHandler",
     r"/api/kernelspecs/(?P<kernel_name>[\w\.\-%]+)", "GET", "member", "kernels:read"),
    (_JS + "services.sessions.handlers.SessionRootHandler", r"/api/sessions", "GET", "member", "kernels:read"),
    (_JS + "services.sessions.handlers.SessionRootHandler", r"/api/sessions", "POST", "member", "kernels:write"),
    (_JS + "services.sessions.handlers.SessionHandler", rf"/api/sessions/{_SESSION}", "GET", "member", "kernels:read"),
    (_JS + "services.sessions.handlers.SessionHandler", rf"/api/sessions/{_SESSION}",
     "PATCH DELETE", "member", "kernels:write"),
    (_JS + "services.security.handlers.CSPReportHandler", r"/api/security/csp-report", "POST", "member", ""),
    (_LAB + "handlers.LabHandler",
     r"/(?P<mode>lab|doc)(?P<workspace>/workspaces/[a-zA-Z0-9\-\_]+)?(?P<tree>/tree/.*)?", "GET", "member", ""),
    (_LAB + "handlers.NotFoundHandler", r"/lab/.*", "GET", "member", ""),
    (_LAB + "licenses_handler.LicensesHandler", r"/lab/api/licenses/(.*)", "GET", "member", ""),
    (_LAB + "listings_handler.ListingsHandler", r"/lab/api/listings/(.*)", "GET", "member", ""),
    (_OURS + "MemberSettingsHandler", r"/lab/api/settings/(?P<schema_name>.+)", "GET PUT", "member", ""),
    (_OURS + "MemberSettingsHandler", r"/lab/api/settings/?", "GET", "member", ""),
    (_OURS + "MemberTranslationsHandler", r"/lab/api/translations/(?P<locale>.*)", "GET", "member", ""),
    (_OURS + "MemberTranslationsHandler", r"/lab/api/translations/?", "GET", "member", ""),
    (_OURS + "MemberWorkspacesHandler", r"/lab/api/workspaces/(?P<space_name>.+)",
     "GET PUT DELETE", "member", ""),
    (_OURS + "MemberWorkspacesHandler", r"/lab/api/workspaces/?", "GET", "member", ""),
)  # fmt: skip

_KERNEL_ROWS = (
    (_JS + "services.kernels.handlers.KernelHandler", rf"/api/kernels/{_KERNEL}", "GET"),
    (_JS + "services.kernels.handlers.KernelHandler", rf"/api/kernels/{_KERNEL}", "DELETE"),
    (
        _JS + "services.kernels.handlers.KernelActionHandler",
        rf"/api/kernels/{_KERNEL}/(?P<action>restart|interrupt)",
        "POST",
    ),
    (
        _JS + "services.kernels.websocket.KernelWebsocketHandler",
        rf"/api/kernels/{_KERNEL}/channels",
        "GET",
    ),
)


# What some of these handlers cannot cope with, refused before: (end of the handler's name, method).
_CHECKS: dict[tuple[str, str], Check] = {
    ("ContentsHandler", "POST"): bodies.shaped(bodies.Contents),
    ("ContentsHandler", "PUT"): bodies.shaped(bodies.Contents),
    ("ContentsHandler", "PATCH"): bodies.shaped(bodies.Contents, some=True),
    ("IdentityHandler", "PATCH"): bodies.shaped(bodies.Anything),
    ("SessionRootHandler", "POST"): bodies.shaped(bodies.Session),
    ("SessionHandler", "PATCH"): bodies.shaped(bodies.Session, some=True),
    ("MemberSettingsHandler", "PUT"): bodies.shaped(bodies.Settings, required=True),
    ("MemberWorkspacesHandler", "PUT"): bodies.shaped(bodies.Layout, required=True),
    ("LicensesHandler", "GET"): bodies.known_report,
}


def rows() -> Iterator[Access]:
    """The table, one row per handler class, pattern and method."""
    for handler, pattern, methods, who, scope in _PLAIN:
        for method in methods.split():
            check = _CHECKS.get((handler.rpartition(".")[2], method))
            yield Access(handler, pattern, method, who, scope, check)
    for handler, pattern, method in _KERNEL_ROWS:
        scope = "kernels:read" if method == "GET" and "channels" not in pattern else "kernels:write"
        yield Access(handler, pattern, method, "member", scope, may_use_kernel)


# Known and refused: the test of the table wants every handler of the server named somewhere.
OFF = (
    _JS + "base.handlers.Template404",
    _JS + "nbconvert.handlers.NbconvertFileHandler",
    _JS + "nbconvert.handlers.NbconvertPostHandler",
    _JS + "services.nbconvert.handlers.NbconvertRootHandler",
    _JS + "services.api.handlers.PathResolverHandler",
    _JS + "services.contents.handlers.ModifyCheckpointsHandler",
    _JS + "services.contents.handlers.NotebooksRedirectHandler",
    _JS + "services.contents.handlers.TrustNotebooksHandler",
    _JS + "services.events.handlers.EventHandler",
    _JS + "services.events.handlers.SubscribeWebsocket",
    _JS + "services.shutdown.ShutdownHandler",
    _JS + "auth.login.LoginFormHandler",
    _JS + "auth.login.LegacyLoginHandler",
    _JS + "auth.logout.LogoutHandler",
    "jupyterlab.handlers.announcements.CheckForUpdateHandler",
    "jupyterlab.handlers.announcements.NewsHandler",
    "jupyterlab.handlers.build_handler.BuildHandler",
    "jupyterlab.handlers.extension_manager_handler.ExtensionHandler",
    "jupyterlab.handlers.plugin_manager_handler.PluginHandler",
)
