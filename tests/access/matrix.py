"""The access matrix: for every row of the access table, requests on what belongs to somebody else, and who gets what.

A row without a case fails `test_matrix.py`: whoever adds a route adds here what strangers, readers, editors,
managers and administrators are answered.
"""

from tests.access.cases import Case, administrators, editors, everybody, managers, readers, users
from tests.access.sheets import SHEETS
from tests.access.world import SPACE, World

NOBODY_ELSE = everybody(404)


def file_id(world: World) -> str:
    return str(world.file()["id"])


def file_path(world: World) -> str:
    return str(world.file()["path"])


def session_id(world: World) -> str:
    return str(world.session()["id"])


def kernel_id(world: World) -> str:
    return str(world.session()["kernel"]["id"])


def running(world: World) -> dict[str, str]:
    """The kernel of the space that all tests look at, and one of the owner alone."""
    if "kernel" not in world.things:
        path = world.notebook()
        ours = world.session(path)
        world.must("owner", "POST", "/files", json={"path": "~/mine.ipynb"})
        mine = world.session("~/mine.ipynb")
        world.things |= {"kernel": ours["kernel"]["id"], "session": ours["id"], "notebook": path}
        world.things |= {"own_kernel": mine["kernel"]["id"], "own_session": mine["id"]}
    return world.things


def grouped(world: World) -> str:
    group = world.group()
    world.must("owner", "PUT", f"/groups/{group}/members/{world.things['somebody']}")
    return group


OPEN_PAGES = (200, 302, 404, 0, 0)
_NEW_PASSWORD = {"old": "not it", "new": "short"}
_TEXT = {"format": "text", "type": "file"}
_FILE = {"type": "file", "format": "text", "content": "Two lines.\nOr so.\n"}
_GRANT = "member:{somebody}"
_SETTING = "/lab/api/settings/@jupyterlab/apputils-extension:themes"
_LISTING = "/lab/api/listings/@jupyterlab/extensionmanager-extension/listings.json"
_THEME = "/lab/api/themes/@jupyterlab/theme-light-extension/index.css"
_DEAD = "x" * 30

_OPEN: tuple[Case, ...] = (
    *(
        Case(f"{method} {row}", path, OPEN_PAGES)
        for row, path in (
            ("/static/{}", "/static/favicon.ico"),
            ("/static/lab/{}", "/static/lab/third-party-licenses.json"),
            ("/lab/extensions/{}", "/lab/extensions/@openpaas/lab/package.json"),
            (r"/(favicon\.ico)", "/favicon.ico"),
            (r"/(robots\.txt)", "/robots.txt"),
            (r"/(robots\.txt|favicon\.ico)", "/robots.txt"),
            ("/lab/api/themes/{}", _THEME),
        )
        for method in ("GET", "HEAD")
    ),
    Case("GET /.*/", "/nowhere/", (301, 302, 404, 0, 0)),
    Case("GET /?", "/", (301, 302, 0, 0, 0)),
    Case("GET /healthz", "/healthz", OPEN_PAGES),
    Case("GET /login", "/login", OPEN_PAGES),
    Case("POST /login", "/login", everybody(403), content=b""),
    Case("GET /logout", "/logout", OPEN_PAGES),
    Case("POST /logout", "/logout", everybody(403), content=b""),
    Case("GET /setup/{secret}", f"/setup/{_DEAD}", (404, 429, 0, 0, 0)),
    Case("POST /setup/{secret}", f"/setup/{_DEAD}", everybody(403), content=b""),
    Case("GET /reset/{secret}", f"/reset/{_DEAD}", (404, 429, 0, 0, 0)),
    Case("POST /reset/{secret}", f"/reset/{_DEAD}", everybody(403), content=b""),
    Case("GET /forgotten", "/forgotten", OPEN_PAGES),
    Case("GET /accessibility", "/accessibility", OPEN_PAGES),
    Case("POST /password-strength", "/password-strength", everybody(403), content=b""),
    Case("HEAD /api/spec.yaml", "/api/spec.yaml", everybody(404)),
)

