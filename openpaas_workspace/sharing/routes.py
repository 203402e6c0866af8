"""Routes of sharing: who has access to an object, give, take back, ask for it."""

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.web import Route
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.schemas import (
    AccessAnswer,
    AccessAsked,
    AccessReply,
    AccessRequest,
    AccessWish,
    GrantBody,
    Level,
    MemberAccess,
    Subject,
)
from openpaas_workspace.sharing.service import access, grants, requests


async def get_access(work: Work, ref: str) -> AccessReply:
    """Who has access."""
    return await access.access(work, Ref.parse(ref))


async def get_member_access(work: Work, ref: str, member_id: str) -> MemberAccess:
    """What one member may do."""
    return await access.of_member(work, Ref.parse(ref), member_id)


async def put_grant(work: Work, ref: str, body: GrantBody) -> AccessReply:
    """Share, or change what was shared."""
    parsed = Ref.parse(ref)
    await grants.grant(
        work,
        parsed,
        _person(body.subject),
        Level[body.level],
        execute=body.execute,
        expires_at=body.expires_at,
    )
    return await access.access(work, parsed)


async def delete_grant(work: Work, ref: str, subject: str) -> None:
    """Take back."""
    await grants.withdraw(work, Ref.parse(ref), Subject.parse(subject))


async def post_request(work: Work, ref: str, body: AccessWish) -> AccessAsked:
    """Ask."""
    return await requests.ask(work, Ref.parse(ref), body)


async def post_answer(work: Work, id: str, body: AccessAnswer) -> None:  # noqa: A002  (the word of the path)
    """Answer."""
    await requests.answer(work, id, body)


def _person(text: str) -> Subject:
    """Links and apps get their grants from the verbs that make them."""
    subject = Subject.parse(text)
    if subject.kind in {"link", "app"}:
        raise Invalid("Share with a member, a group or everyone.")
    return subject


ROUTES = (
    Route("GET", "/objects/{ref}/access", get_access, AccessReply, "sharing:read", summary="Who has access."),
    Route(
        "GET",
        "/objects/{ref}/access/{member_id}",
        get_member_access,
        MemberAccess,
        "sharing:read",
        summary="What one member may do with an object, and why; for its managers.",
    ),
    Route(
        "PUT",
        "/objects/{ref}/grants",
        put_grant,
        AccessReply,
        "sharing:write",
        body=GrantBody,
        summary="Give somebody a role on an object, or change it.",
    ),
    Route(
        "DELETE",
        "/objects/{ref}/grants/{subject}",
        delete_grant,
        None,
        "sharing:write",
        summary="Take back a role given on this object.",
    ),
    Route(
        "POST",
        "/objects/{ref}/access-requests",
        post_request,
        AccessAsked,
        "sharing:write",
        body=AccessWish,
        status=202,
        summary="Ask the managers of an object for access; the answer does not tell whether there is one.",
    ),
    Route(
        "GET",
        "/access-requests",
        requests.waiting,
        list[AccessRequest],
        "sharing:read",
        summary="The requests for access that I can answer.",
    ),
    Route(
        "POST",
        "/access-requests/{id}/answer",
        post_answer,
        None,
        "sharing:write",
        body=AccessAnswer,
        summary="Give access to who asked for it, or not.",
    ),
)
