"""What JupyterLab keeps once per server, kept once per member: settings, layouts, language.

The handler classes are swapped in the built router; URLs and answers stay JupyterLab's.
"""

import json
import re
from pathlib import Path
from typing import Any

import json5
from jupyter_server.services.contents.handlers import ContentsHandler as JupyterContentsHandler
from jupyterlab_server.settings_handler import SettingsHandler
from jupyterlab_server.themes_handler import ThemesHandler
from jupyterlab_server.translation_utils import get_language_pack, get_language_packs
from jupyterlab_server.translations_handler import TranslationsHandler
from jupyterlab_server.workspaces_handler import WorkspacesHandler, WorkspacesManager
from tornado import web
from tornado.ioloop import IOLoop
from tornado.web import Application

from openpaas_workspace.accounts.gateway.cookies import LANGUAGE_COOKIE
from openpaas_workspace.accounts.schemas import MePatch
from openpaas_workspace.accounts.service.members import update_me
from openpaas_workspace.app.guard import rules_of
from openpaas_workspace.app.themes import WholeThemesHandler
from openpaas_workspace.core.i18n import LOCALES, language_of, negotiate, translator
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.gateway.notebooks import ContentsHandler
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import WorkspaceError

MAX_SETTINGS_BYTES = 1_000_000
MAX_LAYOUTS = 50
_FOLDERS = ("Dir", "extensionsPath", "serverRoot")
_TRANSLATION_PLUGIN = "@jupyterlab/translation-extension:plugin"
_CATALOGUES = Path(__file__).parent.parent / "labextensions" / "@openpaas" / "lab" / "locale"
_FILLED = "openpaas:filled"
"""The page finds under this key which sentences of the server come with their placeholders filled."""
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")


def _actor(handler: Any) -> Actor:
    actor: Actor = handler.current_user.actor
    return actor


def member_folder(handler: Any, name: str) -> Path:
    """The folder of one kind of a member's own things, by the member's id."""
    workspace: Workspace = handler.settings["openpaas_workspace"]
    folder = workspace.data_dir / "members" / _actor(handler).id / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def locale_of(handler: Any) -> str:
    """The member's language, else the one chosen on the login page, else the browser's, else the workspace's."""
    chosen = _actor(handler).locale or handler.get_cookie(LANGUAGE_COOKIE) or ""
    if language := language_of(chosen):
        return LOCALES[language]
    workspace: Workspace = handler.settings["openpaas_workspace"]
    return negotiate(handler.request.headers.get("Accept-Language", ""), workspace.settings.default_locale)


def _refuse_too_much(handler: Any) -> None:
    if len(handler.request.body) > MAX_SETTINGS_BYTES:
        raise web.HTTPError(413, "Settings and layouts may have 1 MB at most.")


class MemberSettingsHandler(SettingsHandler):
    """JupyterLab's settings, in the member's own folder; the member's language is the default."""

    async def prepare(self) -> None:  # type: ignore[override]  # tornado asks for no arguments
        await super().prepare()
        if self.current_user is None:
            return
        _refuse_too_much(self)
        self.settings_dir = str(member_folder(self, "settings"))
        defaults = dict(self.overrides or {})
        defaults[_TRANSLATION_PLUGIN] = {**defaults.get(_TRANSLATION_PLUGIN, {}), "locale": locale_of(self)}
        self.overrides = defaults

    @web.authenticated
    async def put(self, schema_name: str) -> None:
        """Keep settings; what is no JSON5 is refused with a sentence. The language is kept in the profile."""
        try:
            if schema_name == _TRANSLATION_PLUGIN:
                await self._keep_language()
            super().put(schema_name)
        except ValueError as error:
            raise web.HTTPError(400, "These settings cannot be read as JSON.") from error
        except WorkspaceError as error:
            raise web.HTTPError(error.status, error.sentence) from error

    async def _keep_language(self) -> None:
        """One language for JupyterLab's parts and ours, mails and kernels: that of the profile."""
        body = json.loads(self.request.body)
        chosen = json5.loads(body["raw"]) if isinstance(body, dict) else {}
        if not isinstance(chosen, dict) or not isinstance(locale := chosen.pop("locale", None), str):
            return
        known = "" if locale in {"", "default"} else LOCALES.get(language_of(locale), locale)
        workspace: Workspace = self.settings["openpaas_workspace"]
        async with workspace.db.unit(_actor(self)) as work:
            await update_me(work, MePatch(locale=known))
        self.request.body = json.dumps({"raw": json.dumps(chosen)}).encode()


