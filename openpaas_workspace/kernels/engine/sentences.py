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


def not_listed(host: str) -> str:
    """A kernel of a space wants a host that nobody asked for."""
    return (
        f"The notebooks of this space may not reach {host}: a manager of the space can ask for it on the page of "
        "the space, and an administrator allows it."
    )


def not_listed_of_mine(host: str) -> str:
    """A kernel of a member wants a host that is not on the member's own list."""
    return (
        f"Your notebooks may not reach {host}: ask for it in My account (“Internet access”), and an administrator "
        "allows it."
    )


def waiting(host: str) -> str:
    """A kernel wants a host that was asked for."""
    return f"{host} was asked for, and no administrator has allowed it yet."


def refused(host: str) -> str:
    """A kernel wants a host that was refused or withdrawn."""
    return f"An administrator does not allow notebooks here to reach {host}; a manager can ask again, with reasons."


def internal(host: str) -> str:
    """A name leads to an address that is not of the Internet."""
    return (
        f"{host} has an internal address, which notebooks may not reach; an administrator can name it in "
        "Egress.internal_hosts."
    )


def unknown(host: str) -> str:
    """A name leads nowhere."""
    return f"The server finds no address for {host}; check how it is written."


def silent(host: str) -> str:
    """A host does not take the connection."""
    return f"{host} does not answer; try again later."


SHARED_FILE = (
    "A notebook that is shared from somebody’s own files has no Internet access; copy it to your files or move it "
    "to a space."
)
SOCKETS = "This kernel was stopped because it filled the folder of its sockets: write files elsewhere."
NO_NAME = "Notebooks reach hosts by their names only, and never by an address in numbers."
NO_PROXY = "Only tunnels (CONNECT), GET and HEAD pass here."
TOO_MANY_CONNECTIONS = "This kernel has too many open connections; close some first."
OFF = "Kernels are switched off on this server; an administrator can switch them on."
NO_SANDBOX = (
    "Kernels are off because this server cannot isolate them; an administrator can run “openpaas doctor”."
)
NOT_JOINED = "Kernels are off because this server does not know yet whose they would be."
NO_CURVE = "This kind of kernel cannot encrypt its messages, so this workspace does not start it."
UNPLACED = "This notebook's files cannot be given to a kernel; an administrator can look in the server's log."