_PAGE: tuple[Case, ...] = (
    Case("GET /metrics", "/metrics", administrators()),
    Case("GET /api", "/api", everybody(200)),
    Case("GET /api/status", "/api/status", administrators()),
    Case("GET /api/spec.yaml", "/api/spec.yaml", administrators()),
    Case("GET /api/me", "/api/me", everybody(200)),
    Case("PATCH /api/me", "/api/me", everybody(400), {"name": "Somebody else"}),
    Case("GET /api/config/{section_name}", "/api/config/notebook", everybody(200)),
    Case("POST /api/security/csp-report", "/api/security/csp-report", everybody(200), {"csp-report": {}}),
    Case("GET /{mode}{workspace}?{tree}?", "/lab", everybody(200)),
    Case("GET /lab/.*", "/lab/nothing", everybody(200)),
    Case("GET /lab/api/licenses/{}", "/lab/api/licenses/", everybody(200)),
    Case("GET /lab/api/listings/{}", _LISTING, everybody(200)),
    Case("GET /lab/api/settings/{schema_name}", _SETTING, everybody(200)),
    Case("PUT /lab/api/settings/{schema_name}", _SETTING, everybody(204), {"raw": "{{}}"}),
    Case("GET /lab/api/settings/?", "/lab/api/settings", everybody(200)),
    Case("GET /lab/api/translations/{locale}", "/lab/api/translations/fr_FR", everybody(200)),
    Case("GET /lab/api/translations/?", "/lab/api/translations", everybody(200)),
    Case("GET /lab/api/workspaces/{space_name}", "/lab/api/workspaces/mine", everybody(200)),
    Case(
        "PUT /lab/api/workspaces/{space_name}", "/lab/api/workspaces/mine", everybody(204),
        {"metadata": {"id": "mine"}, "data": {}},
    ),
    Case("DELETE /lab/api/workspaces/{space_name}", "/lab/api/workspaces/absent", everybody(404)),
    Case("GET /lab/api/workspaces/?", "/lab/api/workspaces", everybody(200)),
    Case("GET /openapi.json", "/openapi.json", everybody(200)),
)  # fmt: skip

_CONTENTS: tuple[Case, ...] = (
    Case("GET /files/{}", "/files/{path}", readers()),
    Case("HEAD /files/{}", "/files/{path}", readers()),
    Case("GET /files/{}", "/files/{secret_path}", NOBODY_ELSE, owner=200),
    Case("GET /view{path}", "/view/{path}", readers()),
    Case("GET /view{path}", "/view/{secret_path}", NOBODY_ELSE, owner=0),
    Case("GET /api/contents{path}", "/api/contents/{path}", readers()),
    Case("GET /api/contents{path}", "/api/contents/{secret_path}", NOBODY_ELSE, owner=200),
    Case("POST /api/contents{path}", f"/api/contents/{SPACE}/dossier", editors(201), {"type": "file"}),
    Case("POST /api/contents{path}", "/api/contents/~", NOBODY_ELSE, {"copy_from": "{secret_path}"}, owner=201),
    Case("PUT /api/contents{path}", "/api/contents/{path}", editors(), _FILE),
    Case("PUT /api/contents{path}", f"/api/contents/{SPACE}/{{name}}.txt", editors(201), _FILE),
    Case("PUT /api/contents{path}", "/api/contents/{secret_path}", NOBODY_ELSE, _FILE, owner=200),
    Case(
        "PATCH /api/contents{path}", "/api/contents/{victim}", editors(), {"path": f"{SPACE}/{{name}}.txt"},
        victim=file_path, once=True,
    ),
    Case("DELETE /api/contents{path}", "/api/contents/{victim}", editors(204), victim=file_path, once=True),
    Case("DELETE /api/contents{path}", "/api/contents/{secret_path}", NOBODY_ELSE, owner=0),
    Case("GET /api/contents{path}/checkpoints", "/api/contents/{path}/checkpoints", readers()),
    Case("POST /api/contents{path}/checkpoints", "/api/contents/{path}/checkpoints", readers(201)),
    Case("POST /api/contents{path}/checkpoints", "/api/contents/{secret_path}/checkpoints", NOBODY_ELSE, owner=201),
)  # fmt: skip

