"""OpenPaaS Workspace: a collaborative office on a Jupyter server."""

__version__ = "0.1.0"


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    """Tell Jupyter Server where the extension is; imported only when asked."""
    from openpaas_workspace.app.extension import WorkspaceApp

    return [{"module": "openpaas_workspace.app.extension", "app": WorkspaceApp}]


def load_ipython_extension(shell: object) -> None:
    """`%load_ext openpaas_workspace`: the workspace as `ws`, and `%ws`."""
    from openpaas_workspace.client.magics import load

    load(shell)
