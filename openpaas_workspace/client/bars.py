"""A progress bar for what takes long."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# A bar is drawn from this size on.
_LARGE: Final = 8 * 1024 * 1024


class Bar:
    """How far it is; draws nothing for what is small."""

    def __init__(self, bar: object | None) -> None:
        self._bar = bar

    def move(self, to: int) -> None:
        """So many bytes are there."""
        if self._bar is not None:
            self._bar.update(to - self._bar.n)  # type: ignore[attr-defined]  # tqdm has no types here


@contextmanager
def progress_bar(name: str, size: int, wished: bool | None) -> Iterator[Bar]:
    """A bar over `size` bytes; `wished` None draws one for what is large."""
    if wished is False or (wished is None and size < _LARGE):
        yield Bar(None)
        return
    from tqdm.auto import tqdm

    with tqdm(total=size, desc=name, unit="B", unit_scale=True, unit_divisor=1024) as bar:
        yield Bar(bar)