_KERNELS: tuple[Case, ...] = (
    Case(
        "GET /kernelspecs/{kernel_name}/{path}", "/kernelspecs/python3/absent.png", everybody(404)
    ),
    Case("HEAD /kernelspecs/{kernel_name}/{path}", "/kernelspecs/python3/absent.png", everybody(404)),
    Case("GET /api/kernelspecs", "/api/kernelspecs", everybody(200)),
    Case("GET /api/kernelspecs/{kernel_name}", "/api/kernelspecs/python3", everybody(200)),
    Case("GET /api/kernels", "/api/kernels", everybody(200)),
    Case("GET /api/kernels/{kernel_id}", "/api/kernels/{kernel}", users()),
    Case("GET /api/kernels/{kernel_id}", "/api/kernels/{own_kernel}", NOBODY_ELSE, owner=200),
    Case("DELETE /api/kernels/{kernel_id}", "/api/kernels/{own_kernel}", NOBODY_ELSE, owner=0),
    Case("DELETE /api/kernels/{kernel_id}", "/api/kernels/{victim}", users(204), victim=kernel_id, once=True, owner=0),
    Case("POST /api/kernels/{kernel_id}/{action}", "/api/kernels/{kernel}/interrupt", users(204)),
    Case("POST /api/kernels/{kernel_id}/{action}", "/api/kernels/{own_kernel}/interrupt", NOBODY_ELSE, owner=204),
    Case("POST /api/kernels/{kernel_id}/{action}", "/api/kernels/{own_kernel}/restart", NOBODY_ELSE, owner=0),
    Case("GET /api/kernels/{kernel_id}/channels", "/api/kernels/{kernel}/channels", users(400)),
    Case("GET /api/kernels/{kernel_id}/channels", "/api/kernels/{own_kernel}/channels", NOBODY_ELSE, owner=400),
    Case("GET /api/sessions", "/api/sessions", everybody(200)),
    Case(
        "POST /api/sessions", "/api/sessions", (404, 403, 201, 201, 404),
        {"path": "{notebook}", "name": "", "type": "notebook", "kernel": {"name": "python3"}},
    ),
    Case(
        "POST /api/sessions", "/api/sessions", NOBODY_ELSE,
        {"path": "~/x.ipynb", "name": "", "type": "notebook", "kernel": {"id": "{own_kernel}"}}, owner=0,
    ),
    Case("GET /api/sessions/{session_id}", "/api/sessions/{session}", users()),
    Case("GET /api/sessions/{session_id}", "/api/sessions/{own_session}", NOBODY_ELSE, owner=200),
    Case("PATCH /api/sessions/{session_id}", "/api/sessions/{session}", users(), {"name": "renamed"}),
    Case("PATCH /api/sessions/{session_id}", "/api/sessions/{own_session}", NOBODY_ELSE, {"name": "x"}, owner=200),
    Case("DELETE /api/sessions/{session_id}", "/api/sessions/{own_session}", NOBODY_ELSE, owner=0),
    Case(
        "DELETE /api/sessions/{session_id}", "/api/sessions/{victim}", users(204), victim=session_id, once=True, owner=0
    ),
)  # fmt: skip

_EGRESS: tuple[Case, ...] = (
    Case("GET /spaces/{space_id}/egress", "/spaces/{space}/egress", managers()),
    Case(
        "POST /spaces/{space_id}/egress", "/spaces/{space}/egress", managers(201),
        {"host": "{name}.example.org", "reason": "Data."},
    ),
    Case(
        "DELETE /spaces/{space_id}/egress/{host_id}", "/spaces/{space}/egress/{victim}", managers(204),
        victim=World.wished_host, once=True,
    ),
    Case("DELETE /spaces/{space_id}/packages", "/spaces/{space}/packages", managers(204)),
    Case("GET /administration/egress", "/administration/egress", administrators()),
    Case(
        "PATCH /administration/egress/{host_id}", "/administration/egress/{victim}", administrators(),
        {"state": "allowed"}, victim=World.wished_host, once=True,
    ),
)  # fmt: skip

