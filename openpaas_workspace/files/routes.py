"""The routes of spaces and files. Content has handlers of its own, see `gateway.raw`."""

from openpaas_workspace.core.web import Route
from openpaas_workspace.files.schemas import (
    Activity,
    ActivityQuery,
    FileInfo,
    FileList,
    FilePatch,
    FileQuery,
    NewFile,
    NewSpace,
    PathWish,
    SpaceDetails,
    SpaceInfo,
    SpacePatch,
    TrashQuery,
)
from openpaas_workspace.files.service import activity, files, links, spaces
from openpaas_workspace.sharing.schemas import AccessAsked

ROUTES = (
    Route(
        "GET", "/spaces", spaces.all_visible, list[SpaceInfo], "files:read", unit=False,
        summary="The spaces that I see, my own first.",
    ),
    Route(
        "POST", "/spaces", spaces.create, SpaceInfo, "files:write", body=NewSpace, unit=False, status=201,
        summary="Make a team space.",
    ),
    Route(
        "PATCH", "/spaces/{id}", spaces.change, SpaceInfo, "files:write", body=SpacePatch,
        summary="Rename, describe, archive or bring back a space.",
    ),
    Route(
        "GET", "/spaces/{id}", activity.details, SpaceDetails, "files:read",
        summary="One space, with how much is in it.",
    ),
    Route(
        "GET", "/spaces/{id}/activity", activity.activity, Activity, "files:read", query=ActivityQuery,
        summary="What happened in a space, newest first.",
    ),
    Route(
        "POST", "/access-requests/by-path", links.ask, AccessAsked, "sharing:write", body=PathWish, status=202,
        summary="Ask for access to what is at a path; the answer does not tell whether anything is.",
    ),
    Route(
        "GET", "/files", files.show, FileList, "files:read", query=FileQuery, unit=False,
        summary="A space, folder or file by path or id, with what it holds.",
    ),
    Route(
        "POST", "/files", files.make, FileInfo, "files:write", body=NewFile, unit=False, status=201,
        summary="Make a folder, an empty file, or a copy.",
    ),
    Route(
        "GET", "/trash", files.thrown_away, list[FileInfo], "files:read", query=TrashQuery, unit=False,
        summary="What lies in the trash of a space.",
    ),
    Route(
        "PATCH", "/files/{id}", files.patch, FileInfo, "files:write", body=FilePatch, unit=False,
        summary="Rename or move a folder or file.",
    ),
    Route(
        "DELETE", "/files/{id}", files.remove, None, "files:write", unit=False, status=204,
        summary="Put a folder or file into the trash.",
    ),
    Route(
        "POST", "/trash/{id}/restore", files.restore, FileInfo, "files:write", unit=False,
        summary="Bring a folder or file back from the trash.",
    ),
    Route(
        "DELETE", "/trash/{id}", files.purge, None, "files:write", unit=False, status=204,
        summary="Delete a folder or file in the trash for ever.",
    ),
)  # fmt: skip
