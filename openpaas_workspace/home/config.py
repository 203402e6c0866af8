"""What an administrator may set about Home."""

from traitlets import Int
from traitlets.config import Configurable


class HomeSettings(Configurable):
    """How Home counts visits."""

    visit_minutes = Int(
        30, min=1, help="After so many minutes away, what happened meanwhile is new to the member."
    ).tag(config=True)
