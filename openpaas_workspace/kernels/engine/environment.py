"""The environment of a kernel: a short list, nothing of the server's own."""

from __future__ import annotations

from collections.abc import Mapping

from openpaas_workspace.kernels.engine import jail

_PASSED = ("TZ",)
# Where the client of the workspace looks for the kernel's own door.
DOOR = "OPENPAAS_SOCKET"


def environment(
    *, python_bin: str, label: str, locale: str, server: Mapping[str, str], spec: Mapping[str, str]
) -> dict[str, str]:
    """What a sandboxed kernel finds in its environment; `spec` is the kernelspec's own, taken literally."""
    out = {name: server[name] for name in _PASSED if name in server}
    out |= spec
    out |= {
        "PATH": f"{python_bin}:/usr/local/bin:/usr/bin:/bin",
        "HOME": jail.HOME,
        "USER": "member",
        "LOGNAME": "member",
        "SHELL": "/bin/sh",
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",  # noqa: S108
        "IPYTHONDIR": jail.IPYTHON,
        "JPY_SESSION_NAME": label,
        "PYTHONPATH": jail.STARTUP,
        DOOR: f"{jail.SOCKETS}/w",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    if locale:
        out["LANGUAGE"] = locale
    return out
