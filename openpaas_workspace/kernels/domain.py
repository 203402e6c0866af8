"""Kernels register here."""

from openpaas_workspace.core.registry import Domain
from openpaas_workspace.kernels import models  # noqa: F401  (its table joins the metadata)
from openpaas_workspace.kernels.config import Sandbox
from openpaas_workspace.kernels.events import CodeRun, KernelEnded, KernelStarted

domain = Domain("kernels", events=(KernelStarted, CodeRun, KernelEnded), config=(Sandbox,))
