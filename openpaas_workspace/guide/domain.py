"""The guide: what this domain brings to the workspace."""

from openpaas_workspace.core.registry import Domain
from openpaas_workspace.guide.routes import ROUTES

domain = Domain("guide", routes=ROUTES)
