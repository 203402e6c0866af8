"""The kinds of kernels on offer: ours and what an administrator lists, nothing found by chance."""

from __future__ import annotations

from jupyter_client.kernelspec import KernelSpecManager
from traitlets import default

from openpaas_workspace.kernels.config import Sandbox


class WorkspaceKernelSpecManager(KernelSpecManager):
    """Offers the kernelspecs of `Sandbox.kernel_dirs` only."""

    ensure_native_kernel = False

    @default("kernel_dirs")
    def _default_kernel_dirs(self) -> list[str]:
        return list(Sandbox(parent=self).kernel_dirs)
