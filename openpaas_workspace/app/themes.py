"""Style sheets of themes, as JupyterLab makes them, whatever part of one a browser asks for."""

from collections.abc import Coroutine
from typing import Any

from jupyterlab_server.themes_handler import ThemesHandler


class WholeThemesHandler(ThemesHandler):
    """Sends all of a style sheet, since JupyterLab cannot cut what it makes of the file.

    A browser whose first load was cut asks for the rest of it, and for ever shows no theme when that fails.
    """

    def get(self, path: str, include_body: bool = True) -> Coroutine[Any, Any, None]:
        """The whole, as if nothing less was asked for."""
        self.request.headers.pop("Range", None)
        return super().get(path, include_body)
