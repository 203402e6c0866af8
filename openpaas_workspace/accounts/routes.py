"""The table of accounts: who I am, the directory, groups, sessions, tokens, passwords."""

from openpaas_workspace.accounts.schemas import (
    Group,
    GroupName,
    Link,
    Me,
    Member,
    MemberMade,
    MemberPatch,
    MemberQuery,
    MePatch,
    NewMember,
    NewPhoto,
    NewToken,
    PasswordChange,
    PhotoQuery,
    Session,
    Token,
    TokenMade,
)
from openpaas_workspace.accounts.service import groups, links, login, members, photos, sessions, tokens
from openpaas_workspace.accounts.service.visitors import visitor_of
from openpaas_workspace.core.web import Outside, Route

READ, WRITE = "accounts:read", "accounts:write"


async def change_password(outside: Outside, body: PasswordChange) -> None:
    """Change my password from where I am."""
    visitor = visitor_of(outside.workspace, outside.handler.request)
    await login.change_password(outside.workspace, outside.actor, body, visitor.address)


async def put_photo(outside: Outside, body: NewPhoto) -> Me:
    """Show this picture as my photo."""
    return await photos.put_photo(outside.workspace, outside.actor, body.image)


async def send_photo(outside: Outside, member_id: str, query: PhotoQuery) -> None:
    """Send a member's photo: it can only ever be a picture, and one version never changes."""
    async with outside.workspace.db.read(outside.actor) as work:
        data, version = await photos.photo(work, member_id)
    handler = outside.handler
    kept = "private, max-age=31536000, immutable" if query.v == version else "private, no-cache"
    handler.set_header("Cache-Control", kept)
    handler.set_header("ETag", f'"{version}"')
    handler.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
    handler.set_header("Content-Disposition", "inline; filename=photo.jpg")
    handler.set_header("X-Content-Type-Options", "nosniff")
    handler.finish(data, set_content_type="image/jpeg")


ROUTES: tuple[Route, ...] = (
    Route("GET", "/me", members.me, Me, READ, summary="Who I am."),
    Route(
        "PATCH",
        "/me",
        members.update_me,
        Me,
        WRITE,
        body=MePatch,
        summary="Change my name, unit, language, time zone, colour.",
    ),
    Route(
        "PUT",
        "/me/photo",
        put_photo,
        Me,
        WRITE,
        body=NewPhoto,
        unit=False,
        max_body=14_000_000,
        summary="Show this picture as my photo.",
    ),
    Route("DELETE", "/me/photo", photos.delete_photo, Me, WRITE, summary="Take my photo away."),
    Route(
        "POST",
        "/me/password",
        change_password,
        None,
        WRITE,
        body=PasswordChange,
        unit=False,
        session_only=True,
        max_body=10_000,
        summary="Change my password; my other sessions end.",
    ),
    Route(
        "GET",
        "/members",
        members.list_members,
        list[Member],
        READ,
        query=MemberQuery,
        summary="The directory.",
    ),
    Route(
        "POST",
        "/members",
        links.invite_member,
        MemberMade,
        WRITE,
        body=NewMember,
        who="administrator",
        session_only=True,
        status=201,
        summary="Create an account and the link that sets its password.",
    ),
    Route("GET", "/members/{member_id}", members.get_member, Member, READ, summary="One member."),
    Route(
        "GET",
        "/members/{member_id}/photo",
        send_photo,
        bytes,
        READ,
        query=PhotoQuery,
        unit=False,
        summary="The photo of a member.",
    ),
    Route(
        "PATCH",
        "/members/{member_id}",
        members.update_member,
        Member,
        WRITE,
        body=MemberPatch,
        who="administrator",
        session_only=True,
        summary="Change a member.",
    ),
    Route(
        "POST",
        "/members/{member_id}/disable",
        members.disable_member,
        Member,
        WRITE,
        who="administrator",
        summary="End a member's access, at once.",
    ),
    Route(
        "POST",
        "/members/{member_id}/enable",
        members.enable_member,
        Member,
        WRITE,
        who="administrator",
        summary="Let a disabled member log in again.",
    ),
    Route(
        "POST",
        "/members/{member_id}/reset-link",
        links.create_reset_link,
        Link,
        WRITE,
        who="administrator",
        session_only=True,
        status=201,
        summary="Make a one-time link that sets a member's password.",
    ),
    Route("GET", "/groups", groups.list_groups, list[Group], READ, summary="All groups."),
    Route(
        "POST",
        "/groups",
        groups.create_group,
        Group,
        WRITE,
        body=GroupName,
        who="administrator",
        status=201,
        summary="Create a group.",
    ),
    Route(
        "PATCH",
        "/groups/{group_id}",
        groups.rename_group,
        Group,
        WRITE,
        body=GroupName,
        who="administrator",
        summary="Rename a group.",
    ),
    Route(
        "DELETE",
        "/groups/{group_id}",
        groups.delete_group,
        None,
        WRITE,
        who="administrator",
        summary="Remove a group.",
    ),
    Route(
        "GET",
        "/groups/{group_id}/members",
        groups.list_group_members,
        list[Member],
        READ,
        summary="Who is in a group.",
    ),
    Route(
        "PUT",
        "/groups/{group_id}/members/{member_id}",
        groups.add_to_group,
        None,
        WRITE,
        who="administrator",
        summary="Put a member into a group.",
    ),
    Route(
        "DELETE",
        "/groups/{group_id}/members/{member_id}",
        groups.remove_from_group,
        None,
        WRITE,
        who="administrator",
        summary="Take a member out of a group.",
    ),
    Route(
        "GET",
        "/sessions",
        sessions.list_sessions,
        list[Session],
        READ,
        session_only=True,
        summary="Where I am logged in.",
    ),
    Route(
        "DELETE",
        "/sessions",
        sessions.revoke_others,
        None,
        WRITE,
        session_only=True,
        summary="Log out everywhere else.",
    ),
    Route(
        "DELETE",
        "/sessions/{session_id}",
        sessions.revoke_session,
        None,
        WRITE,
        session_only=True,
        summary="End one of my sessions.",
    ),
    Route(
        "GET",
        "/tokens",
        tokens.list_tokens,
        list[Token],
        READ,
        session_only=True,
        summary="My personal tokens.",
    ),
    Route(
        "POST",
        "/tokens",
        tokens.create_token,
        TokenMade,
        WRITE,
        body=NewToken,
        session_only=True,
        status=201,
        summary="Make a token; its secret is shown once.",
    ),
    Route(
        "DELETE",
        "/tokens/{token_id}",
        tokens.revoke_token,
        None,
        WRITE,
        session_only=True,
        summary="Revoke a token.",
    ),
)
