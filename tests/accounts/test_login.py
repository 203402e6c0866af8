"""Who gets in, who waits, what ends."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import select, update

from openpaas_workspace.accounts.engine.throttle import NETWORK, PAIR
from openpaas_workspace.accounts.models import login_attempts, members, sessions
from openpaas_workspace.accounts.schemas import PasswordChange
from openpaas_workspace.accounts.service.actors import by_session
from openpaas_workspace.accounts.service.demo import ensure_demo_members
from openpaas_workspace.accounts.service.hashing import Passwords
from openpaas_workspace.accounts.service.links import create_reset_link, find_link, finish_reset
from openpaas_workspace.accounts.service.login import REFUSED, change_password, login
from openpaas_workspace.accounts.service.members import disable_member
from openpaas_workspace.accounts.service.sessions import Visitor, purge, write_used
from openpaas_workspace.kit.actors import NOBODY, SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    WorkspaceError,
)
from openpaas_workspace.kit.ids import digest
from tests.accounts.conftest import HERE, PASSWORD

DAY = 24 * 3_600_000


async def speaker(workspace, secret):
    async with workspace.db.read(NOBODY) as work:
        return await by_session(work, secret)


async def refusal(attempt):
    try:
        await attempt
    except WorkspaceError as error:
        return type(error)
    return None


async def shift(workspace, table, **values):
    """Move times in the database, as if they had passed."""
    async with workspace.db.unit(SYSTEM) as work:
        await work.execute(update(table).values(**{name: table.c[name] + by for name, by in values.items()}))


@pytest.fixture
def hashes(workspace, monkeypatch):
    """How often a password was hashed or compared."""
    counts = Counter()
    passwords = workspace.get(Passwords)
    real = passwords._run

    def counted(work, *arguments):
        counts[work.__name__] += 1
        return real(work, *arguments)

    monkeypatch.setattr(passwords, "_run", counted)
    return counts


async def test_name_or_address_in_any_case_opens_a_session(workspace, people):
    member = await people.add("Élodie", email="Elodie@example.org")
    for name in ("élodie", "E\u0301LODIE", " Élodie ", "elodie@EXAMPLE.org"):
        opened = await login(workspace, name, PASSWORD, HERE)
        found = await speaker(workspace, opened.secret)
        assert (found.actor.id, found.actor.kind, found.actor.session) == (member, "member", opened.id)
    async with workspace.db.read(SYSTEM) as work:
        rows = await work.all(select(sessions))
    assert opened.secret not in str(rows)
    assert {row.address for row in rows} == {"192.0.2.0/24"}


async def test_the_same_answer_and_one_hash_for_every_refusal(workspace, people, hashes, published):
    await people.add("alice")
    await people.add("demo", demo=True)
    gone = await people.add("bob")
    admin = await people.actor(await people.add("root", administrator=True))
    async with workspace.db.unit(admin) as work:
        await disable_member(work, gone)
    answers = set()
    for name, password in (
        ("nobody-here", PASSWORD),
        ("alice", "wrong"),
        ("alice", ""),
        ("bob", PASSWORD),
        ("demo", PASSWORD),
        ("x" * 5000, PASSWORD),
    ):
        hashes.clear()
        with pytest.raises(Unauthenticated) as refusal:
            await login(workspace, name, password, HERE)
        answers.add(refusal.value.sentence)
        assert hashes == {"_fits": 1}, name
    assert answers == {REFUSED}
    assert (await published()).count("LoginFailed") == 6


async def test_the_password_of_a_member_who_has_none_fits_nobody(workspace, people):
    await people.add("alice")
    async with workspace.db.unit(SYSTEM) as work:
        await work.execute(update(members).values(password_hash=""))
    for password in ("", PASSWORD):
        with pytest.raises(Unauthenticated):
            await login(workspace, "alice", password, HERE)


async def test_no_more_than_two_hashes_at_once(workspace, people, monkeypatch):
    import threading

    await people.add("alice")
    passwords, lock, running, most = workspace.get(Passwords), threading.Lock(), 0, 0
    pairs = threading.Barrier(2, timeout=30)  # breaks if hashes run one by one
    real = passwords._fits

    def watched(*arguments):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            pairs.wait()
            return real(*arguments)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(passwords, "_fits", watched)
    await asyncio.gather(*(people.login("alice", Visitor(f"10.0.{n}.1")) for n in range(12)))
    assert most == 2


async def test_one_account_from_one_network_waits_longer_and_longer(workspace, people, hashes):
    await people.add("alice", email="alice@example.org")
    for attempt in range(PAIR.free):
        with pytest.raises(Unauthenticated):
            await login(workspace, "alice" if attempt % 2 else "alice@example.org", "wrong", HERE)
    hashes.clear()
    with pytest.raises(TooMany) as wait:
        await login(workspace, "alice", PASSWORD, Visitor("192.0.2.99"))
    assert 0 < wait.value.retry_after <= 60
    assert not hashes
    # from elsewhere the member still gets in, and that does not pardon the guesser's network
    assert await people.login("alice", Visitor("198.51.100.1"))
    with pytest.raises(TooMany):
        await people.login("alice")
    await shift(workspace, login_attempts, blocked_until=-61_000)
    assert await people.login("alice")
    with pytest.raises(Unauthenticated):
        await login(workspace, "alice", "wrong", HERE)


async def test_an_unknown_name_waits_just_the_same(workspace, people):
    for _ in range(PAIR.free):
        with pytest.raises(Unauthenticated):
            await login(workspace, "ghost", "wrong", HERE)
    with pytest.raises(TooMany):
        await login(workspace, "GHOST", "wrong", HERE)


async def test_one_network_with_many_names_waits_too(workspace, people):
    await people.add("alice")
    v6 = [Visitor(f"2001:db8:0:1::{n:x}") for n in range(1, 100)]
    for n in range(NETWORK.free):
        with pytest.raises(Unauthenticated):
            await login(workspace, f"name{n}", "wrong", v6[n])
    with pytest.raises(TooMany):
        await people.login("alice", v6[-1])
    assert await people.login("alice", Visitor("2001:db8:0:2::1"))


async def test_guesses_at_the_same_time_are_all_counted(workspace, people):
    await people.add("alice")
    answers = await asyncio.gather(
        *(login(workspace, "alice", f"wrong {n}", HERE) for n in range(20)), return_exceptions=True
    )
    kinds = Counter(type(answer) for answer in answers)
    assert kinds == {Unauthenticated: PAIR.free, TooMany: 20 - PAIR.free}


async def test_what_is_typed_into_the_field_of_the_name_is_not_stored(workspace, people):
    with pytest.raises(Unauthenticated):
        await login(workspace, "oops-my-password", "x", HERE)
    async with workspace.db.read(SYSTEM) as work:
        assert "oops" not in str(await work.all(select(login_attempts)))


async def test_sessions_end_by_age_and_by_idleness(workspace, people, published):
    await people.add("alice")
    opened = await people.login("alice")
    await shift(workspace, sessions, seen_at=-11 * 3_600_000)
    assert await speaker(workspace, opened.secret)
    await shift(workspace, sessions, seen_at=-2 * 3_600_000)
    assert await speaker(workspace, opened.secret) is None
    old = await people.login("alice")
    await shift(workspace, sessions, seen_at=0, expires_at=-7 * DAY)
    assert await speaker(workspace, old.secret) is None
    await purge(workspace)
    async with workspace.db.read(SYSTEM) as work:
        assert await work.all(select(sessions)) == []
    assert (await published()).count("SessionEnded") == 2


async def test_a_request_keeps_the_session_awake(workspace, people):
    from openpaas_workspace.accounts.service.live import Sessions

    await people.add("alice")
    opened = await people.login("alice")
    await shift(workspace, sessions, seen_at=-10 * 3_600_000)
    workspace.get(Sessions).use(opened.id)
    await write_used(workspace)
    async with workspace.db.read(SYSTEM) as work:
        assert await work.scalar(select(sessions.c.seen_at)) > now() - 60_000


async def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(workspace, people):
    await people.add("alice")
    here, there = await people.login("alice"), await people.login("alice")
    actor = (await speaker(workspace, here.secret)).actor
    with pytest.raises(Forbidden):
        await change_password(
            workspace, actor, PasswordChange(old="wrong", new="a new fine sentence of mine"), "::1"
        )
    with pytest.raises(Invalid):
        await change_password(workspace, actor, PasswordChange(old=PASSWORD, new="short"), "::1")
    await change_password(
        workspace, actor, PasswordChange(old=PASSWORD, new="a new fine sentence of mine"), "::1"
    )
    assert await speaker(workspace, here.secret)
    assert await speaker(workspace, there.secret) is None
    with pytest.raises(Unauthenticated):
        await people.login("alice")
    assert await login(workspace, "alice", "a new fine sentence of mine", HERE)


async def test_the_old_password_cannot_be_guessed_either(workspace, people, published):
    await people.add("alice")
    actor = (await speaker(workspace, (await people.login("alice")).secret)).actor
    for _ in range(PAIR.free):
        with pytest.raises(Forbidden):
            await change_password(workspace, actor, PasswordChange(old="no", new="x" * 20), HERE.address)
    with pytest.raises(TooMany):
        await change_password(workspace, actor, PasswordChange(old=PASSWORD, new="x" * 20), HERE.address)
    assert (await published()).count("LoginFailed") == PAIR.free


async def test_a_hash_with_older_parameters_is_renewed(workspace, people):
    from argon2 import PasswordHasher

    await people.add("alice")
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with workspace.db.unit(SYSTEM) as work:
        await work.execute(update(members).values(password_hash=old))
    await people.login("alice")
    async with workspace.db.read(SYSTEM) as work:
        fresh = await work.scalar(select(members.c.password_hash))
    assert fresh != old
    assert not workspace.get(Passwords).outdated(fresh)
    await people.login("alice")


async def test_one_reset_link_used_by_two_at_once_works_for_one(workspace, people):
    alice = await people.add("alice")
    async with workspace.db.unit(SYSTEM) as work:
        first = await create_reset_link(work, alice)
        second = await create_reset_link(work, alice)
    with pytest.raises(NotFound):
        await find_link(workspace, first.path.rpartition("/")[2], "reset", HERE)
    secret = second.path.rpartition("/")[2]
    answers = await asyncio.gather(
        *(finish_reset(workspace, secret, f"fine sentence of my own {n}", HERE) for n in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(answer) for answer in answers if answer) == [NotFound]
    won = answers.index(None)
    assert await login(workspace, "alice", f"fine sentence of my own {won}", HERE)


async def test_links_expire_and_are_not_to_be_guessed(workspace, people):
    from openpaas_workspace.accounts.models import one_time_links

    alice = await people.add("alice")
    async with workspace.db.unit(SYSTEM) as work:
        secret = (await create_reset_link(work, alice)).path.rpartition("/")[2]
        assert digest(secret) in str(await work.all(select(one_time_links)))
        assert secret not in str(await work.all(select(one_time_links)))
    with pytest.raises(NotFound):
        await find_link(workspace, secret, "setup", HERE)
    await shift(workspace, one_time_links, expires_at=-DAY - 1)
    with pytest.raises(NotFound):
        await finish_reset(workspace, secret, "another sentence of mine today", HERE)
    refusals = [
        await refusal(find_link(workspace, f"guess{n}", "reset", HERE)) for n in range(NETWORK.free + 1)
    ]
    assert refusals == [NotFound] * (NETWORK.free - 2) + [TooMany] * 3


async def test_demo_members_come_once_and_keep_their_password(workspace):
    ids = await ensure_demo_members(workspace)
    assert await ensure_demo_members(workspace) == ids
    assert set(ids) == {"alice", "bob", "carol", "dave"}
    near = Visitor("127.0.0.1", demo_allowed=True)
    opened = await login(workspace, "alice", "demo", near)
    assert (await speaker(workspace, opened.secret)).actor.administrator
    with pytest.raises(Unauthenticated):
        await login(workspace, "alice", "demo", HERE)
    async with workspace.db.unit(SYSTEM) as work:
        with pytest.raises(Conflict):
            await create_reset_link(work, ids["bob"])
