"""What is said of a formula that cannot be read."""

from __future__ import annotations


class FormulaError(ValueError):
    """A formula that cannot be read: `str(error)` is a sentence, `position` counts characters of the text from 0."""

    def __init__(self, sentence: str, position: int = 0) -> None:
        super().__init__(sentence)
        self.position = position
