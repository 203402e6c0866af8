"""Failed attempts, counted in the database before the password is looked at."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from openpaas_workspace.accounts.engine.addresses import network
from openpaas_workspace.accounts.engine.throttle import ACCOUNT, NETWORK, PAIR, Policy
from openpaas_workspace.accounts.models import login_attempts
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import TooMany
from openpaas_workspace.kit.ids import digest


class Counter(NamedTuple):
    """One thing that is counted, and how patient we are with it."""

    key: str
    policy: Policy


def of_account(account: str, address: str) -> list[Counter]:
    """The counters of a login: the account from here, the account from anywhere, any account from here."""
    here = network(address)
    return [
        Counter(digest(f"pair {account} {here}"), PAIR),
        Counter(digest(f"account {account}"), ACCOUNT),
        *of_network(address),
    ]


def of_network(address: str) -> list[Counter]:
    """The counter of one network alone."""
    return [Counter(digest(f"network {network(address)}"), NETWORK)]


async def attempt(work: Work, counters: Sequence[Counter]) -> None:
    """Count one attempt as failed until it is forgiven; raises TooMany, with the wait, while it is too early."""
    table = login_attempts
    ordered = sorted(counters)
    build = sqlite.insert if work.conn.dialect.name == "sqlite" else postgresql.insert
    fresh = [{"key": c.key, "failures": 0, "last_at": now(), "blocked_until": 0} for c in ordered]
    # the update that changes nothing locks the rows that are there, in one order for everybody
    locked = (
        build(table).values(fresh).on_conflict_do_update(index_elements=["key"], set_={"key": table.c.key})
    )
    rows = await work.all(locked.returning(table))
    at = now()  # after the locks: whoever held them wrote times of before
    wait = max(row.blocked_until for row in rows) - at
    if wait > 0:
        seconds = -(-wait // 1000)
        raise TooMany(
            f"There were too many attempts. Try again in {-(-seconds // 60)} min.", retry_after=seconds
        )
    found = {row.key: row for row in rows}
    for counter in ordered:
        row, policy = found[counter.key], counter.policy
        failures = 1 if at - row.last_at > policy.window else row.failures + 1
        pause = policy.wait_after(failures)
        values = {"failures": failures, "last_at": at, "blocked_until": at + pause if pause else 0}
        await work.execute(update(table).where(table.c.key == counter.key).values(values))


async def forgive(work: Work, counters: Sequence[Counter]) -> None:
    """The attempt was right: forget the account's failures, and take back the network's one."""
    table = login_attempts
    for counter in sorted(counters):
        if counter.policy is NETWORK:
            await work.execute(
                update(table)
                .where(table.c.key == counter.key, table.c.failures > 0)
                .values(failures=table.c.failures - 1, blocked_until=0)
            )
        else:
            await work.execute(delete(table).where(table.c.key == counter.key))