_ADMINISTRATION: tuple[Case, ...] = (
    *(
        Case(f"GET /administration/{what}", f"/administration/{what}", administrators())
        for what in ("members", "spaces", "sessions", "storage", "health")
    ),
    Case("GET /administration/members/{member_id}", "/administration/members/{somebody}", administrators()),
    Case(
        "POST /administration/members/{member_id}/erase", "/administration/members/{victim}/erase", administrators(),
        {"files": "trash"}, victim=World.somebody, once=True,
    ),
    Case(
        "DELETE /administration/members/{member_id}/sessions", "/administration/members/{somebody}/sessions",
        administrators(204),
    ),
    Case(
        "POST /administration/spaces/{id}/take-over", "/administration/spaces/{space}/take-over", administrators(409),
        {},
    ),
    Case(
        "PATCH /administration/spaces/{id}", "/administration/spaces/{victim}", administrators(), {"archived": False},
        victim=World.spare,
    ),
    Case(
        "DELETE /administration/sessions/{session_id}", "/administration/sessions/{victim}", administrators(204),
        victim=World.login, once=True,
    ),
)  # fmt: skip

_ACCOUNTS: tuple[Case, ...] = (
    Case("GET /me", "/me", everybody(200)),
    Case("PATCH /me", "/me", everybody(200), {"locale": "fr_FR"}),
    Case("PUT /me/photo", "/me/photo", everybody(422), {"image": "bm8="}),
    Case("DELETE /me/photo", "/me/photo", everybody(200)),
    Case("GET /members/{member_id}/photo", "/members/{somebody}/photo", everybody(404)),
    Case("GET /files/{file}/runs", "/files/{file}/runs", readers()),
    # Without a running kernel there is nothing to run in; what runs is tried in tests/runs.
    Case(
        "POST /files/{file}/runs", "/files/{file}/runs", (404, 403, 409, 409, 404), {"cells": [{"id": "a"}]},
        owner=409,
    ),
    Case("POST /files/{file}/executions", "/files/{file}/executions", (404, 422, 422, 422, 404), {}, owner=422),
    Case("GET /files/{file}/executions", "/files/{file}/executions", readers()),
    Case("GET /executions/{execution}", "/executions/nothing", everybody(404)),
    Case("POST /executions/{execution}/cancel", "/executions/nothing/cancel", everybody(404)),
    Case("GET /runs/{run}", "/runs/nothing", everybody(404)),
    Case("POST /runs/{run}/stop", "/runs/nothing/stop", everybody(404)),
    Case("POST /runs/{run}/answer", "/runs/nothing/answer", everybody(404), {"question": "a", "value": "b"}),
    Case("GET /guide/{name}", "/guide/start", everybody(200)),
    Case("GET /guide/pictures/{name}", "/guide/pictures/login-fr.png", everybody(200)),
    Case("GET /me/data", "/me/data", everybody(200)),
    Case("POST /me/password", "/me/password", everybody(403), _NEW_PASSWORD),
    Case("GET /members", "/members", everybody(200)),
    Case("POST /members", "/members", administrators(201), {"username": "{name}"}),
    Case("GET /members/{member_id}", "/members/{somebody}", everybody(200)),
    Case("PATCH /members/{member_id}", "/members/{somebody}", administrators(), {"display_name": "{name}"}),
    Case(
        "PATCH /members/{member_id}", "/members/{somebody}", administrators(), {"administrator": False}
    ),
    Case(
        "POST /members/{member_id}/disable", "/members/{victim}/disable", administrators(),
        victim=World.somebody, once=True,
    ),
    Case("POST /members/{member_id}/enable", "/members/{somebody}/enable", administrators()),
    Case("POST /members/{member_id}/reset-link", "/members/{somebody}/reset-link", administrators(201)),
    Case("GET /groups", "/groups", everybody(200)),
    Case("POST /groups", "/groups", administrators(201), {"name": "{name}"}),
    Case("PATCH /groups/{group_id}", "/groups/{group}", administrators(), {"name": "{name}"}),
    Case("DELETE /groups/{group_id}", "/groups/{victim}", administrators(204), victim=World.group, once=True),
    Case("GET /groups/{group_id}/members", "/groups/{group}/members", everybody(200)),
    Case("PUT /groups/{group_id}/members/{member_id}", "/groups/{group}/members/{somebody}", administrators(204)),
    Case(
        "DELETE /groups/{group_id}/members/{member_id}", "/groups/{victim}/members/{somebody}", administrators(204),
        victim=grouped, once=True,
    ),
    Case("GET /sessions", "/sessions", everybody(200)),
    Case("DELETE /sessions", "/sessions", everybody(204)),
    Case("DELETE /sessions/{session_id}", "/sessions/{login}", NOBODY_ELSE, owner=204),
    Case("GET /tokens", "/tokens", everybody(200)),
    Case("POST /tokens", "/tokens", everybody(201), {"name": "{name}", "scopes": ["files:read"]}),
    Case("DELETE /tokens/{token_id}", "/tokens/{token}", NOBODY_ELSE, owner=204),
)  # fmt: skip