class MemberWorkspacesHandler(WorkspacesHandler):
    """JupyterLab's layouts, in the member's own folder."""

    async def prepare(self) -> None:  # type: ignore[override]  # tornado asks for no arguments
        await super().prepare()
        if self.current_user is None:
            return
        _refuse_too_much(self)
        folder = member_folder(self, "layouts")
        if self.request.method == "PUT" and len(list(folder.iterdir())) >= MAX_LAYOUTS:
            name = self.path_kwargs.get("space_name", "")
            if not self.manager_for(folder).load(name)["data"]:
                raise web.HTTPError(409, "There are 50 layouts already; delete one first.")
        self.manager = self.manager_for(folder)

    @staticmethod
    def manager_for(folder: Path) -> WorkspacesManager:
        """JupyterLab's own manager on that folder."""
        return WorkspacesManager(str(folder))


class MemberTranslationsHandler(TranslationsHandler):
    """Language packs without changing the language of the whole server; ours is added."""

    async def get(self, locale: str | None = None) -> None:
        loop = IOLoop.current()
        if locale is None:
            data, message = await loop.run_in_executor(None, get_language_packs)
        else:
            locale = locale_of(self) if locale in {"", "default"} else locale
            if not _LOCALE.fullmatch(locale):
                raise web.HTTPError(404, "There is no such language.")
            data, message = await loop.run_in_executor(None, _pack, locale)
        self.finish(json.dumps({"data": data, "message": message}))


def _pack(locale: str) -> tuple[dict[str, Any], str]:
    data, message = get_language_pack(locale)
    ours = _CATALOGUES / f"{locale.partition('_')[0]}.json"
    if ours.exists():
        server = translator(locale).entries()
        filled = json.dumps([key for key in server if "{" in key])
        texts = {**server, **json.loads(ours.read_text("utf-8")), _FILLED: filled}
        header = {
            "domain": "openpaas_workspace",
            "language": locale.replace("_", "-"),
            "plural_forms": "nplurals=2; plural=(n > 1);",
            "version": "",
        }
        entries = {key: [value] if isinstance(value, str) else value for key, value in texts.items()}
        data = {**data, "openpaas_workspace": {"": header, **entries}}
    return data, message


_SWAP: dict[type, type] = {
    SettingsHandler: MemberSettingsHandler,
    ThemesHandler: WholeThemesHandler,
    WorkspacesHandler: MemberWorkspacesHandler,
    TranslationsHandler: MemberTranslationsHandler,
    JupyterContentsHandler: ContentsHandler,
}


def without_paths(handler: Any, page_config: dict[str, Any]) -> dict[str, Any]:
    """The configuration of the page without folders of the server's machine, which no member needs to know."""
    shown = {key: value for key, value in page_config.items() if not key.endswith(_FOLDERS)}
    shown.pop("fullMathjaxUrl", None)  # names a foreign host; JupyterLab typesets with its own copy
    workspace: Workspace = handler.settings["openpaas_workspace"]
    shown["openpaasTimeZone"] = getattr(handler.current_user, "time_zone", "")
    shown["openpaasSingleMember"] = str(workspace.settings.single_member).lower()
    manager = shown.get("extensionManager")
    if isinstance(manager, dict):
        shown["extensionManager"] = {key: value for key, value in manager.items() if key != "install_path"}
    return shown


def swap_handlers(application: Application) -> None:
    """Put the per-member handlers in the place of JupyterLab's; call before the guard."""
    application.settings["page_config_hook"] = without_paths
    for router in (application.wildcard_router, application.default_router):
        for rule in rules_of(router):
            rule.target = _SWAP.get(rule.target, rule.target)
