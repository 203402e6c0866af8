"""What a member is told when the server ends or refuses a kernel: one sentence each, with what to do."""

from __future__ import annotations


def amount(megabytes: int) -> str:
    """A size as people say it."""
    return f"{megabytes} MB" if megabytes < 1024 else f"{megabytes / 1024:.1f} GB".replace(".0 ", " ")


def memory(megabytes: int) -> str:
    """A kernel went over its memory."""
    return (
        f"This kernel needed more than {amount(megabytes)} of memory, so it or one of its processes was stopped: "
        "work on less at once, or ask an administrator for more."
    )


def disk(megabytes: int) -> str:
    """The folders of a kernel went over their quota."""
    return (
        f"This kernel was stopped because the files here passed {amount(megabytes)}: "
        "delete some in the file browser, or ask an administrator for more."
    )


def files(count: int) -> str:
    """The folders of a kernel hold too many entries."""
    return (
        f"This kernel was stopped because there are more than {count} files here: "
        "delete some in the file browser, or ask an administrator for more."
    )


def idle(seconds: int) -> str:
    """A kernel did nothing for too long."""
    span = f"{seconds // 60} minutes" if seconds >= 120 else f"{seconds} seconds"
    return f"This kernel was ended because it did nothing for {span}; run a cell to start a new one."


def revoked() -> str:
    """The rights behind a kernel changed."""
    return "This kernel was ended because the rights on its notebook changed; run a cell to start a new one."


def too_many(limit: int) -> str:
    """A principal has as many kernels as it may."""
    return f"{limit} kernels already run here: shut one down first (Running, in the left sidebar)."


OFF = "Kernels are switched off on this server; an administrator can switch them on."
NO_SANDBOX = (
    "Kernels are off because this server cannot isolate them; an administrator can run “openpaas doctor”."
)
NOT_JOINED = "Kernels are off because this server does not know yet whose they would be."
NO_CURVE = "This kind of kernel cannot encrypt its messages, so this workspace does not start it."
UNPLACED = "This notebook's files cannot be given to a kernel; an administrator can look in the server's log."