_SHARING: tuple[Case, ...] = (
    Case("GET /objects/{ref}/access", "/objects/file:{file}/access", readers()),
    Case("GET /objects/{ref}/access", "/objects/space:{space}/access", readers()),
    Case("GET /objects/{ref}/access", "/objects/file:{secret}/access", NOBODY_ELSE, owner=200),
    Case("GET /objects/{ref}/access/{member_id}", "/objects/file:{file}/access/{somebody}", managers()),
    Case("GET /objects/{ref}/access/{member_id}", "/objects/file:{secret}/access/{somebody}", NOBODY_ELSE, owner=200),
    Case("GET /open/{ref}", "/open/folder:{folder}", (404, 302, 302, 302, 404)),
    Case("GET /open/{ref}", "/open/file:{secret}", NOBODY_ELSE, owner=302),
    Case("POST /open/{ref}", "/open/file:{file}", everybody(303), content=b""),
    Case("POST /access-requests/by-path", "/access-requests/by-path", (202, 422, 422, 422, 202), {"path": "{path}"},
         owner=422),
    Case("POST /access-requests/by-path", "/access-requests/by-path", everybody(202), {"path": "~alice/nothing.txt"},
         owner=202),
    Case("PUT /objects/{ref}/grants", "/objects/file:{victim}/grants", managers(),
         {"subject": _GRANT, "level": "reader"}, victim=file_id),
    Case("PUT /objects/{ref}/grants", "/objects/space:{space}/grants", managers(),
         {"subject": _GRANT, "level": "reader"}),
    Case("PUT /objects/{ref}/grants", "/objects/file:{secret}/grants", NOBODY_ELSE,
         {"subject": _GRANT, "level": "reader"}, owner=200),
    Case("DELETE /objects/{ref}/grants/{subject}", "/objects/file:{victim}/grants/member:{somebody}", managers(204), victim=World.grant, once=True),
    Case("POST /objects/{ref}/access-requests", "/objects/file:{file}/access-requests",
         (202, 422, 422, 422, 202), {}, owner=422),
    Case("POST /objects/{ref}/access-requests", "/objects/file:{trashed}/access-requests",
         (202, 422, 422, 422, 202), {}, owner=422),
    Case("GET /access-requests", "/access-requests", everybody(200)),
    Case("POST /access-requests/{id}/answer", "/access-requests/{victim}/answer", (404, 404, 404, 204, 404),
         {"grant": False}, victim=World.asked, once=True, owner=204),
)  # fmt: skip

