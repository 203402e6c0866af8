"""The routes of spaces and files. Content has handlers of its own, see `gateway.raw`."""

from openpaas_workspace.core.web import Route
from openpaas_workspace.files.schemas import (
    Activity,
    ActivityQuery,
    FileInfo,
    FileList,
    FilePatch,
    FileQuery,
    FinishUpload,
    NewFile,
    NewSpace,
    NewUpload,
    PathWish,
    SharedFile,
    SpaceDetails,
    SpaceInfo,
    SpacePatch,
    SpaceQuota,
    SpaceUsage,
    TrashedFile,
    TrashQuery,
    UploadInfo,
)
from openpaas_workspace.files.service import activity, files, links, lists, quota, spaces, trash, uploads
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
        "GET", "/spaces/{id}/usage", quota.space_usage, SpaceUsage, "files:read",
        summary="How much a space holds, and may hold.",
    ),
    Route(
        "PUT", "/spaces/{id}/quota", quota.limit_space, SpaceQuota, "files:write", body=SpaceQuota, who="administrator",
        summary="Set the most bytes that a space may hold.",
    ),
    Route(
        "GET", "/shared", lists.shared_with_me, list[SharedFile], "files:read",
        summary="Folders and files that others share with me by themselves.",
    ),
    Route(
        "POST", "/uploads", uploads.begin_upload, UploadInfo, "files:write", body=NewUpload, unit=False, status=201,
        summary="Begin to send a file in pieces; the pieces go to /uploads/{id}/content.",
    ),
    Route(
        "GET", "/uploads/{id}", uploads.show_upload, UploadInfo, "files:read", unit=False,
        summary="How much of an upload has come.",
    ),
    Route(
        "POST", "/uploads/{id}/finish", uploads.finish_upload, FileInfo, "files:write", body=FinishUpload, unit=False,
        summary="Make the file of an upload that has come whole.",
    ),
    Route(
        "DELETE", "/uploads/{id}", uploads.cancel_upload, None, "files:write", unit=False, status=204,
        summary="Give an upload up.",
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
        "GET", "/trash", lists.thrown_away, list[TrashedFile], "files:read", query=TrashQuery, unit=False,
        summary="What lies in the trash of a space, or of all that I edit.",
    ),
    Route(
        "DELETE", "/spaces/{id}/trash", trash.empty_trash, None, "files:write", unit=False, status=204,
        summary="Delete for ever all that lies in the trash of a space.",
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
