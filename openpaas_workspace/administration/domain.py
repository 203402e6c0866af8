"""Registers the administration."""

from openpaas_workspace.administration.events import EVENTS
from openpaas_workspace.administration.routes import ROUTES
from openpaas_workspace.core.registry import Domain

domain = Domain("administration", routes=ROUTES, events=EVENTS)