_REALTIME: tuple[Case, ...] = (
    Case("PUT /api/collaboration/session/{}", "/api/collaboration/session/{path}", readers(), _TEXT),
    Case("PUT /api/collaboration/session/{}", "/api/collaboration/session/{secret_path}", NOBODY_ELSE, _TEXT,
         owner=200),
    Case("GET /api/collaboration/room/{}", "/api/collaboration/room/text:file:{file}", everybody(400)),
    Case("GET /push", "/push", everybody(400)),
    Case("GET /files/{file}/history", "/files/{file}/history", readers()),
    Case("GET /files/{file}/history", "/files/{secret}/history", NOBODY_ELSE, owner=200),
    Case("GET /files/{file}/history/{seq}", "/files/{file}/history/1", readers()),
    Case("GET /files/{file}/history/{seq}", "/files/{secret}/history/1", NOBODY_ELSE, owner=200),
    Case("GET /files/{file}/comparison", "/files/{file}/comparison", readers()),
    Case("GET /files/{file}/comparison", "/files/{secret}/comparison", NOBODY_ELSE, owner=200),
    Case("PATCH /files/{file}/versions/{version}", "/files/{file}/versions/{victim}", editors(),
         {"name": "{name}"}, victim=World.version),
    Case("DELETE /files/{file}/versions/{version}", "/files/{file}/versions/{victim}", editors(204),
         victim=World.version, once=True),
    Case("POST /files/{file}/versions", "/files/{file}/versions", editors(201), {"name": "{name}"}),
    Case("POST /files/{file}/versions", "/files/{secret}/versions", NOBODY_ELSE, {"name": "x"}, owner=201),
    Case("POST /files/{file}/restore", "/files/{file}/restore", editors(), {"seq": 1}),
    Case("POST /files/{file}/restore", "/files/{secret}/restore", NOBODY_ELSE, {"seq": 1}, owner=0),
    Case("GET /files/{file}/blame", "/files/{file}/blame", readers()),
    Case("GET /files/{file}/blame", "/files/{secret}/blame", NOBODY_ELSE, owner=200),
    Case("GET /files/{file}/presence", "/files/{file}/presence", readers()),
    Case("GET /files/{file}/presence", "/files/{secret}/presence", NOBODY_ELSE, owner=200),
)  # fmt: skip

