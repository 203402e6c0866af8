"""OpenPaaS Workspace: a collaborative office on a Jupyter server."""

__version__ = "0.1.0"


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    """Tell Jupyter Server where the extension is; imported only when asked."""
    from openpaas_workspace.app.extension import WorkspaceApp

    return [{"module": "openpaas_workspace.app.extension", "app": WorkspaceApp}]
