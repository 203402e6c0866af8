"""What an administrator may set about what cells put out."""

from traitlets import Int
from traitlets.config import Configurable


class OutputSettings(Configurable):
    """Limits of outputs. What is over 256 KB is stored once, beside the notebook, and counts for its space."""

    most_output_bytes = Int(
        64 * 1024**2,
        min=1024**2,
        help="The most bytes of one output, and of the text of a cell, that are kept; the rest is left out with a sentence.",
    ).tag(config=True)
    most_cell_bytes = Int(
        256 * 1024**2, min=1024**2, help="The most bytes of all outputs of a cell that are kept."
    ).tag(config=True)
