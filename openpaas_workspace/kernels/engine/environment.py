"""The environment of a kernel: a short list, nothing of the server's own."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from openpaas_workspace.kernels.engine import jail

_PASSED = ("TZ",)
# Where the client of the workspace looks for the kernel's own door.
DOOR = "OPENPAAS_SOCKET"
# Where a kernel's Python finds its way to the Internet, and the principal's own packages.
PROXY = "OPENPAAS_PROXY"
PACKAGES = "OPENPAAS_ENVIRONMENT"
# The sandbox has a loopback of its own: the same port in each is another one.
PROXY_PORT = 3128
_HERE = "localhost,127.0.0.1,::1"


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


def own_packages(kernel: Mapping[str, str]) -> dict[str, str]:
    """The environment of a kernel whose principal keeps packages: its programs come first, its caches lie there."""
    return {
        **kernel,
        PACKAGES: jail.PACKAGES,
        "PATH": f"{jail.PACKAGES}/bin:{kernel['PATH']}",
        "MPLCONFIGDIR": f"{jail.PACKAGES}/.matplotlib",
    }


def way_out(package_index: str, *, trusted: bool) -> dict[str, str]:
    """What a kernel with a proxy finds in its environment, so that libraries and pip use it.

    `trusted`: there is a file of the authorities that this machine trusts, its own organisation's among them.
    """
    proxy = f"http://127.0.0.1:{PROXY_PORT}"
    out = {
        name: proxy for scheme in ("http", "https") for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
    }
    out |= {"no_proxy": _HERE, "NO_PROXY": _HERE, PROXY: f"{jail.SOCKETS}/x", "PIP_PROXY": proxy}
    out |= {"PIP_INDEX_URL": package_index, "PIP_NO_CACHE_DIR": "1", "PIP_NO_INPUT": "1"}
    if trusted:
        out |= dict.fromkeys(("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), jail.TRUSTED)
    index = urlsplit(package_index)
    if index.scheme == "http":
        out["PIP_TRUSTED_HOST"] = index.netloc.rpartition("@")[2]
    return out