_FILES: tuple[Case, ...] = (*(
    Case(f"{method} {row}", path, expect, owner=200)
    for method in ("GET", "HEAD")
    for row, path, expect in (
        ("/files/{id}/content", "/files/{file}/content", readers()),
        ("/files/{id}/content", "/files/{secret}/content", NOBODY_ELSE),
        ("/content", "/content?path={path}", readers()),
        ("/content", "/content?path={secret_path}", NOBODY_ELSE),
    )
),
    Case("GET /files/{id}/outputs/{hash}", "/files/{book}/outputs/{output}", readers()),
    Case("GET /files/{id}/outputs/{hash}", "/files/{secret_book}/outputs/{output}", NOBODY_ELSE, owner=200),
    Case("GET /files/{id}/outputs/{hash}", "/files/{file}/outputs/nothing", everybody(404), owner=404),
    Case("PUT /files/{id}/content", "/files/{file}/content", editors(), content=b"New.\n"),
    Case("PUT /files/{id}/content", "/files/{secret}/content", NOBODY_ELSE, content=b"New.\n", owner=200),
    Case("PUT /content", "/content?path={path}", editors(), content=b"New.\n"),
    Case("PUT /content", f"/content?path={SPACE}/{{name}}.txt", editors(), content=b"New.\n"),
    Case("PUT /content", "/content?path={secret_path}", NOBODY_ELSE, content=b"New.\n", owner=200),
    Case("GET /spaces", "/spaces", everybody(200)),
    Case("POST /spaces", "/spaces", everybody(201), {"name": "{name}"}),
    Case("GET /spaces/{id}", "/spaces/{space}", readers()),
    Case("GET /spaces/{id}/activity", "/spaces/{space}/activity", readers()),
    Case("PATCH /spaces/{id}", "/spaces/{space}", managers(), {"description": "{name}"}),
    Case("GET /files", "/files?path={path}", readers()),
    Case("GET /files", "/files?path={file}", readers()),
    Case("GET /files", "/files?path={secret}", NOBODY_ELSE, owner=200),
    Case("POST /files", "/files", editors(201), {"path": f"{SPACE}/{{name}}.txt"}),
    Case("POST /files", "/files", NOBODY_ELSE, {"path": "~/{name}.txt", "copy_of": "{secret}"}, owner=201),
    Case("POST /files", "/files", NOBODY_ELSE, {"path": "~alice/{name}.txt"}, owner=201),
    Case("GET /trash", "/trash?space={space}", editors()),
    Case("GET /trash", "/trash", everybody(200)),
    Case("DELETE /spaces/{id}/trash", "/spaces/{space}/trash", managers(204)),
    Case("GET /shared", "/shared", everybody(200)),
    Case("GET /spaces/{id}/usage", "/spaces/{space}/usage", readers()),
    Case("PUT /spaces/{id}/quota", "/spaces/{space}/quota", administrators(), {"quota_bytes": None}),
    Case("GET /zip", "/zip?of={file}", readers()),
    Case("GET /zip", "/zip?of={space}", readers()),
    Case("GET /zip", "/zip?of={file},{secret}", NOBODY_ELSE, owner=200),
    Case("PUT /content", f"/content?path={SPACE}/{{name}}.txt&conflict=keep", editors(), content=b"New.\n"),
    Case("POST /uploads", "/uploads", editors(201), {"folder": SPACE, "name": "{name}", "size": 5}),
    Case("POST /uploads", "/uploads", NOBODY_ELSE, {"folder": "~alice", "name": "{name}", "size": 5}, owner=201),
    Case("GET /uploads/{id}", "/uploads/{victim}", NOBODY_ELSE, victim=World.upload, owner=200),
    Case("POST /uploads/{id}/finish", "/uploads/{victim}/finish", NOBODY_ELSE, {}, victim=World.upload, owner=200),
    Case("DELETE /uploads/{id}", "/uploads/{victim}", NOBODY_ELSE, victim=World.upload, owner=204),
    Case("PUT /uploads/{id}/content", "/uploads/{victim}/content", NOBODY_ELSE, content=b"N", victim=World.upload, owner=422),
    Case("PATCH /files/{id}", "/files/{victim}", editors(), {"name": "{name}.txt"}, victim=file_id, once=True),
    Case("PATCH /files/{id}", "/files/{secret}", NOBODY_ELSE, {"parent": SPACE}, owner=0),
    Case("DELETE /files/{id}", "/files/{victim}", editors(204), victim=file_id, once=True),
    Case("DELETE /files/{id}", "/files/{secret}", NOBODY_ELSE, owner=0),
    Case("POST /trash/{id}/restore", "/trash/{victim}/restore", editors(), victim=World.trashed, once=True),
    Case("DELETE /trash/{id}", "/trash/{victim}", managers(204), victim=World.trashed, once=True),
)  # fmt: skip

_HOME: tuple[Case, ...] = (
    Case("GET /home", "/home", everybody(200)),
    Case("PUT /pins/{ref}", "/pins/file:{file}", readers(204)),
    Case("PUT /pins/{ref}", "/pins/space:{space}", readers(204)),
    Case("PUT /pins/{ref}", "/pins/file:{secret}", NOBODY_ELSE, owner=204),
    Case("DELETE /pins/{ref}", "/pins/file:{victim}", NOBODY_ELSE, victim=World.pinned, owner=204),
    Case("GET /search", "/search?q={name}", everybody(200)),
)

_AUDIT = tuple(
    Case(f"GET {path}", path, administrators()) for path in ("/events", "/events.csv", "/events/verify")
)

CASES = (
    *_OPEN, *_PAGE, *_CONTENTS, *_KERNELS, *_EGRESS, *_ACCOUNTS, *_ADMINISTRATION, *_SHARING, *_REALTIME, *_FILES, *_HOME, *SHEETS, *_AUDIT,
)  # fmt: skip
