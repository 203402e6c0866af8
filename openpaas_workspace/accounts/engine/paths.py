"""Where to go after the login: only ever to this server."""

import re
from urllib.parse import unquote

# browsers drop tabs and line ends, and take a backslash for a slash
_TRICKS = re.compile(r"[\x00-\x1f\x7f\\]")
_NOT_AFTER_LOGIN = {"", "login", "logout", "setup", "reset", "forgotten"}


def local_path(wanted: str, base_url: str) -> str:
    """`wanted` if it is a path of this workspace, else the page."""
    home = base_url + "lab"
    if not wanted.startswith(base_url) or wanted.startswith("//") or len(wanted) > 4000 or " " in wanted:
        return home
    path = unquote(re.split(r"[?#]", wanted, maxsplit=1)[0])
    if _TRICKS.search(wanted) or _TRICKS.search(path) or path.startswith("//") or ".." in path.split("/"):
        return home
    return home if path[len(base_url) :].partition("/")[0] in _NOT_AFTER_LOGIN else wanted
