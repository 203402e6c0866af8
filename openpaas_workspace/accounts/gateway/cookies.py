"""The cookies of the login: one opaque secret, and the language somebody chose."""

from typing import Any

from tornado.web import RequestHandler

from openpaas_workspace.core.workspace import Workspace

LANGUAGE_COOKIE = "openpaas-language"
_YEAR_DAYS = 365


def session_cookie(workspace: Workspace, handler: RequestHandler) -> str:
    """The name of the cookie; without HTTPS it holds the port, since browsers share cookies between ports."""
    if workspace.settings.secure_cookies:
        return "__Host-openpaas-session"
    port = handler.request.host.rpartition(":")[2]
    return f"openpaas-session-{port if port.isdigit() else '80'}"


def session_secret(workspace: Workspace, handler: RequestHandler) -> str:
    """The secret that the browser sent, or nothing."""
    return handler.get_cookie(session_cookie(workspace, handler)) or ""


def set_session(workspace: Workspace, handler: RequestHandler, secret: str) -> None:
    """Give the browser its secret: for this browser session, unreadable to scripts, not sent by other sites."""
    handler.set_cookie(session_cookie(workspace, handler), secret, **_attributes(workspace))


def clear_session(workspace: Workspace, handler: RequestHandler) -> None:
    """Take the secret back."""
    handler.clear_cookie(session_cookie(workspace, handler), **_attributes(workspace))


def set_language(workspace: Workspace, handler: RequestHandler, locale: str) -> None:
    """Remember the language that somebody chose on a page."""
    handler.set_cookie(LANGUAGE_COOKIE, locale, expires_days=_YEAR_DAYS, **_attributes(workspace))


def _attributes(workspace: Workspace) -> dict[str, Any]:
    return {"path": "/", "httponly": True, "samesite": "Lax", "secure": workspace.settings.secure_cookies}
