"""The pages before the page: login, logout, first administrator, new password. They work without a script."""

import base64
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from markupsafe import Markup

from openpaas_workspace.accounts.config import AccountsSettings
from openpaas_workspace.accounts.engine.paths import local_path
from openpaas_workspace.accounts.gateway.cookies import (
    LANGUAGE_COOKIE,
    clear_session,
    session_secret,
    set_language,
    set_session,
)
from openpaas_workspace.accounts.gateway.identity import find_speaker
from openpaas_workspace.accounts.schemas import NewMember
from openpaas_workspace.accounts.service import links, login, sessions
from openpaas_workspace.accounts.service.sessions import Visitor
from openpaas_workspace.accounts.service.visitors import visitor_of
from openpaas_workspace.core.i18n import LOCALES, Translator, language_of, negotiate, translator
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.errors import Invalid, TooLarge, WorkspaceError

_TEMPLATES = Path(__file__).parent.parent / "templates"
_ENVIRONMENT = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True)
_CSS = (_TEMPLATES / "page.css").read_text("utf-8")
_SCRIPT = (_TEMPLATES / "strength.js").read_text("utf-8")


def _hashed(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_POLICY = (
    f"default-src 'none'; style-src '{_hashed(_CSS)}'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_WITH_METER = f"{_POLICY}; script-src '{_hashed(_SCRIPT)}'; connect-src 'self'"
_LABELS = {"fr": "Français", "en": "English"}
_MAX_FORM = 16_000


class Page(JupyterHandler):
    """One server-rendered page in the visitor's language, under a policy that allows no script but the meter."""

    @property
    def content_security_policy(self) -> str:
        return _POLICY

    @property
    def workspace(self) -> Workspace:
        """The workspace this server runs."""
        workspace: Workspace = self.settings["openpaas_workspace"]
        return workspace

    @property
    def visitor(self) -> Visitor:
        """Who knocks."""
        return visitor_of(self.workspace, self.request)

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")
        # a one-time link is a secret: no path goes into a Referer; "no-referrer" would turn Origin to null
        self.set_header("Referrer-Policy", "strict-origin")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("X-Frame-Options", "DENY")

    def translate(self) -> Translator:
        """The language that the visitor chose here, else chose before, else whose browser asks for it."""
        for wanted in (self.query("lang"), self.get_cookie(LANGUAGE_COOKIE) or ""):
            if language_of(wanted):
                return translator(wanted)
        accepted = self.request.headers.get("Accept-Language", "")
        return translator(negotiate(accepted, self.workspace.settings.default_locale))

    def show(self, template: str, *, error: WorkspaceError | None = None, **values: Any) -> None:
        """Answer with a page; an error is one sentence on it, and the status."""
        translate = self.translate()
        if language_of(self.query("lang")):
            set_language(self.workspace, self, translate.locale)
        if error is not None:
            self.set_status(error.status)
            if error.retry_after is not None:
                self.set_header("Retry-After", str(error.retry_after))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(
            _ENVIRONMENT.get_template(template).render(
                _=translate,
                css=Markup(_CSS),  # noqa: S704  (our own file)
                script=Markup(_SCRIPT),  # noqa: S704  (our own file)
                rule=self.workspace.get(AccountsSettings),
                xsrf_token=self.xsrf_token.decode(),
                xsrf=Markup(self.xsrf_form_html()),  # noqa: S704  (tornado's own markup)
                error=translate.sentence(error.sentence) if error else "",
                organisation=self.workspace.settings.organisation,
                base_url=self.base_url,
                languages=[(name, _LABELS[name], self._in(name)) for name in sorted(LOCALES, reverse=True)],
                **values,
            )
        )

    def show_dead(self, error: WorkspaceError) -> None:
        """Answer that this address leads nowhere (any more)."""
        _ = self.translate()
        self.show(
            "message.html",
            error=error,
            title=_("This link does not work"),
            lines=(),
            back=self.base_url + "login",
        )

    def write_error(self, status_code: int, **_kwargs: Any) -> None:
        """Any other failure as a page: a form that was open for too long, or ours."""
        _ = self.translate()
        sentences = {
            400: "This form cannot be read: go back and try again.",
            403: "This page was open for too long: go back and try again.",
            405: "This address does not take that.",
        }
        error = WorkspaceError(sentences.get(status_code, "The server failed at this; nothing was changed."))
        error.status = status_code
        self.show(
            "message.html", error=error, title=_("That did not work"), lines=(), back=self.base_url + "login"
        )

    def field(self, name: str, longest: int = 256) -> str:
        """A field of the form as typed; raises Invalid, TooLarge."""
        if len(self.request.body) > _MAX_FORM:
            raise TooLarge("This form is too large.")
        value = self.get_body_argument(name, "", strip=False)
        if len(value) > longest or "\0" in value:
            raise Invalid("One of the fields is too long or holds a forbidden character.")
        return value

    def query(self, name: str) -> str:
        """An argument of the address; raises nothing, since error pages ask too."""
        values = self.request.query_arguments.get(name, [b""])
        return values[-1].decode("utf-8", "replace")

    def new_password(self) -> str:
        """The new password, typed twice; raises Invalid if the two differ."""
        password = self.field("password")
        if password != self.field("again"):
            raise Invalid("The two passwords are not the same.")
        return password

    def _in(self, language: str) -> str:
        query = {"lang": language}
        if wanted := self.query("next"):
            query["next"] = wanted
        return f"{self.request.path}?{urlencode(query)}"


class SecretPage(Page):
    """A page whose address is a secret, not written into the log, on which a password is chosen."""

    @property
    def content_security_policy(self) -> str:
        return _WITH_METER

    def _log(self) -> None:
        self.request.uri = self.request.path.rpartition("/")[0] + "/[secret]"
        super()._log()


class LoginPage(Page):
    """Who are you? GET shows the form, POST opens a session."""

    @allow_unauthenticated
    async def get(self) -> None:
        if await find_speaker(self) is not None:
            self.redirect(self._next())
            return
        self._form()

    @allow_unauthenticated
    async def post(self) -> None:
        name = ""
        try:
            name = self.field("username", 254)
            opened = await login.login(
                self.workspace,
                name,
                self.field("password"),
                self.visitor,
                replaced=session_secret(self.workspace, self),
            )
        except WorkspaceError as error:
            self._form(name, error)
            return
        set_session(self.workspace, self, opened.secret)
        self.redirect(self._next(), status=303)

    def _form(self, name: str = "", error: WorkspaceError | None = None) -> None:
        _ = self.translate()
        notes = {
            "reset": _("Your password is saved. Log in with it."),
            "logout": _("You are logged out."),
        }
        self.show(
            "login.html",
            error=error,
            name=name,
            next=self._next(),
            note="" if error else notes.get(self.query("done"), ""),
            demo=self.visitor.demo_allowed,
        )

    def _next(self) -> str:
        return local_path(self.get_argument("next", ""), self.base_url)


class LogoutPage(Page):
    """GET asks, so that a link elsewhere cannot log anybody out; POST ends the session."""

    @allow_unauthenticated
    async def get(self) -> None:
        if await find_speaker(self) is None:
            self.redirect(self.base_url + "login")
            return
        self.show("logout.html")

    @allow_unauthenticated
    async def post(self) -> None:
        speaker = await find_speaker(self)
        if speaker is not None:
            async with self.workspace.db.unit(speaker.actor) as work:
                await sessions.logout(work)
        clear_session(self.workspace, self)
        self.redirect(self.base_url + "login?done=logout", status=303)


class SetupPage(SecretPage):
    """The first administrator chooses a name and a password."""

    @allow_unauthenticated
    async def get(self, secret: str) -> None:
        try:
            await links.find_link(self.workspace, secret, "setup", self.visitor)
        except WorkspaceError as error:
            self.show_dead(error)
            return
        self.show("setup.html", username="", display_name="")

    @allow_unauthenticated
    async def post(self, secret: str) -> None:
        typed = {"username": "", "display_name": ""}
        try:
            typed = {name: self.field(name) for name in typed}
            body = NewMember(**typed, administrator=True)
            opened = await links.finish_setup(self.workspace, secret, body, self.new_password(), self.visitor)
        except Invalid as error:
            self.show("setup.html", error=error, **typed)
        except WorkspaceError as error:
            self.show_dead(error)
        else:
            set_session(self.workspace, self, opened.secret)
            self.redirect(local_path("", self.base_url), status=303)


class ResetPage(SecretPage):
    """A member sets a password by a one-time link."""

    @allow_unauthenticated
    async def get(self, secret: str) -> None:
        try:
            link = await links.find_link(self.workspace, secret, "reset", self.visitor)
        except WorkspaceError as error:
            self.show_dead(error)
            return
        self.show("reset.html", username=link.username)

    @allow_unauthenticated
    async def post(self, secret: str) -> None:
        try:
            link = await links.find_link(self.workspace, secret, "reset", self.visitor)
            try:
                await links.finish_reset(self.workspace, secret, self.new_password(), self.visitor)
            except Invalid as error:
                self.show("reset.html", error=error, username=link.username)
                return
        except WorkspaceError as error:
            self.show_dead(error)
            return
        clear_session(self.workspace, self)
        self.redirect(self.base_url + "login?done=reset", status=303)


class ForgottenPage(Page):
    """Whom to ask for a new password."""

    @allow_unauthenticated
    async def get(self) -> None:
        _ = self.translate()
        lines = (
            _(
                "Ask an administrator of your workspace for a one-time link: with it you choose a new password."
            ),
            _("The link works once, for a day. Nobody, not even an administrator, can read your password."),
        )
        self.show("message.html", title=_("Forgotten password"), lines=lines, back=self.base_url + "login")


class AccessibilityPage(Page):
    """What meets the rules of accessibility here, what does not, and whom to tell (RGAA 4.1)."""

    @allow_unauthenticated
    async def get(self) -> None:
        self.show("accessibility.html", back=self.base_url)
