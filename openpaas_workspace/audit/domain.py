"""Registers the event log."""

from openpaas_workspace.audit.jobs import JOBS
from openpaas_workspace.audit.routes import ROUTES
from openpaas_workspace.core.registry import Domain

domain = Domain("audit", routes=ROUTES, jobs=JOBS)
